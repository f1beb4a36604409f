#include "wait.h"

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "arguments.h"
#include "clock_scale.h"
#include "descriptor.h"
#include "error.h"

namespace {

constexpr int64_t kSecond = 1'000'000'000;

// The u64s in the linear memory that the loop and these functions share.
struct Places {
  uint64_t* now = nullptr;
  const uint64_t* until = nullptr;
  uint64_t* count = nullptr;
};

struct Wait {
  Places places;
  // On which `now` and `until` are. The kernel's timers go by CLOCK_MONOTONIC.
  ClockScale scale;
  napi_ref memory = nullptr;
  // The vector's eventfd, and one of this queue's own: with a shared vector, whoever takes the
  // interrupt passes it on to the others.
  Descriptor interrupt;
  Descriptor own;
  std::vector<Descriptor> others;
  // INTx: VFIO masks it when it comes; this eventfd unmasks it.
  Descriptor unmask;
  // Whoever waited before may have left it masked.
  bool isMasked = true;
};

void StoreNow(const Wait& wait) {
  __atomic_store_n(wait.places.now, static_cast<uint64_t>(NowNs(wait.scale)), __ATOMIC_RELAXED);
}

timespec Timespec(int64_t ns) {
  return {static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
}

uint64_t Take(const Descriptor& event) {
  uint64_t count = 0;
  return event && read(event.get(), &count, sizeof count) == sizeof count ? count : 0;
}

void Add(const Descriptor& event) {
  const uint64_t one = 1;
  // The only failure there can be is a full counter, which is signal enough.
  while (write(event.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void Unmask(Wait& wait) {
  if (!wait.unmask || !wait.isMasked) return;
  Add(wait.unmask);
  wait.isMasked = false;
}

uint64_t TakeAll(Wait& wait) {
  const uint64_t taken = Take(wait.interrupt);
  if (taken > 0) {
    for (const Descriptor& other : wait.others) Add(other);
  }
  const uint64_t all = taken + Take(wait.own);
  // Whoever took it from the kernel may be spinning now: each of them unmasks, twice does no harm.
  if (all > 0) wait.isMasked = true;
  return all;
}

// Until something was taken or the time is up, never before. A time that has passed takes what is there.
uint64_t Block(Wait& wait, int64_t untilNs) {
  Unmask(wait);
  for (;;) {
    const int64_t leftNs = untilNs - NowNs(wait.scale);
    const timespec left = Timespec(leftNs > 0 ? leftNs : 0);
    pollfd polls[] = {{wait.interrupt.get(), POLLIN, 0}, {wait.own.get(), POLLIN, 0}};
    const int ready = ppoll(polls, wait.own ? 2 : 1, &left, nullptr);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0 || (ready == 0 && NowNs(wait.scale) >= untilNs)) return 0;
    if (ready == 0) continue;
    const uint64_t taken = TakeAll(wait);
    if (taken > 0) return taken;
  }
}

// By how long is left, so that only the wait itself, and not the hours since the scale was laid, is subject to
// how far the two clocks run apart. What is slept too little is slept again.
void SleepUntil(const Wait& wait, int64_t untilNs) {
  for (int64_t leftNs; (leftNs = untilNs - NowNs(wait.scale)) > 0;) {
    const timespec until = Timespec(MonotonicNs() + leftNs);
    const int error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    if (error != 0 && error != EINTR) return;
  }
}

napi_value BlockImport(napi_env env, napi_callback_info info) {
  void* data;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  Wait& wait = *static_cast<Wait*>(data);
  *wait.places.count = Block(wait, static_cast<int64_t>(*wait.places.until));
  StoreNow(wait);
  return nullptr;
}

napi_value SleepImport(napi_env env, napi_callback_info info) {
  void* data;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  const Wait& wait = *static_cast<Wait*>(data);
  SleepUntil(wait, static_cast<int64_t>(*wait.places.until));
  StoreNow(wait);
  return nullptr;
}

void Drop(napi_env env, void* data, void*) {
  const std::unique_ptr<Wait> wait(static_cast<Wait*>(data));
  napi_delete_reference(env, wait->memory);
}

// Places from three pointers, in the order of the arguments: now, until, count.
Places PlacesFrom(Arguments& args, const LinearMemory& memory) {
  uint64_t* found[3];
  const char* names[] = {"now", "until", "count"};
  for (size_t index = 0; index < 3; index++) {
    const uint64_t pointer = args.Whole(index + 1, names[index]);
    found[index] = reinterpret_cast<uint64_t*>(
        args.Place(memory, pointer, sizeof(uint64_t), alignof(uint64_t)));
  }
  return {found[0], found[1], found[2]};
}

Napi::Value Import(const Napi::CallbackInfo& info, napi_callback body, const LinearMemory& memory,
                   std::unique_ptr<Wait> wait) {
  const napi_env env = info.Env();
  napi_value function;
  if (napi_create_function(env, "wait", NAPI_AUTO_LENGTH, body, wait.get(), &function) != napi_ok ||
      napi_create_reference(env, memory.view, 1, &wait->memory) != napi_ok) {
    return Throw(info.Env(), {"napi_create_function", ENOMEM, "make a wait"});
  }
  if (napi_add_finalizer(env, function, wait.get(), Drop, nullptr, nullptr) != napi_ok) {
    napi_delete_reference(env, wait->memory);
    return Throw(info.Env(), {"napi_add_finalizer", ENOMEM, "make a wait"});
  }
  wait.release();
  return Napi::Value(env, function);
}

// A descriptor of our own for the eventfd `value` names; none for -1.
bool Duplicate(const Napi::Value& value, Descriptor& into) {
  const int fd = value.IsNumber() ? value.As<Napi::Number>().Int32Value() : -1;
  if (fd < 0) return true;
  into = Descriptor(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  return static_cast<bool>(into);
}

bool DuplicateAll(const Napi::CallbackInfo& info, Wait& wait) {
  if (!Duplicate(info[4], wait.interrupt) || !wait.interrupt) return false;
  if (!Duplicate(info[5], wait.own) || !Duplicate(info[6], wait.unmask)) return false;
  const Napi::Array others = info[7].As<Napi::Array>();
  for (uint32_t index = 0; index < others.Length(); index++) {
    Descriptor other;
    if (!Duplicate(others.Get(index), other) || !other) return false;
    wait.others.push_back(std::move(other));
  }
  return true;
}

}  // namespace

Napi::Value Waiter(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const Places places = PlacesFrom(args, memory);
  const ClockScale scale = args.Scale(8, "scale");
  if (args.Failed()) return Napi::Value();
  if (!info[7].IsArray()) {
    Napi::TypeError::New(info.Env(), "others must be an array").ThrowAsJavaScriptException();
    return Napi::Value();
  }

  auto wait = std::make_unique<Wait>();
  wait->places = places;
  wait->scale = scale;
  if (!DuplicateAll(info, *wait)) {
    return Throw(info.Env(), {"fcntl", errno, "duplicate the eventfds of a wait"});
  }
  return Import(info, BlockImport, memory, std::move(wait));
}

Napi::Value Sleeper(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const Places places = PlacesFrom(args, memory);
  const ClockScale scale = args.Scale(4, "scale");
  if (args.Failed()) return Napi::Value();

  auto wait = std::make_unique<Wait>();
  wait->places = places;
  wait->scale = scale;
  return Import(info, SleepImport, memory, std::move(wait));
}
