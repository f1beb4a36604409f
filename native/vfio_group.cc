#include "vfio_group.h"

#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>

#include <utility>

#include "arguments.h"
#include "error.h"
#include "fd_property.h"
#include "instance.h"
#include "vfio_device.h"

Napi::Function VfioGroup::Define(Napi::Env env) {
  return DefineClass(env, "VfioGroup",
                     {
                         InstanceMethod<&VfioGroup::IsViable>("isViable"),
                         InstanceMethod<&VfioGroup::SetContainer>("setContainer"),
                         InstanceMethod<&VfioGroup::OpenDevice>("openDevice"),
                         InstanceMethod<&VfioGroup::Close>("close"),
                     });
}

VfioGroup::VfioGroup(const Napi::CallbackInfo& info) : Napi::ObjectWrap<VfioGroup>(info) {
  VfioGroupState* const state = Constructed<VfioGroupState>(info);
  if (state != nullptr) state_ = std::move(*state);
}

Napi::Value VfioGroup::IsViable(const Napi::CallbackInfo& info) {
  vfio_group_status status = {sizeof status, 0};
  if (ioctl(state_.group.get(), VFIO_GROUP_GET_STATUS, &status) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "read the status of VFIO group " + state_.path});
  }
  return Napi::Boolean::New(info.Env(), status.flags & VFIO_GROUP_FLAGS_VIABLE);
}

Napi::Value VfioGroup::SetContainer(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const int32_t container = static_cast<int32_t>(args.Whole(0, "container", INT32_MAX));
  if (args.Failed()) return Napi::Value();

  if (ioctl(state_.group.get(), VFIO_GROUP_SET_CONTAINER, &container) != 0) {
    return Throw(info.Env(),
                 {"ioctl", errno, "put VFIO group " + state_.path + " into a container"});
  }
  return info.Env().Undefined();
}

Napi::Value VfioGroup::OpenDevice(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const std::string address = args.Text(0, "address");
  const std::string token = info[1].IsNull() ? "" : args.Text(1, "token");
  if (args.Failed()) return Napi::Value();

  const std::string name = token.empty() ? address : address + " vf_token=" + token;
  Descriptor device(ioctl(state_.group.get(), VFIO_GROUP_GET_DEVICE_FD, name.c_str()));
  if (!device) return Throw(info.Env(), {"ioctl", errno, "open VFIO device " + address});
  return VfioDevice::Make(info.Env(), std::move(device), address);
}

Napi::Value VfioGroup::Close(const Napi::CallbackInfo& info) {
  state_.group.Close();
  SetFd(info.This().As<Napi::Object>(), -1);
  return info.Env().Undefined();
}

Napi::Value OpenVfioGroup(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint64_t number = args.Whole(0, "group", INT32_MAX);
  if (args.Failed()) return Napi::Value();

  VfioGroupState state;
  state.path = "/dev/vfio/" + std::to_string(number);
  state.group = Descriptor(open(state.path.c_str(), O_RDWR | O_CLOEXEC));
  if (!state.group) return Throw(info.Env(), {"open", errno, "open VFIO group " + state.path});
  const int fd = state.group.get();
  const Napi::Value value = Construct(info.Env().GetInstanceData<Instance>()->vfioGroup, &state);
  if (!value.IsEmpty()) SetFd(value.As<Napi::Object>(), fd);
  return value;
}
