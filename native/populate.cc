#include "populate.h"

#include <sys/mman.h>

#include <cerrno>
#include <string>

#include "arguments.h"
#include "error.h"

// Linux 5.14; older C libraries do not name it.
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace {

// Makes every page present and writable, and changes no byte.
Failure PopulatePages(uint8_t* place, uint64_t bytes) {
  if (madvise(place, bytes, MADV_POPULATE_WRITE) == 0) return {};
  if (errno != EINVAL) return {"madvise", errno};
  // The kernel does not know the advice. Another thread may be writing to the same byte.
  const uint64_t pageBytes = HostPageBytes();
  for (uint64_t at = 0; at < bytes; at += pageBytes) {
    __atomic_fetch_or(place + at, uint8_t{0}, __ATOMIC_RELAXED);
  }
  return {};
}

// In a thread of libuv's pool: zeroing a GiB takes from a tenth of a second to many.
class PopulateWorker : public Napi::AsyncWorker {
 public:
  PopulateWorker(Napi::Env env, const LinearMemory& memory, uint8_t* place, uint64_t bytes)
      : Napi::AsyncWorker(env, "populate"),
        promise_(Napi::Promise::Deferred::New(env)),
        memory_(Napi::Persistent(Napi::Object(env, memory.view))),
        place_(place),
        bytes_(bytes) {}

  Napi::Promise Promise() const { return promise_.Promise(); }

 protected:
  void Execute() override { failure_ = PopulatePages(place_, bytes_); }

  void OnOK() override {
    if (!failure_) return promise_.Resolve(Env().Undefined());
    failure_.action = "populate " + std::to_string(bytes_) + " bytes of memory";
    promise_.Reject(ErrorOf(Env(), failure_).Value());
  }

 private:
  const Napi::Promise::Deferred promise_;
  const Napi::ObjectReference memory_;
  uint8_t* const place_;
  const uint64_t bytes_;
  Failure failure_;
};

}  // namespace

Napi::Value Populate(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  const uint64_t bytes = args.Whole(2, "bytes");
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  if (args.Failed()) return Napi::Value();

  PopulateWorker* const worker = new PopulateWorker(info.Env(), memory, place, bytes);
  const Napi::Promise promise = worker->Promise();
  worker->Queue();  // deletes itself when it is done
  return promise;
}
