// A PCI function held through its VFIO group, in a container of its own. vfio_open.cc takes it,
// vfio.cc reads and maps its regions, vfio_dma.cc and vfio_irq.cc do what their names say.
#pragma once

#include <linux/vfio.h>
#include <napi.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "arguments.h"
#include "descriptor.h"
#include "error.h"

struct VfioRegion {
  uint32_t index = 0;
  uint64_t bytes = 0;
  uint64_t offset = 0;
  uint32_t flags = 0;
  std::vector<vfio_region_sparse_mmap_area> areas;
};

// Closed from the bottom up: device, group, container.
struct VfioHandles {
  Descriptor container;
  Descriptor group;
  Descriptor device;
  bool hasReset = false;
  std::vector<VfioRegion> regions;
};

class VfioDevice : public Napi::ObjectWrap<VfioDevice> {
 public:
  static Napi::Function Define(Napi::Env env);
  static Napi::Value Make(Napi::Env env, VfioHandles handles);
  explicit VfioDevice(const Napi::CallbackInfo& info);

 private:
  Napi::Value Region(const Napi::CallbackInfo& info);
  Napi::Value Read32(const Napi::CallbackInfo& info);
  Napi::Value Write32(const Napi::CallbackInfo& info);
  Napi::Value ReadBytes(const Napi::CallbackInfo& info);
  Napi::Value WriteBytes(const Napi::CallbackInfo& info);
  Napi::Value MapRegion(const Napi::CallbackInfo& info);
  Napi::Value IovaRanges(const Napi::CallbackInfo& info);
  Napi::Value MapDma(const Napi::CallbackInfo& info);
  Napi::Value UnmapDma(const Napi::CallbackInfo& info);
  Napi::Value InterruptInfo(const Napi::CallbackInfo& info);
  Napi::Value SetInterrupts(const Napi::CallbackInfo& info);
  Napi::Value SetUnmask(const Napi::CallbackInfo& info);
  Napi::Value DisableInterrupts(const Napi::CallbackInfo& info);
  Napi::Value MaskInterrupt(const Napi::CallbackInfo& info);
  Napi::Value UnmaskInterrupt(const Napi::CallbackInfo& info);
  Napi::Value Reset(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  // Argument `index` as the number of a region; empty when it is not one.
  const VfioRegion* RegionArgument(Arguments& args, size_t index);
  // Sets `count` interrupts with data of kind `flags`; `fds` may be null.
  Failure SetIrqs(uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
                  const int32_t* fds);

  VfioHandles handles_;
};

Napi::Value OpenVfio(const Napi::CallbackInfo& info);

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
