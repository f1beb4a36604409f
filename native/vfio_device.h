// A PCI function that VFIO gave us: its regions (vfio_device.cc), its interrupts (vfio_irq.cc) and its resets
// (vfio_reset.cc).
#pragma once

#include <linux/vfio.h>
#include <napi.h>

#include <cstdint>
#include <string>
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

struct VfioDeviceState {
  Descriptor device;
  bool hasReset = false;
  std::vector<VfioRegion> regions;
};

class VfioDevice : public Napi::ObjectWrap<VfioDevice> {
 public:
  static Napi::Function Define(Napi::Env env);
  // Takes over what VFIO_GROUP_GET_DEVICE_FD returned for `address`.
  // @param iommufdId its number where it was bound to an iommufd, else null
  static Napi::Value Make(Napi::Env env, Descriptor device, const std::string& address,
                          const uint32_t* iommufdId = nullptr);
  explicit VfioDevice(const Napi::CallbackInfo& info);

 private:
  Napi::Value Region(const Napi::CallbackInfo& info);
  Napi::Value Read32(const Napi::CallbackInfo& info);
  Napi::Value Write32(const Napi::CallbackInfo& info);
  Napi::Value ReadBytes(const Napi::CallbackInfo& info);
  Napi::Value WriteBytes(const Napi::CallbackInfo& info);
  Napi::Value MapRegion(const Napi::CallbackInfo& info);
  Napi::Value InterruptInfo(const Napi::CallbackInfo& info);
  Napi::Value SetInterrupts(const Napi::CallbackInfo& info);
  Napi::Value SetUnmask(const Napi::CallbackInfo& info);
  Napi::Value DisableInterrupts(const Napi::CallbackInfo& info);
  Napi::Value MaskInterrupt(const Napi::CallbackInfo& info);
  Napi::Value UnmaskInterrupt(const Napi::CallbackInfo& info);
  Napi::Value Reset(const Napi::CallbackInfo& info);
  Napi::Value HotResetFunctions(const Napi::CallbackInfo& info);
  Napi::Value HotReset(const Napi::CallbackInfo& info);
  Napi::Value Attach(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  // Argument `index` as the number of a region; empty when it is not one.
  const VfioRegion* RegionArgument(Arguments& args, size_t index);
  // Sets `count` interrupts with data of kind `flags`; `fds` may be null.
  Failure SetIrqs(uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
                  const int32_t* fds);

  VfioDeviceState state_;
};
