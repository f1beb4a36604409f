#include "unix_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "clock_scale.h"
#include "error.h"
#include "fd_property.h"
#include "instance.h"

namespace {

// The kernel passes no more in one message (SCM_MAX_FD).
constexpr size_t kMostDescriptors = 253;
constexpr size_t kMostPolled = 64;
constexpr double kLongestMs = 1e9;
// About to be handed out, nothing but its owner may connect.
constexpr mode_t kOwnerOnly = 0600;

constexpr size_t ControlBytes(size_t descriptors) {
  return CMSG_SPACE(descriptors * sizeof(int));
}

Napi::Value MakeSocket(Napi::Env env, Descriptor socket) {
  const int fd = socket.get();
  const Napi::Value value = Construct(env.GetInstanceData<Instance>()->unixSocket, &socket);
  if (!value.IsEmpty()) SetFd(value.As<Napi::Object>(), fd);
  return value;
}

// A time from now on, which poll calls that a signal ended share.
class Deadline {
 public:
  explicit Deadline(double timeoutMs)
      : endNs_(MonotonicNs() + static_cast<int64_t>(timeoutMs * 1e6)) {}

  // As ppoll; EINTR is none of its errors.
  int Poll(pollfd* polls, size_t count) const {
    for (;;) {
      const int64_t leftNs = std::max<int64_t>(endNs_ - MonotonicNs(), 0);
      const timespec left{static_cast<time_t>(leftNs / 1'000'000'000),
                          static_cast<long>(leftNs % 1'000'000'000)};
      const int ready = ppoll(polls, count, &left, nullptr);
      if (ready >= 0 || errno != EINTR) return ready;
    }
  }

 private:
  int64_t endNs_;
};

// The descriptors of a message that was received: ours to close until they are handed on.
std::vector<Descriptor> Received(msghdr* message) {
  std::vector<Descriptor> result;
  for (cmsghdr* part = CMSG_FIRSTHDR(message); part != nullptr; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t index = 0; index < count; index++) {
      int fd;
      memcpy(&fd, CMSG_DATA(part) + index * sizeof fd, sizeof fd);
      result.emplace_back(fd);
    }
  }
  return result;
}

Failure AddressAt(const std::string& path, sockaddr_un* address) {
  *address = {};
  address->sun_family = AF_UNIX;
  if (path.size() >= sizeof address->sun_path) {
    const std::string most = std::to_string(sizeof address->sun_path - 1);
    return {"bind", ENAMETOOLONG, {}, "a socket's path may have " + most + " bytes"};
  }
  memcpy(address->sun_path, path.data(), path.size());
  return {};
}

Descriptor NewSocket() {
  return Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

}  // namespace

Napi::Function UnixSocket::Define(Napi::Env env) {
  return DefineClass(env, "UnixSocket",
                     {
                         InstanceMethod<&UnixSocket::Send>("send"),
                         InstanceMethod<&UnixSocket::Receive>("receive"),
                         InstanceMethod<&UnixSocket::Accept>("accept"),
                         InstanceMethod<&UnixSocket::Peer>("peer"),
                         InstanceMethod<&UnixSocket::Close>("close"),
                     });
}

UnixSocket::UnixSocket(const Napi::CallbackInfo& info) : Napi::ObjectWrap<UnixSocket>(info) {
  Descriptor* const socket = Constructed<Descriptor>(info);
  if (socket != nullptr) socket_ = std::move(*socket);
}

Napi::Value UnixSocket::Send(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const Bytes data = args.Data(0, "data");
  const bool hasFds = info[1].IsArray() && info[1].As<Napi::Array>().Length() > 0;
  const std::vector<int32_t> fds =
      hasFds ? args.Descriptors(1, "fds", kMostDescriptors) : std::vector<int32_t>();
  const double timeoutMs = args.Real(2, "timeoutMs", kLongestMs);
  if (!args.Failed() && data.bytes == 0) args.Range("data", "must not be empty");
  if (args.Failed()) return Napi::Value();

  alignas(cmsghdr) char control[ControlBytes(kMostDescriptors)];
  const Deadline deadline(timeoutMs);
  for (uint64_t sent = 0; sent < data.bytes;) {
    iovec part{const_cast<uint8_t*>(data.base) + sent, data.bytes - sent};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    // They go with the first byte.
    if (sent == 0 && !fds.empty()) {
      memset(control, 0, sizeof control);
      message.msg_control = control;
      message.msg_controllen = ControlBytes(fds.size());
      cmsghdr* const rights = CMSG_FIRSTHDR(&message);
      rights->cmsg_level = SOL_SOCKET;
      rights->cmsg_type = SCM_RIGHTS;
      rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
      memcpy(CMSG_DATA(rights), fds.data(), fds.size() * sizeof(int));
    }
    const ssize_t moved = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (moved >= 0) {
      sent += static_cast<uint64_t>(moved);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return Throw(info.Env(), {"sendmsg", errno, "send to a socket"});
    pollfd poll{socket_.get(), POLLOUT, 0};
    const int ready = deadline.Poll(&poll, 1);
    if (ready == 0) return Throw(info.Env(), {"sendmsg", ETIMEDOUT, "send to a socket"});
    if (ready < 0) return Throw(info.Env(), {"ppoll", errno, "send to a socket"});
  }
  return info.Env().Undefined();
}

Napi::Value UnixSocket::Receive(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const Bytes into = args.Data(0, "into");
  const size_t most = args.Whole(1, "mostFds", kMostDescriptors);
  if (!args.Failed() && into.bytes == 0) args.Range("into", "must not be empty");
  if (args.Failed()) return Napi::Value();

  alignas(cmsghdr) char control[ControlBytes(kMostDescriptors)];
  iovec part{const_cast<uint8_t*>(into.base), into.bytes};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  // Never none: the kernel drops what does not fit, and would not say of which kind it was.
  message.msg_controllen = ControlBytes(std::max<size_t>(most, 1));
  ssize_t moved;
  do {
    moved = recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (moved < 0 && errno == EINTR);
  if (moved < 0 && errno == EAGAIN) return info.Env().Null();
  if (moved < 0) return Throw(info.Env(), {"recvmsg", errno, "receive from a socket"});

  std::vector<Descriptor> fds = Received(&message);
  if ((message.msg_flags & MSG_CTRUNC) || fds.size() > most) {
    const std::string why = "more than " + std::to_string(most) + " descriptors came with it";
    return Throw(info.Env(), {"recvmsg", E2BIG, "receive from a socket", why});
  }
  const Napi::Array numbers = Napi::Array::New(info.Env());
  for (const Descriptor& fd : fds) numbers.Set(numbers.Length(), fd.get());
  const Napi::Object result = Napi::Object::New(info.Env());
  result.Set("bytes", static_cast<double>(moved));
  result.Set("fds", numbers);
  if (info.Env().IsExceptionPending()) return Napi::Value();
  for (Descriptor& fd : fds) fd.Release();
  return result;
}

Napi::Value UnixSocket::Accept(const Napi::CallbackInfo& info) {
  Descriptor socket;
  do {
    socket = Descriptor(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  } while (!socket && errno == EINTR);
  // Whoever was there may have gone again.
  if (!socket && (errno == EAGAIN || errno == ECONNABORTED)) return info.Env().Null();
  if (!socket) return Throw(info.Env(), {"accept4", errno, "accept a connection"});
  return MakeSocket(info.Env(), std::move(socket));
}

Napi::Value UnixSocket::Peer(const Napi::CallbackInfo& info) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return Throw(info.Env(), {"getsockopt", errno, "ask who is at the other end of a socket"});
  }
  const Napi::Object result = Napi::Object::New(info.Env());
  result.Set("pid", static_cast<double>(credentials.pid));
  result.Set("uid", static_cast<double>(credentials.uid));
  result.Set("gid", static_cast<double>(credentials.gid));
  return result;
}

Napi::Value UnixSocket::Close(const Napi::CallbackInfo& info) {
  socket_.Close();
  SetFd(info.This().As<Napi::Object>(), -1);
  return info.Env().Undefined();
}

Napi::Value ConnectUnix(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const std::string path = args.Text(0, "path");
  if (args.Failed()) return Napi::Value();

  const std::string action = "connect to " + path;
  sockaddr_un address;
  const Failure failure = AddressAt(path, &address);
  if (failure) return Throw(info.Env(), failure, action);
  Descriptor socket = NewSocket();
  if (!socket) return Throw(info.Env(), {"socket", errno, action});
  if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return Throw(info.Env(), {"connect", errno, action});
  }
  return MakeSocket(info.Env(), std::move(socket));
}

Napi::Value ListenUnix(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const std::string path = args.Text(0, "path");
  const int backlog = static_cast<int>(args.Whole(1, "backlog", 4096));
  if (args.Failed()) return Napi::Value();

  const std::string action = "listen at " + path;
  sockaddr_un address;
  const Failure failure = AddressAt(path, &address);
  if (failure) return Throw(info.Env(), failure, action);
  Descriptor socket = NewSocket();
  if (!socket) return Throw(info.Env(), {"socket", errno, action});
  // What bind makes has the socket's own mode: at no moment may others connect.
  if (fchmod(socket.get(), kOwnerOnly) != 0) return Throw(info.Env(), {"fchmod", errno, action});
  if (bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return Throw(info.Env(), {"bind", errno, action});
  }
  if (listen(socket.get(), backlog) != 0) return Throw(info.Env(), {"listen", errno, action});
  return MakeSocket(info.Env(), std::move(socket));
}

Napi::Value UnixPair(const Napi::CallbackInfo& info) {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0) {
    return Throw(info.Env(), {"socketpair", errno, "make a pair of sockets"});
  }
  Descriptor first(fds[0]);
  Descriptor second(fds[1]);
  const Napi::Array pair = Napi::Array::New(info.Env());
  pair.Set(0u, MakeSocket(info.Env(), std::move(first)));
  pair.Set(1u, MakeSocket(info.Env(), std::move(second)));
  return pair;
}

Napi::Value WaitReadable(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const std::vector<int32_t> fds = args.Descriptors(0, "fds", kMostPolled);
  const double timeoutMs = args.Real(1, "timeoutMs", kLongestMs);
  if (args.Failed()) return Napi::Value();

  std::vector<pollfd> polls;
  for (const int32_t fd : fds) polls.push_back({fd, POLLIN, 0});
  if (Deadline(timeoutMs).Poll(polls.data(), polls.size()) < 0) {
    return Throw(info.Env(), {"ppoll", errno, "wait for sockets"});
  }
  const Napi::Array ready = Napi::Array::New(info.Env());
  // An error or an end is something to read too.
  for (const pollfd& poll : polls) {
    if (poll.revents != 0) ready.Set(ready.Length(), poll.fd);
  }
  return ready;
}
