#include "memory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <string>
#include <utility>

#include "fd_property.h"
#include "instance.h"

constexpr uint64_t kHugePageBytes = 2 * 1024 * 1024;

Failure MappedPages::Map(uint8_t* place, uint64_t bytes, uint64_t pageBytes, int protection,
                         int flags, int fd, uint64_t offset) {
  // From here on the range is ours to repair: mmap unmaps what was there before it may fail.
  place_ = place;
  bytes_ = bytes;
  pageBytes_ = pageBytes;
  if (mmap(place, bytes, protection, MAP_FIXED | MAP_SHARED | flags, fd,
           static_cast<off_t>(offset)) == MAP_FAILED) {
    const Failure failure{"mmap", errno};
    Release();
    return failure;
  }
  // A forked child must not hold a device's memory, and a core dump must not read its registers.
  if (madvise(place, bytes, MADV_DONTFORK) != 0 || madvise(place, bytes, MADV_DONTDUMP) != 0) {
    const Failure failure{"madvise", errno};
    Release();
    return failure;
  }
  return {};
}

Failure MappedPages::Release() {
  if (place_ == nullptr) return {};
  // NORESERVE as V8 has it in its own reservation: no commit charge that this could fail for.
  if (mmap(place_, bytes_, PROT_READ | PROT_WRITE,
           MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED) {
    return {"mmap", errno};
  }
  place_ = nullptr;
  return {};
}

namespace {

struct MappingState {
  napi_value view;
  MappedPages pages;
  Descriptor file;
  FileWatch watch;
};

// Makes the pages of a part of a file: where there is no memory for it, one of a memfd that is
// missing is a SIGBUS.
Failure AllocatePages(int fd, uint64_t offset, uint64_t bytes) {
  int allocated;
  do {
    allocated = fallocate(fd, 0, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  } while (allocated != 0 && errno == EINTR);
  if (allocated != 0) return {"fallocate", errno};
  return {};
}

// A memfd whose size nobody changes any more.
Failure MakeSealed(Descriptor* made, uint64_t bytes, unsigned flags) {
  Descriptor file(memfd_create("phasebit", MFD_CLOEXEC | MFD_ALLOW_SEALING | flags));
  if (!file) return {"memfd_create", errno};
  if (ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) return {"ftruncate", errno};
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return {"fcntl", errno};
  }
  *made = std::move(file);
  return {};
}

// A sealed memfd. Its pages are allocated before they are mapped: mmap does not report a
// MAP_POPULATE that found no memory, and the first touch would then be a SIGBUS.
Failure MapSealed(MappedPages* pages, Descriptor* made, uint8_t* place, uint64_t bytes,
                  bool huge) {
  Descriptor file;
  Failure failure = MakeSealed(&file, bytes, huge ? MFD_HUGETLB | MFD_HUGE_2MB : 0);
  if (!failure) failure = AllocatePages(file.get(), 0, bytes);
  if (failure) return failure;
  const uint64_t pageBytes = huge ? kHugePageBytes : HostPageBytes();
  failure = pages->Map(place, bytes, pageBytes, PROT_READ | PROT_WRITE, MAP_POPULATE,
                                     file.get(), 0);
  if (!failure) *made = std::move(file);
  return failure;
}

}  // namespace

Napi::Function Mapping::Define(Napi::Env env) {
  return DefineClass(env, "Mapping", {InstanceMethod<&Mapping::Allocate>("allocate"),
                                      InstanceMethod<&Mapping::Close>("close")});
}

Napi::Value Mapping::Make(Napi::Env env, const LinearMemory& memory, uint64_t pointer,
                          MappedPages pages, Descriptor file, FileWatch watch) {
  const int fd = file.get();
  const double bytes = static_cast<double>(pages.bytes());
  const double pageBytes = static_cast<double>(pages.pageBytes());
  MappingState state{memory.view, std::move(pages), std::move(file), std::move(watch)};
  const Napi::Value value = Construct(env.GetInstanceData<Instance>()->mapping, &state);
  if (value.IsEmpty()) return value;

  // Own values, not accessors on the prototype: Node-API checks the receiver of methods only.
  const auto number = [env](const char* name, double content) {
    return Napi::PropertyDescriptor::Value(name, Napi::Number::New(env, content), napi_enumerable);
  };
  value.As<Napi::Object>().DefineProperties({number("pointer", static_cast<double>(pointer)),
                                             number("bytes", bytes),
                                             number("pageBytes", pageBytes),
                                             // all that is mapped with a descriptor is mapped whole
                                             number("fileOffset", 0)});
  SetFd(value.As<Napi::Object>(), fd);
  return value;
}

Mapping::Mapping(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Mapping>(info) {
  MappingState* const state = Constructed<MappingState>(info);
  if (state == nullptr) return;
  memory_ = Napi::Persistent(Napi::Object(info.Env(), state->view));
  watch_ = std::move(state->watch);
  pages_ = std::move(state->pages);
  file_ = std::move(state->file);
}

Napi::Value Mapping::Allocate(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint64_t offset = args.Whole(0, "offset");
  const uint64_t bytes = args.Whole(1, "bytes");
  const uint64_t all = pages_.bytes();
  if (!args.Failed() && (bytes == 0 || offset > all || bytes > all - offset)) {
    args.Range("offset", "and bytes lie outside the mapping");
  }
  if (args.Failed()) return Napi::Value();
  const Failure failure = AllocatePages(file_.get(), offset, bytes);
  if (failure)
    return Throw(info.Env(), failure, "map " + std::to_string(bytes) + " bytes of memory");
  return info.Env().Undefined();
}

Napi::Value Mapping::Close(const Napi::CallbackInfo& info) {
  const Failure failure = pages_.Release();
  if (failure) return Throw(info.Env(), failure, "put anonymous pages over a mapping");
  watch_.End();
  memory_.Reset();
  file_.Close();
  SetFd(info.This().As<Napi::Object>(), -1);
  return info.Env().Undefined();
}

Napi::Value AddressOf(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  if (args.Failed()) return Napi::Value();
  return Napi::BigInt::New(info.Env(), reinterpret_cast<uint64_t>(memory.base));
}

Napi::Value MapMemory(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  const uint64_t bytes = args.Whole(2, "bytes");
  const bool huge = args.Boolean(3, "huge");
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  if (args.Failed()) return Napi::Value();

  const bool aligned = (reinterpret_cast<uintptr_t>(place) | bytes) % kHugePageBytes == 0;
  MappedPages pages;
  Descriptor file;
  if (huge && aligned && !MapSealed(&pages, &file, place, bytes, true)) {
    return Mapping::Make(info.Env(), memory, pointer, std::move(pages), std::move(file));
  }
  const Failure failure = MapSealed(&pages, &file, place, bytes, false);
  if (failure)
    return Throw(info.Env(), failure, "map " + std::to_string(bytes) + " bytes of memory");
  return Mapping::Make(info.Env(), memory, pointer, std::move(pages), std::move(file));
}

Napi::Value MapFile(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  const uint64_t bytes = args.Whole(2, "bytes");
  const std::string path = args.Text(3, "path");
  const bool isWatched = !info[4].IsUndefined();
  const uint64_t lost = isWatched ? args.Whole(4, "lost") : 0;
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  uint8_t* const word = isWatched ? args.Place(memory, lost, 4, 4) : nullptr;
  if (args.Failed()) return Napi::Value();

  const Descriptor file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return Throw(info.Env(), {"open", errno, "open " + path});
  struct stat status;
  if (fstat(file.get(), &status) != 0) return Throw(info.Env(), {"fstat", errno, "map " + path});
  struct statfs system;
  if (fstatfs(file.get(), &system) != 0)
    return Throw(info.Env(), {"fstatfs", errno, "map " + path});

  // Past the end of a file lies SIGBUS, and on hugetlbfs mmap rounds the length up over our
  // neighbour.
  if (S_ISREG(status.st_mode) && static_cast<uint64_t>(status.st_size) < bytes) {
    args.Range("bytes", "exceeds the " + std::to_string(status.st_size) + " bytes of " + path);
  }
  const bool huge = static_cast<uint64_t>(system.f_type) == HUGETLBFS_MAGIC;
  const uint64_t pageBytes = huge ? static_cast<uint64_t>(system.f_bsize) : HostPageBytes();
  args.Multiple("bytes", bytes, pageBytes);
  if (args.Failed()) return Napi::Value();

  MappedPages pages;
  Failure failure =
      pages.Map(place, bytes, pageBytes, PROT_READ | PROT_WRITE, MAP_POPULATE, file.get(), 0);
  if (failure) return Throw(info.Env(), failure, "map " + path);
  FileWatch watch;
  if (isWatched) failure = watch.Begin(place, bytes, reinterpret_cast<uint32_t*>(word));
  if (failure) return Throw(info.Env(), failure, "watch " + path);
  return Mapping::Make(info.Env(), memory, pointer, std::move(pages), {}, std::move(watch));
}

Napi::Value MapSegment(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  const uint64_t bytes = args.Whole(2, "bytes");
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  if (args.Failed()) return Napi::Value();

  MappedPages pages;
  Descriptor file;
  Failure failure = MakeSealed(&file, bytes, 0);
  if (!failure) {
    failure = pages.Map(place, bytes, HostPageBytes(), PROT_READ | PROT_WRITE, 0, file.get(), 0);
  }
  if (failure)
    return Throw(info.Env(), failure, "map " + std::to_string(bytes) + " bytes of memory");
  return Mapping::Make(info.Env(), memory, pointer, std::move(pages), std::move(file));
}

Napi::Value MapDescriptor(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  const uint64_t bytes = args.Whole(2, "bytes");
  const int fd = static_cast<int>(args.Whole(3, "fd", INT32_MAX));
  const uint64_t offset = args.Whole(4, "offset");
  const uint64_t access = args.Access(5);
  const uint64_t lost = args.Whole(6, "lost");
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  uint8_t* const word = args.Place(memory, lost, 4, 4);
  args.Multiple("offset", offset, HostPageBytes());
  if (args.Failed()) return Napi::Value();

  const std::string action = "map descriptor " + std::to_string(fd);
  struct stat status;
  if (fstat(fd, &status) != 0) return Throw(info.Env(), {"fstat", errno, action});
  // Anything else may have pages that are no memory.
  if (!S_ISREG(status.st_mode)) {
    return Throw(info.Env(), {"fstat", ENODEV, action, "it is no regular file"});
  }
  const uint64_t size = static_cast<uint64_t>(status.st_size);
  if (offset > size || bytes > size - offset) {
    const std::string why = "its file has " + std::to_string(size) + " bytes";
    return Throw(info.Env(), {"fstat", ERANGE, action, why});
  }
  struct statfs system;
  if (fstatfs(fd, &system) != 0) return Throw(info.Env(), {"fstatfs", errno, action});
  // On hugetlbfs mmap rounds the length up, over what lies behind it here.
  const bool huge = static_cast<uint64_t>(system.f_type) == HUGETLBFS_MAGIC;
  const uint64_t pageBytes = huge ? static_cast<uint64_t>(system.f_bsize) : HostPageBytes();
  if (reinterpret_cast<uintptr_t>(place) % pageBytes != 0 || (bytes | offset) % pageBytes != 0) {
    const std::string why = "its pages have " + std::to_string(pageBytes) + " bytes";
    return Throw(info.Env(), {"mmap", EINVAL, action, why});
  }

  const int protection = (access & kReads ? PROT_READ : 0) | (access & kWrites ? PROT_WRITE : 0);
  MappedPages pages;
  Failure failure = pages.Map(place, bytes, pageBytes, protection, 0, fd, offset);
  if (failure) return Throw(info.Env(), failure, action);
  FileWatch watch;
  failure = watch.Begin(place, bytes, reinterpret_cast<uint32_t*>(word));
  if (failure) return Throw(info.Env(), failure, action);
  return Mapping::Make(info.Env(), memory, pointer, std::move(pages), {}, std::move(watch));
}

Napi::Value SealsOf(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const int fd = static_cast<int>(args.Whole(0, "fd", INT32_MAX));
  if (args.Failed()) return Napi::Value();
  // EINVAL: a file that cannot be sealed.
  const int seals = fcntl(fd, F_GET_SEALS);
  if (seals < 0 && errno != EINVAL) {
    return Throw(info.Env(), {"fcntl", errno, "read the seals of " + std::to_string(fd)});
  }
  return Napi::Number::New(info.Env(), seals < 0 ? 0 : seals);
}

Napi::Value AdviseHuge(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  const uint64_t bytes = args.Whole(2, "bytes");
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  if (args.Failed()) return Napi::Value();

  // EINVAL is how a kernel without transparent huge pages says no to a hint.
  if (madvise(place, bytes, MADV_HUGEPAGE) != 0 && errno != EINVAL && errno != ENOSYS) {
    return Throw(info.Env(), {"madvise", errno, "advise huge pages"});
  }
  return info.Env().Undefined();
}
