// Places whose file may be cut short under them: past its end an access is a SIGBUS, which would end the process.
#pragma once

#include <atomic>
#include <cstdint>

#include "error.h"

// One place from Begin to End. While it is watched, the first access that its file has no page for puts anonymous
// zero pages over all of it, sets a word for whoever looks after it, and goes on.
//
// A signal's action belongs to the process, so this is the one thing here that every thread's instance shares. An
// entry is used again and never freed: a handler may be reading it.
class FileWatch {
 public:
  FileWatch() = default;
  FileWatch(FileWatch&& other) noexcept;
  FileWatch& operator=(FileWatch&& other) noexcept;
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch() { End(); }

  // `lost` becomes 1. It must stay there until End.
  Failure Begin(uint8_t* place, uint64_t bytes, uint32_t* lost);
  void End();

  struct Entry;

 private:
  Entry* entry_ = nullptr;
};
