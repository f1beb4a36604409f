#include "fault_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "arguments.h"
#include "error.h"
#include "fd_property.h"
#include "instance.h"
#include "iommufd_abi.h"

namespace {

// A read gives whole groups, and none where the oldest does not fit: more than a device may ask for at once (PCI Express
// has 512 groups, and a group one request for each page).
constexpr size_t kFaultsARead = 4096;

Napi::Object ObjectOf(Napi::Env env, const iommu_hwpt_pgfault& fault) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("flags", Napi::Number::New(env, fault.flags));
  object.Set("device", Napi::Number::New(env, fault.dev_id));
  object.Set("pasid", Napi::Number::New(env, fault.pasid));
  object.Set("group", Napi::Number::New(env, fault.grpid));
  object.Set("permissions", Napi::Number::New(env, fault.perm));
  object.Set("address", Napi::BigInt::New(env, uint64_t{fault.addr}));
  object.Set("bytes", Napi::Number::New(env, fault.length));
  object.Set("cookie", Napi::Number::New(env, fault.cookie));
  return object;
}

}  // namespace

Napi::Function FaultQueue::Define(Napi::Env env) {
  return DefineClass(env, "FaultQueue",
                     {
                         InstanceMethod<&FaultQueue::Take>("take"),
                         InstanceMethod<&FaultQueue::Answer>("answer"),
                         InstanceMethod<&FaultQueue::Close>("close"),
                     });
}

FaultQueue::FaultQueue(const Napi::CallbackInfo& info) : Napi::ObjectWrap<FaultQueue>(info) {
  Descriptor* const queue = Constructed<Descriptor>(info);
  if (queue != nullptr) queue_ = std::move(*queue);
}

Napi::Value FaultQueue::Make(Napi::Env env, Descriptor queue, uint32_t id) {
  const int fd = queue.get();
  // a kernel that waited in read would stop this thread
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
      fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return Throw(env, {"fcntl", errno, "open a queue for page faults"});
  }
  const Napi::Value value = Construct(env.GetInstanceData<Instance>()->faultQueue, &queue);
  if (value.IsEmpty()) return value;
  SetFd(value.As<Napi::Object>(), fd);
  value.As<Napi::Object>().Set("id", Napi::Number::New(env, id));
  return value;
}

Napi::Value FaultQueue::Take(const Napi::CallbackInfo& info) {
  std::vector<iommu_hwpt_pgfault> faults(kFaultsARead);
  const size_t room = faults.size() * sizeof faults[0];
  ssize_t bytes;
  do {
    bytes = read(queue_.get(), faults.data(), room);
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0 && errno == EAGAIN) bytes = 0;
  if (bytes < 0) return Throw(info.Env(), {"read", errno, "read page faults"});
  const size_t count = static_cast<size_t>(bytes) / sizeof faults[0];
  if (count * sizeof faults[0] != static_cast<size_t>(bytes) || count > faults.size()) {
    return Throw(info.Env(), {"read", EIO, "read page faults",
                              std::to_string(bytes) + " bytes are no whole number of them"});
  }
  const Napi::Array result = Napi::Array::New(info.Env(), count);
  for (uint32_t i = 0; i < count; i++) result.Set(i, ObjectOf(info.Env(), faults[i]));
  return result;
}

Napi::Value FaultQueue::Answer(const Napi::CallbackInfo& info) {
  Arguments args(info);
  iommu_hwpt_page_response response = {};
  response.cookie = static_cast<uint32_t>(args.Whole(0, "cookie", UINT32_MAX));
  response.code = static_cast<uint32_t>(args.Whole(1, "code", 1));
  if (args.Failed()) return Napi::Value();

  ssize_t bytes;
  do {
    bytes = write(queue_.get(), &response, sizeof response);
  } while (bytes < 0 && errno == EINTR);
  if (bytes != sizeof response) {
    return Throw(info.Env(), {"write", bytes < 0 ? errno : EIO, "answer a page fault"});
  }
  return info.Env().Undefined();
}

Napi::Value FaultQueue::Close(const Napi::CallbackInfo& info) {
  queue_.Close();
  SetFd(info.This().As<Napi::Object>(), -1);
  return info.Env().Undefined();
}
