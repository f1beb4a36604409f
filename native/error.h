// A failed system call becomes a JavaScript Error that looks like Node's own: `code` is errno's
// name, `errno` its negated number, `syscall` the call.
#pragma once

#include <napi.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

// What failed; false when nothing did. The number stands before the words because a braced list is
// evaluated in order: making a string could change errno.
struct Failure {
  const char* syscall = "";
  int error = 0;
  // The verb and its object: "open VFIO group /dev/vfio/7".
  std::string action = {};
  // In place of strerror's text, where more is known.
  std::string why = {};
  explicit operator bool() const { return error != 0; }
};

// strerrorname_np would do, but neither musl nor glibc before 2.32 has it.
inline std::string ErrnoName(int error) {
#define PHASEBIT_NAME(name) \
  case name:                \
    return #name;
  switch (error) {
    PHASEBIT_NAME(E2BIG)
    PHASEBIT_NAME(EACCES)
    PHASEBIT_NAME(EADDRINUSE)
    PHASEBIT_NAME(EAGAIN)
    PHASEBIT_NAME(EBADF)
    PHASEBIT_NAME(EBADFD)
    PHASEBIT_NAME(EBUSY)
    PHASEBIT_NAME(ECONNREFUSED)
    PHASEBIT_NAME(ECONNRESET)
    PHASEBIT_NAME(EEXIST)
    PHASEBIT_NAME(EFAULT)
    PHASEBIT_NAME(EFBIG)
    PHASEBIT_NAME(EINTR)
    PHASEBIT_NAME(EINVAL)
    PHASEBIT_NAME(EIO)
    PHASEBIT_NAME(EISDIR)
    PHASEBIT_NAME(ELOOP)
    PHASEBIT_NAME(EMFILE)
    PHASEBIT_NAME(ENAMETOOLONG)
    PHASEBIT_NAME(ENFILE)
    PHASEBIT_NAME(ENODEV)
    PHASEBIT_NAME(ENOENT)
    PHASEBIT_NAME(ENOMEM)
    PHASEBIT_NAME(ENOSPC)
    PHASEBIT_NAME(ENOSYS)
    PHASEBIT_NAME(ENOTCONN)
    PHASEBIT_NAME(ENOTDIR)
    PHASEBIT_NAME(ENOTSOCK)
    PHASEBIT_NAME(ENOTSUP)
    PHASEBIT_NAME(ENOTTY)
    PHASEBIT_NAME(ENXIO)
    PHASEBIT_NAME(EOVERFLOW)
    PHASEBIT_NAME(EPERM)
    PHASEBIT_NAME(EPIPE)
    PHASEBIT_NAME(ERANGE)
    PHASEBIT_NAME(EROFS)
    PHASEBIT_NAME(ESRCH)
    PHASEBIT_NAME(ETIMEDOUT)
    PHASEBIT_NAME(ETXTBSY)
  }
#undef PHASEBIT_NAME
  return "E" + std::to_string(error);
}

// Message: "action: ENAME, why".
inline Napi::Error ErrorOf(Napi::Env env, const Failure& failure) {
  const std::string name = ErrnoName(failure.error);
  const std::string why = failure.why.empty() ? strerror(failure.error) : failure.why;
  Napi::Error error = Napi::Error::New(env, failure.action + ": " + name + ", " + why);
  error.Set("code", Napi::String::New(env, name));
  error.Set("errno", Napi::Number::New(env, -failure.error));
  error.Set("syscall", Napi::String::New(env, failure.syscall));
  return error;
}

inline Napi::Value Throw(Napi::Env env, const Failure& failure) {
  ErrorOf(env, failure).ThrowAsJavaScriptException();
  return Napi::Value();
}

inline Napi::Value Throw(Napi::Env env, Failure failure, std::string action) {
  failure.action = std::move(action);
  return Throw(env, failure);
}
