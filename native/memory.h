// Pages of files and devices over parts of the linear memory.
#pragma once

#include <napi.h>
#include <sys/mman.h>

#include <cstdint>
#include <utility>

#include "arguments.h"
#include "descriptor.h"
#include "error.h"
#include "file_watch.h"

// Owns what lies over one range of the linear memory. Giving it up puts anonymous zero pages there:
// the range belongs to V8, and a hole in it could be filled by any other mmap of the process.
class MappedPages {
 public:
  MappedPages() = default;
  MappedPages(MappedPages&& other) noexcept { *this = std::move(other); }
  MappedPages& operator=(MappedPages&& other) noexcept {
    std::swap(place_, other.place_);
    std::swap(bytes_, other.bytes_);
    std::swap(pageBytes_, other.pageBytes_);
    return *this;
  }
  MappedPages(const MappedPages&) = delete;
  MappedPages& operator=(const MappedPages&) = delete;
  ~MappedPages() { Release(); }

  // `flags` beside MAP_FIXED | MAP_SHARED. A failure leaves anonymous pages.
  Failure Map(uint8_t* place, uint64_t bytes, uint64_t pageBytes, int protection, int flags, int fd,
              uint64_t offset);
  Failure Release();

  uint64_t bytes() const { return bytes_; }
  uint64_t pageBytes() const { return pageBytes_; }

 private:
  uint8_t* place_ = nullptr;
  uint64_t bytes_ = 0;
  uint64_t pageBytes_ = 0;
};

class Mapping : public Napi::ObjectWrap<Mapping> {
 public:
  static Napi::Function Define(Napi::Env env);
  // `file` may be empty: then the mapping has no descriptor to hand out. So may `watch`.
  static Napi::Value Make(Napi::Env env, const LinearMemory& memory, uint64_t pointer,
                          MappedPages pages, Descriptor file = {}, FileWatch watch = {});
  explicit Mapping(const Napi::CallbackInfo& info);

 private:
  Napi::Value Allocate(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  // In this order: the pages go before their watch, and before the memory they lie in may go.
  Napi::ObjectReference memory_;
  FileWatch watch_;
  MappedPages pages_;
  Descriptor file_;
};

Napi::Value AddressOf(const Napi::CallbackInfo& info);
Napi::Value MapMemory(const Napi::CallbackInfo& info);
Napi::Value MapSegment(const Napi::CallbackInfo& info);
Napi::Value MapDescriptor(const Napi::CallbackInfo& info);
Napi::Value SealsOf(const Napi::CallbackInfo& info);
Napi::Value MapFile(const Napi::CallbackInfo& info);
Napi::Value AdviseHuge(const Napi::CallbackInfo& info);
