#include "lock.h"

#include <sys/file.h>

#include <cerrno>
#include <climits>

#include "arguments.h"
#include "error.h"

Napi::Value TryLock(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const int fd = static_cast<int>(args.Whole(0, "fd", INT_MAX));
  if (args.Failed()) return Napi::Value();

  int locked;
  do {
    locked = flock(fd, LOCK_EX | LOCK_NB);
  } while (locked != 0 && errno == EINTR);
  if (locked == 0) return Napi::Boolean::New(info.Env(), true);
  if (errno == EWOULDBLOCK) return Napi::Boolean::New(info.Env(), false);
  return Throw(info.Env(), {"flock", errno, "lock a file"});
}
