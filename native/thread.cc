#include "thread.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

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

double Nanoseconds(const timeval& time) { return time.tv_sec * 1e9 + time.tv_usec * 1e3; }

}  // namespace

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
