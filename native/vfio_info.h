// Answers of VFIO's ioctls that may have capabilities behind them.
#pragma once

#include <linux/vfio.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

// An ioctl that fills `info` and may have capabilities to append: then it is asked again with room
// for them. `reply` holds the structure and what follows it.
template <typename Info>
int QueryWithCapabilities(int fd, unsigned long request, Info info, std::vector<uint64_t>* reply) {
  info.argsz = sizeof info;
  size_t bytes = sizeof info;
  for (;;) {
    reply->assign((bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t), 0);
    memcpy(reply->data(), &info, sizeof info);
    Info* const answer = reinterpret_cast<Info*>(reply->data());
    answer->argsz = static_cast<uint32_t>(bytes);
    if (ioctl(fd, request, answer) != 0) return -1;
    if (answer->argsz <= bytes) return 0;
    bytes = answer->argsz;
  }
}

// The head of both capabilities read here; their entries follow it.
struct VfioListCapability {
  vfio_info_cap_header header;
  uint32_t entries;
  uint32_t reserved;
};
static_assert(sizeof(VfioListCapability) == sizeof(vfio_region_info_cap_sparse_mmap));
static_assert(sizeof(VfioListCapability) == sizeof(vfio_iommu_type1_info_cap_iova_range));

// The entries of capability `id` in a chain that starts `offset` bytes into the reply. Copied out,
// because kernels before 6.6 do not align the capabilities.
template <typename Entry>
std::vector<Entry> ReadCapability(const std::vector<uint64_t>& reply, uint32_t offset,
                                  uint16_t id) {
  const uint8_t* const start = reinterpret_cast<const uint8_t*>(reply.data());
  const size_t bytes = reply.size() * sizeof(uint64_t);
  while (offset != 0 && offset + sizeof(VfioListCapability) <= bytes) {
    VfioListCapability list;
    memcpy(&list, start + offset, sizeof list);
    if (list.header.id == id) {
      const size_t room = (bytes - offset - sizeof list) / sizeof(Entry);
      std::vector<Entry> entries(std::min<size_t>(list.entries, room));
      memcpy(entries.data(), start + offset + sizeof list, entries.size() * sizeof(Entry));
      return entries;
    }
    // A chain that turns back would never end.
    if (list.header.next <= offset) break;
    offset = list.header.next;
  }
  return {};
}
