#include "eventfd.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "arguments.h"
#include "clock_scale.h"
#include "error.h"
#include "fd_property.h"
#include "instance.h"

namespace {

// About 11 days. A thread inside wait() can neither be terminated nor see a stop flag, so callers
// wait in short turns anyway; the border only keeps the arithmetic in range.
constexpr double kLongestWaitMs = 1e9;

Napi::Value Make(Napi::Env env, Descriptor event) {
  const int fd = event.get();
  const Napi::Value value = Construct(env.GetInstanceData<Instance>()->eventFd, &event);
  if (!value.IsEmpty()) SetFd(value.As<Napi::Object>(), fd);
  return value;
}

}  // namespace

Napi::Function EventFd::Define(Napi::Env env) {
  return DefineClass(env, "EventFd",
                     {
                         InstanceMethod<&EventFd::Wait>("wait"),
                         InstanceMethod<&EventFd::Signal>("signal"),
                         InstanceMethod<&EventFd::Close>("close"),
                     });
}

EventFd::EventFd(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EventFd>(info) {
  Descriptor* const event = Constructed<Descriptor>(info);
  if (event != nullptr) event_ = std::move(*event);
}

Napi::Value EventFd::Wait(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const double timeoutMs = args.Real(0, "timeoutMs", kLongestWaitMs);
  if (args.Failed()) return Napi::Value();
  if (!event_) return Throw(info.Env(), {"ppoll", EBADF, "wait for eventfd", "it is closed"});

  const int64_t deadlineNs = MonotonicNs() + static_cast<int64_t>(timeoutMs * 1e6);
  for (;;) {
    const int64_t leftNs = std::max<int64_t>(deadlineNs - MonotonicNs(), 0);
    const timespec left{static_cast<time_t>(leftNs / 1'000'000'000),
                        static_cast<long>(leftNs % 1'000'000'000)};
    pollfd poll{event_.get(), POLLIN, 0};
    const int ready = ppoll(&poll, 1, &left, nullptr);
    if (ready == 0) return Napi::Number::New(info.Env(), 0);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return Throw(info.Env(), {"ppoll", errno, "wait for eventfd"});

    uint64_t count = 0;
    if (read(event_.get(), &count, sizeof count) == sizeof count) {
      return Napi::Number::New(info.Env(), static_cast<double>(count));
    }
    // EAGAIN: another waiter on the same eventfd was faster.
    if (errno != EAGAIN && errno != EINTR) {
      return Throw(info.Env(), {"read", errno, "wait for eventfd"});
    }
  }
}

Napi::Value EventFd::Signal(const Napi::CallbackInfo& info) {
  const uint64_t one = 1;
  // EAGAIN: the counter is full, which is signal enough.
  if (write(event_.get(), &one, sizeof one) < 0 && errno != EAGAIN) {
    return Throw(info.Env(), {"write", errno, "signal eventfd"});
  }
  return info.Env().Undefined();
}

Napi::Value EventFd::Close(const Napi::CallbackInfo& info) {
  event_.Close();
  SetFd(info.This().As<Napi::Object>(), -1);
  return info.Env().Undefined();
}

Napi::Value NewEventFd(const Napi::CallbackInfo& info) {
  // Nonblocking: with several waiters a read after poll may find nothing left.
  Descriptor event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) return Throw(info.Env(), {"eventfd", errno, "make eventfd"});
  return Make(info.Env(), std::move(event));
}

Napi::Value EventFdFrom(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const int fd = static_cast<int>(args.Whole(0, "fd", INT32_MAX));
  if (args.Failed()) return Napi::Value();

  Descriptor event(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!event) return Throw(info.Env(), {"fcntl", errno, "duplicate eventfd " + std::to_string(fd)});
  return Make(info.Env(), std::move(event));
}

Napi::Value SetNonblocking(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const int fd = static_cast<int>(args.Whole(0, "fd", INT32_MAX));
  if (args.Failed()) return Napi::Value();

  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    return Throw(info.Env(), {"fcntl", errno, "make " + std::to_string(fd) + " nonblocking"});
  }
  return info.Env().Undefined();
}
