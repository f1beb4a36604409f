// What a failure to map or unmap DMA memory is about.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

inline std::string DmaName(const char* verb, uint64_t iova, uint64_t bytes) {
  char text[96];
  snprintf(text, sizeof text, "%s %llu bytes of DMA memory at iova 0x%llx", verb,
           static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(iova));
  return text;
}
