// Resets of a VFIO device: of the function alone, and of all that hangs on its link.
#include <sys/ioctl.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "vfio_device.h"

namespace {

// Groups that one hot reset may name: functions of a bus, and some.
constexpr uint64_t kMostGroups = 256;

}  // namespace

Napi::Value VfioDevice::Reset(const Napi::CallbackInfo& info) {
  if (ioctl(state_.device.get(), VFIO_DEVICE_RESET) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "reset VFIO device"});
  }
  return info.Env().Undefined();
}

// The kernel says how many there are, and wants room for all of them.
Napi::Value VfioDevice::HotResetFunctions(const Napi::CallbackInfo& info) {
  const char* const action = "ask what a hot reset reaches";
  std::vector<uint32_t> reply;
  uint32_t count = 0;
  for (int tries = 0;; tries++) {
    const size_t bytes =
        sizeof(vfio_pci_hot_reset_info) + count * sizeof(vfio_pci_dependent_device);
    reply.assign(bytes / sizeof(uint32_t), 0);
    auto* const question = reinterpret_cast<vfio_pci_hot_reset_info*>(reply.data());
    question->argsz = static_cast<uint32_t>(bytes);
    if (ioctl(state_.device.get(), VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, question) == 0) break;
    // a function may have come meanwhile
    if (errno != ENOSPC || tries == 4) return Throw(info.Env(), {"ioctl", errno, action});
    count = question->count;
  }
  const auto* const answer = reinterpret_cast<const vfio_pci_hot_reset_info*>(reply.data());
  const auto* const functions =
      reinterpret_cast<const vfio_pci_dependent_device*>(reply.data() + sizeof *answer / 4);
  const Napi::Array result = Napi::Array::New(info.Env());
  for (uint32_t index = 0; index < answer->count && index < count; index++) {
    const vfio_pci_dependent_device& one = functions[index];
    char address[32];
    snprintf(address, sizeof address, "%04x:%02x:%02x.%x", one.segment, one.bus, one.devfn >> 3,
             one.devfn & 7);
    const Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("address", Napi::String::New(info.Env(), address));
    entry.Set("group", Napi::Number::New(info.Env(), one.group_id));
    result.Set(index, entry);
  }
  return result;
}

Napi::Value VfioDevice::HotReset(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const std::vector<int32_t> groups = args.Descriptors(0, "groups", kMostGroups);
  if (args.Failed()) return Napi::Value();

  std::vector<uint32_t> request(sizeof(vfio_pci_hot_reset) / sizeof(uint32_t) + groups.size());
  auto* const reset = reinterpret_cast<vfio_pci_hot_reset*>(request.data());
  reset->argsz = static_cast<uint32_t>(request.size() * sizeof(uint32_t));
  reset->count = static_cast<uint32_t>(groups.size());
  if (!groups.empty()) {
    memcpy(reset->group_fds, groups.data(), groups.size() * sizeof(int32_t));
  }
  if (ioctl(state_.device.get(), VFIO_DEVICE_PCI_HOT_RESET, reset) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "hot reset VFIO device"});
  }
  return info.Env().Undefined();
}
