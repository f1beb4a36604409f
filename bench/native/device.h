// The devices of the benchmark: they post completions and do nothing else.
#pragma once

#include <atomic>
#include <thread>

#include "layout.h"

// One queue pair from the device's side.
struct DevicePlace {
  const Sqe* sq;
  Cqe* cq;
  const volatile uint32_t* sqTailDoorbell;
  const volatile uint32_t* cqHeadDoorbell;
  uint64_t* now;
  uint32_t sqid;
  uint32_t sqEntries;
  uint32_t cqEntries;
  uint32_t depth;
};

// Writes completion queue entries in order.
class CompletionWriter {
 public:
  explicit CompletionWriter(const DevicePlace& place) : place_(place) {}
  bool HasRoom() const;
  void Post(uint32_t sqhd, uint32_t cid);
  uint64_t posted() const { return posted_; }

 private:
  DevicePlace place_;
  uint32_t tail_ = 0;
  uint64_t phase_ = 1;
  uint64_t posted_ = 0;
};

// "thread": completes whatever the SQ tail doorbell announces, at once, on a CPU of its own.
class ThreadDevice {
 public:
  ThreadDevice(const DevicePlace& place, uint32_t cpu);
  ~ThreadDevice() { Stop(); }
  // After `commands` more completions it stores `now` in the control block: the end of a run without
  // a clock.
  void EndAfter(uint64_t commands, uint64_t now);
  // Joins the thread.
  void Stop();

 private:
  void Serve(uint32_t cpu);

  const DevicePlace place_;
  CompletionWriter completions_;
  // apart from the thread's own state: the host's core writes these
  alignas(128) std::atomic<bool> stop_{false};
  std::atomic<uint64_t> endAt_{UINT64_MAX};
  std::atomic<uint64_t> endNow_{0};
  alignas(128) std::atomic<uint64_t> posted_{0};
  std::thread thread_;
};

// "stub": posts completions before their commands exist. In-order completion makes every CID known
// beforehand, and the loop cannot tell.
class StubDevice {
 public:
  explicit StubDevice(const DevicePlace& place) : place_(place), completions_(place) {}
  // Returns false when the completion queue has no room for so many.
  bool PostAhead(uint32_t commands);

 private:
  uint32_t NextCid() const;

  DevicePlace place_;
  CompletionWriter completions_;
};
