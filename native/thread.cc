#include "thread.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include <cstdint>
#include <string>

#include "arguments.h"
#include "error.h"

namespace {

// The kernel refuses a mask smaller than its own, and one cpu_set_t ends at 1,024 CPUs.
constexpr size_t kCpus = 8192;
struct CpuMask {
  cpu_set_t sets[kCpus / CPU_SETSIZE] = {};
};

// Raw Node-API: half of a reading is the way in and out, and wrappers would only add to it.
napi_value ReadClock(napi_env env, napi_callback_info info) {
  void* place;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &place);
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  // One untorn store: other threads may read the same place.
  __atomic_store_n(static_cast<uint64_t*>(place),
                   uint64_t(now.tv_sec) * 1'000'000'000 + uint64_t(now.tv_nsec), __ATOMIC_RELAXED);
  return nullptr;
}

void DropMemory(napi_env env, void* reference, void*) {
  napi_delete_reference(env, static_cast<napi_ref>(reference));
}

double Nanoseconds(const timeval& time) { return time.tv_sec * 1e9 + time.tv_usec * 1e3; }

}  // namespace

Napi::Value Clock(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  uint8_t* const place = args.Place(memory, pointer, sizeof(uint64_t), alignof(uint64_t));
  if (args.Failed()) return Napi::Value();

  const napi_env env = info.Env();
  napi_value function;
  napi_ref reference;
  if (napi_create_function(env, "clock", NAPI_AUTO_LENGTH, ReadClock, place, &function) !=
          napi_ok ||
      napi_create_reference(env, memory.view, 1, &reference) != napi_ok) {
    return Throw(info.Env(), {"napi_create_function", ENOMEM, "make a clock"});
  }
  if (napi_add_finalizer(env, function, reference, DropMemory, nullptr, nullptr) != napi_ok) {
    napi_delete_reference(env, reference);
    return Throw(info.Env(), {"napi_add_finalizer", ENOMEM, "make a clock"});
  }
  return Napi::Value(env, function);
}

Napi::Value PinThread(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const size_t cpu = args.Whole(0, "cpu", kCpus - 1);
  if (args.Failed()) return Napi::Value();

  CpuMask mask;
  CPU_SET_S(cpu, sizeof mask, mask.sets);
  if (sched_setaffinity(0, sizeof mask, mask.sets) != 0) {
    return Throw(info.Env(),
                 {"sched_setaffinity", errno, "pin thread to CPU " + std::to_string(cpu)});
  }
  return info.Env().Undefined();
}

Napi::Value SetTimerSlack(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint64_t slackNs = args.Whole(0, "slackNs", 1'000'000'000);
  if (args.Failed()) return Napi::Value();

  // 0 would mean the default again.
  if (prctl(PR_SET_TIMERSLACK, slackNs == 0 ? 1 : slackNs, 0, 0, 0) != 0) {
    return Throw(info.Env(), {"prctl", errno, "set the thread's timer slack"});
  }
  return info.Env().Undefined();
}

Napi::Value YieldThread(const Napi::CallbackInfo& info) {
  sched_yield();
  return info.Env().Undefined();
}

Napi::Value AllowedCpus(const Napi::CallbackInfo& info) {
  CpuMask mask;
  if (sched_getaffinity(0, sizeof mask, mask.sets) != 0) {
    return Throw(info.Env(), {"sched_getaffinity", errno, "read the thread's CPUs"});
  }
  const Napi::Array cpus = Napi::Array::New(info.Env());
  for (size_t cpu = 0; cpu < kCpus; cpu++) {
    if (CPU_ISSET_S(cpu, sizeof mask, mask.sets)) cpus.Set(cpus.Length(), static_cast<double>(cpu));
  }
  return cpus;
}

Napi::Value ThreadUsage(const Napi::CallbackInfo& info) {
  rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) {
    return Throw(info.Env(), {"getrusage", errno, "read the thread's usage"});
  }
  const Napi::Object result = Napi::Object::New(info.Env());
  result.Set("userNs", Nanoseconds(usage.ru_utime));
  result.Set("systemNs", Nanoseconds(usage.ru_stime));
  result.Set("voluntarySwitches", static_cast<double>(usage.ru_nvcsw));
  result.Set("involuntarySwitches", static_cast<double>(usage.ru_nivcsw));
  result.Set("minorFaults", static_cast<double>(usage.ru_minflt));
  result.Set("majorFaults", static_cast<double>(usage.ru_majflt));
  return result;
}
