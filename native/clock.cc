#include "clock.h"

#include <cpuid.h>

#include <cerrno>
#include <cstdint>
#include <memory>

#include "arguments.h"
#include "clock_scale.h"
#include "error.h"

namespace {

struct ClockPlace {
  int64_t* place = nullptr;
  ClockScale scale;
  napi_ref memory = nullptr;
};

// So that scripts cannot hand us another function as a clock.
constexpr napi_type_tag kClock = {0x8d5e0f7a5b1c4e02, 0xa6c19d3f70e84b55};

// Raw Node-API: half of a reading is the way in and out, and wrappers would only add to it.
napi_value StoreNow(napi_env env, napi_callback_info info) {
  void* data;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  const ClockPlace& clock = *static_cast<ClockPlace*>(data);
  // One untorn store: other threads may read the same place.
  __atomic_store_n(clock.place, NowNs(clock.scale), __ATOMIC_RELAXED);
  return nullptr;
}

void DropClock(napi_env env, void* data, void*) {
  const std::unique_ptr<ClockPlace> clock(static_cast<ClockPlace*>(data));
  if (clock->memory != nullptr) napi_delete_reference(env, clock->memory);
}

// Takes place, scale and a reference to the memory from the arguments from `first` on.
bool Aim(const Napi::CallbackInfo& info, size_t first, ClockPlace& clock) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(first);
  const uint64_t pointer = args.Whole(first + 1, "pointer");
  const ClockScale scale = args.Scale(first + 2, "scale");
  uint8_t* const place = args.Place(memory, pointer, sizeof(int64_t), alignof(int64_t));
  if (args.Failed()) return false;

  napi_ref reference;
  if (napi_create_reference(info.Env(), memory.view, 1, &reference) != napi_ok) {
    Throw(info.Env(), {"napi_create_reference", ENOMEM, "aim a clock"});
    return false;
  }
  if (clock.memory != nullptr) napi_delete_reference(info.Env(), clock.memory);
  clock = {reinterpret_cast<int64_t*>(place), scale, reference};
  return true;
}

Napi::BigInt Big(Napi::Env env, int64_t value) { return Napi::BigInt::New(env, value); }

// CPUID, extended function 8000'00xxh, EDX.
bool HasFeature(unsigned function, unsigned bit) {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid(function, &eax, &ebx, &ecx, &edx) != 0 && (edx >> bit & 1) != 0;
}

}  // namespace

Napi::Value Clock(const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  auto clock = std::make_unique<ClockPlace>();
  if (!Aim(info, 0, *clock)) return Napi::Value();
  napi_value function;
  if (napi_create_function(env, "clock", NAPI_AUTO_LENGTH, StoreNow, clock.get(), &function) !=
          napi_ok ||
      napi_type_tag_object(env, function, &kClock) != napi_ok ||
      napi_wrap(env, function, clock.get(), DropClock, nullptr, nullptr) != napi_ok) {
    napi_delete_reference(env, clock->memory);
    return Throw(info.Env(), {"napi_create_function", ENOMEM, "make a clock"});
  }
  clock.release();
  return Napi::Value(env, function);
}

Napi::Value AimClock(const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  bool isClock = false;
  void* clock = nullptr;
  if (info[0].IsFunction()) napi_check_object_type_tag(env, info[0], &kClock, &isClock);
  if (!isClock || napi_unwrap(env, info[0], &clock) != napi_ok) {
    Napi::TypeError::New(info.Env(), "clock must be a clock").ThrowAsJavaScriptException();
    return Napi::Value();
  }
  Aim(info, 1, *static_cast<ClockPlace*>(clock));
  return info.Env().Undefined();
}

Napi::Value ClockNow(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const ClockScale scale = args.Scale(0, "scale");
  if (args.Failed()) return Napi::Value();
  return Big(info.Env(), NowNs(scale));
}

Napi::Value ReadBothClocks(const Napi::CallbackInfo& info) {
  const int64_t before = ReadTsc();
  const int64_t monotonicNs = MonotonicNs();
  const int64_t after = ReadTsc();

  const Napi::Object result = Napi::Object::New(info.Env());
  result.Set("before", Big(info.Env(), before));
  result.Set("monotonicNs", Big(info.Env(), monotonicNs));
  result.Set("after", Big(info.Env(), after));
  return result;
}

Napi::Value CounterFeatures(const Napi::CallbackInfo& info) {
  const Napi::Object result = Napi::Object::New(info.Env());
  result.Set("isInvariant", HasFeature(0x80000007, 8));
  result.Set("hasRdtscp", HasFeature(0x80000001, 27));
  return result;
}
