// The clocks that a run may go by: CLOCK_MONOTONIC, or the CPU's time stamp counter (TSC) on a scale of
// nanoseconds that was laid beside it. Which one, and the scale, are the caller's (src/compiled/clock.ts).
#pragma once

#include <time.h>
#include <x86intrin.h>

#include <cstdint>

// The time is ns + (TSC - ticks) * multiplier / 2^kClockShift; without a multiplier it is CLOCK_MONOTONIC.
struct ClockScale {
  int64_t ticks = 0;
  int64_t ns = 0;
  int64_t multiplier = 0;
};

constexpr int kClockShift = 48;

inline int64_t MonotonicNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// RDTSCP waits until every load before it has its value, so a completion entry was there when its time is
// read; plain RDTSC may be executed while that load is still on its way from the device. What follows need
// not wait: a doorbell is a store, and no store is seen before RDTSCP has retired.
inline int64_t ReadTsc() {
  unsigned processor;
  return static_cast<int64_t>(__rdtscp(&processor));
}

// 128 bits: no product overflows. Signed, for a counter that is a little behind where the scale was laid.
inline int64_t ScaledNs(const ClockScale& scale, int64_t tsc) {
  const __int128 ticks = tsc - scale.ticks;
  return scale.ns + static_cast<int64_t>(ticks * scale.multiplier >> kClockShift);
}

inline int64_t NowNs(const ClockScale& scale) {
  return scale.multiplier == 0 ? MonotonicNs() : ScaledNs(scale, ReadTsc());
}
