// Interrupts of a VFIO device, delivered to eventfds.
#include <sys/ioctl.h>

#include <cstring>
#include <string>
#include <vector>

#include "vfio_device.h"

namespace {

// Of one kind: MSI-X has 2,048 at most.
constexpr uint64_t kMostVectors = 2048;

uint32_t IndexArgument(Arguments& args) {
  return static_cast<uint32_t>(args.Whole(0, "index", VFIO_PCI_NUM_IRQS - 1));
}

std::string Name(const char* verb, uint32_t index) {
  return std::string(verb) + " VFIO interrupt " + std::to_string(index);
}

}  // namespace

Failure VfioDevice::SetIrqs(uint32_t flags, uint32_t index, uint32_t start, uint32_t count,
                            const int32_t* fds) {
  const size_t dataBytes = fds == nullptr ? 0 : count * sizeof(int32_t);
  const size_t bytes = sizeof(vfio_irq_set) + dataBytes;
  std::vector<uint32_t> request((bytes + sizeof(uint32_t) - 1) / sizeof(uint32_t));
  vfio_irq_set* const set = reinterpret_cast<vfio_irq_set*>(request.data());
  set->argsz = static_cast<uint32_t>(bytes);
  set->flags = flags;
  set->index = index;
  set->start = start;
  set->count = count;
  if (dataBytes != 0) memcpy(set->data, fds, dataBytes);
  const int result = ioctl(state_.device.get(), VFIO_DEVICE_SET_IRQS, set);
  if (result < 0) return {"ioctl", errno};
  // A positive result is how many vectors there are, fewer than asked for; none was enabled then.
  if (result > 0) {
    return {"ioctl", ENOSPC, {}, "the host has only " + std::to_string(result) + " of these vectors"};
  }
  return {};
}

Napi::Value VfioDevice::InterruptInfo(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t index = IndexArgument(args);
  if (args.Failed()) return Napi::Value();

  vfio_irq_info irq = {};
  irq.argsz = sizeof irq;
  irq.index = index;
  // EINVAL: a conventional PCI function has no ERR interrupt.
  if (ioctl(state_.device.get(), VFIO_DEVICE_GET_IRQ_INFO, &irq) != 0 && errno != EINVAL) {
    return Throw(info.Env(), {"ioctl", errno, Name("read", index)});
  }
  const Napi::Object result = Napi::Object::New(info.Env());
  result.Set("count", Napi::Number::New(info.Env(), irq.count));
  result.Set("eventfd", Napi::Boolean::New(info.Env(), irq.flags & VFIO_IRQ_INFO_EVENTFD));
  result.Set("maskable", Napi::Boolean::New(info.Env(), irq.flags & VFIO_IRQ_INFO_MASKABLE));
  result.Set("automasked", Napi::Boolean::New(info.Env(), irq.flags & VFIO_IRQ_INFO_AUTOMASKED));
  return result;
}

Napi::Value VfioDevice::SetInterrupts(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t index = IndexArgument(args);
  const uint32_t start = static_cast<uint32_t>(args.Whole(1, "start", kMostVectors - 1));
  const std::vector<int32_t> fds = args.Descriptors(2, "fds", kMostVectors);
  if (args.Failed()) return Napi::Value();

  const Failure failure = SetIrqs(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, index,
                                  start, static_cast<uint32_t>(fds.size()), fds.data());
  if (failure) return Throw(info.Env(), failure, Name("enable", index));
  return info.Env().Undefined();
}

Napi::Value VfioDevice::SetUnmask(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t index = IndexArgument(args);
  const uint32_t vector = static_cast<uint32_t>(args.Whole(1, "vector", kMostVectors - 1));
  const int32_t fd = static_cast<int32_t>(args.Whole(2, "fd", INT32_MAX));
  if (args.Failed()) return Napi::Value();

  const Failure failure =
      SetIrqs(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK, index, vector, 1, &fd);
  if (failure) return Throw(info.Env(), failure, Name("set unmask of", index));
  return info.Env().Undefined();
}

Napi::Value VfioDevice::DisableInterrupts(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t index = IndexArgument(args);
  if (args.Failed()) return Napi::Value();

  // vfio.h: DATA_NONE with a count of 0 and ACTION_TRIGGER switches the whole index off.
  const Failure failure =
      SetIrqs(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, index, 0, 0, nullptr);
  if (failure) return Throw(info.Env(), failure, Name("disable", index));
  return info.Env().Undefined();
}

Napi::Value VfioDevice::MaskInterrupt(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t index = IndexArgument(args);
  const uint32_t vector = static_cast<uint32_t>(args.Whole(1, "vector", kMostVectors - 1));
  if (args.Failed()) return Napi::Value();

  const Failure failure =
      SetIrqs(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK, index, vector, 1, nullptr);
  if (failure) return Throw(info.Env(), failure, Name("mask", index));
  return info.Env().Undefined();
}

Napi::Value VfioDevice::UnmaskInterrupt(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t index = IndexArgument(args);
  const uint32_t vector = static_cast<uint32_t>(args.Whole(1, "vector", kMostVectors - 1));
  if (args.Failed()) return Napi::Value();

  const Failure failure =
      SetIrqs(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK, index, vector, 1, nullptr);
  if (failure) return Throw(info.Env(), failure, Name("unmask", index));
  return info.Env().Undefined();
}
