#include "device.h"

#include <pthread.h>
#include <sched.h>

bool CompletionWriter::HasRoom() const {
  const uint32_t next = tail_ + 1 == place_.cqEntries ? 0 : tail_ + 1;
  return next != *place_.cqHeadDoorbell;
}

void CompletionWriter::Post(uint32_t sqhd, uint32_t cid) {
  Cqe* const cqe = place_.cq + tail_;
  cqe->first = 0;
  const uint64_t second = sqhd | uint64_t{place_.sqid} << 16 | uint64_t{cid} << 32 | phase_ << 48;
  // One store: the phase arrives with all it vouches for.
  __atomic_store_n(&cqe->second, second, __ATOMIC_RELEASE);
  posted_++;
  if (++tail_ == place_.cqEntries) {
    tail_ = 0;
    phase_ ^= 1;
  }
}

ThreadDevice::ThreadDevice(const DevicePlace& place, uint32_t cpu)
    : place_(place), completions_(place), thread_([this, cpu] { Serve(cpu); }) {}

void ThreadDevice::EndAfter(uint64_t commands, uint64_t now) {
  endNow_ = now;
  endAt_ = posted_ + commands;
}

void ThreadDevice::Stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void ThreadDevice::Serve(uint32_t cpu) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(cpu, &cpus);
  pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);

  uint32_t head = 0;
  while (!stop_.load(std::memory_order_relaxed)) {
    const uint32_t tail = *place_.sqTailDoorbell;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (head == tail) {
      __builtin_ia32_pause();
      continue;
    }
    while (head != tail && completions_.HasRoom()) {
      const uint32_t cid = place_.sq[head].cdw0 >> 16;
      if (++head == place_.sqEntries) head = 0;
      completions_.Post(head, cid);
    }
    posted_.store(completions_.posted(), std::memory_order_relaxed);
    if (completions_.posted() >= endAt_.load(std::memory_order_relaxed)) {
      endAt_ = UINT64_MAX;
      __atomic_store_n(place_.now, endNow_.load(), __ATOMIC_RELAXED);
    }
  }
}

bool StubDevice::PostAhead(uint32_t commands) {
  for (uint32_t command = 0; command < commands; command++) {
    if (!completions_.HasRoom()) return false;
    const uint32_t sqhd = static_cast<uint32_t>((completions_.posted() + 1) % place_.sqEntries);
    completions_.Post(sqhd, NextCid());
  }
  return true;
}

// Slots take turns, and each has one generation more in every round; the first is 1.
uint32_t StubDevice::NextCid() const {
  const uint32_t bits = 32 - __builtin_clz(place_.depth);
  const uint64_t round = completions_.posted() / place_.depth + 1;
  const uint64_t slot = completions_.posted() % place_.depth;
  return (round << bits | slot) & 0xffff;
}
