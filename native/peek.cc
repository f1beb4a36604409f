#include "peek.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "arguments.h"
#include "descriptor.h"
#include "error.h"

// The page is mapped for one load of exactly four bytes: nothing else of the device is read, nothing can be written, and
// a device that is taken out is not mapped for longer than that.
Napi::Value Peek32(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const std::string path = args.Text(0, "path");
  const uint64_t offset = args.Whole(1, "offset");
  args.Multiple("offset", offset, 4);
  if (args.Failed()) return Napi::Value();

  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Throw(info.Env(), {"open", errno, "open " + path});
  struct stat status;
  if (fstat(file.get(), &status) != 0) return Throw(info.Env(), {"fstat", errno, "read " + path});
  // behind the end lies SIGBUS
  if (offset + 4 > static_cast<uint64_t>(status.st_size)) {
    args.Range("offset", "lies outside of " + path);
    return Napi::Value();
  }
  const uint64_t pageBytes = HostPageBytes();
  const uint64_t within = offset % pageBytes;
  void* const page = mmap(nullptr, pageBytes, PROT_READ, MAP_SHARED, file.get(),
                          static_cast<off_t>(offset - within));
  if (page == MAP_FAILED) return Throw(info.Env(), {"mmap", errno, "map " + path});
  const uint32_t value =
      *reinterpret_cast<const volatile uint32_t*>(static_cast<const uint8_t*>(page) + within);
  munmap(page, pageBytes);
  return Napi::Number::New(info.Env(), value);
}
