// assembly/host/loop.ts in C++: same steps, same checks, same memory. Only the way to the clock differs: C++
// reads it itself.
#pragma once

#include "../../native/clock_scale.h"
#include "layout.h"

// Where a loop works and what it submits; the pointers lie in the linear memory.
struct LoopPlace {
  Sqe* sq;
  const Cqe* cq;
  Slot* slots;
  // what each submission queue entry asks for next, as in Slot::opcode
  uint64_t* ahead;
  Block* block;
  Histogram* reads;
  Histogram* writes;
  volatile uint32_t* sqTailDoorbell;
  volatile uint32_t* cqHeadDoorbell;
  uint32_t sqid;
  uint32_t sqEntries;
  uint32_t cqEntries;
  uint32_t depth;
  uint64_t blocks;
  uint64_t firstLba;
  uint64_t lbasPerBlock;
  uint32_t readShare;
  bool isRandom;
  uint64_t seed;
  ClockScale scale;
  // false: the time is what somebody else stores in the control block
  bool readsClock;
};

class Loop {
 public:
  void Configure(const LoopPlace& place);
  void Start();
  uint32_t Sweep();
  void Run(uint64_t until);
  // Sweeps until `commands` are reaped or nothing is ready; returns how many are missing.
  uint32_t Drive(uint32_t commands);
  void ResetCounters();
  void Publish();

 private:
  static constexpr uint64_t kPhase = uint64_t{1} << 48;

  uint32_t SweepFrom(uint64_t second);
  bool SweepOne(uint64_t second);
  uint32_t SweepMany();
  uint64_t WayOf(uint64_t second, uint64_t expected) const { return sqhdEnd_ + (expected << 16) - second; }
  static uint64_t SecondHalf(const Cqe* entry);
  bool IsNew(uint64_t second) const { return (second & kPhase) == phase_; }
  static uint32_t SqhdOf(uint64_t second) { return static_cast<uint32_t>(second) & 0xffff; }
  Slot* SlotOf(uint64_t second) const { return place_.slots + ((second >> 32) & slotMask_); }
  void ReadClock();
  Sqe* Build(Slot* slot);
  void Fill(Sqe* sqe, Slot* slot, uint64_t command, uint64_t expected);
  void Keep(Slot* slot, uint64_t command);
  void Stamp(Slot* slot, const Sqe* entry);
  uint64_t* AheadOf(const Sqe* entry) const { return place_.ahead + (entry - place_.sq); }
  void DrawFrom(const Sqe* first);
  void DrawBetween(const Sqe* first, const Sqe* end);
  void KeepBooks(const Sqe* first);
  void KeepBooksIn(Histogram* histogram, const Sqe* first);
  void Finish(const Slot* slot);
  Sqe* EntryAfter(const Sqe* entry) const;
  Slot* SlotOfCommand(uint32_t cdw0) const { return place_.slots + (cdw0 >> 16 & slotMask_); }
  void MoveHead(const Cqe* next);
  void MoveTail(Sqe* next);
  bool MayBeginAnew(uint64_t second, const Slot* slot) const;
  void SetWay(uint32_t head);
  void RingBoth(uint64_t left);
  void Examine();
  static uint64_t Mix(uint64_t state);
  uint64_t Command(uint64_t bits);
  uint32_t Outstanding() const;

  LoopPlace place_ = {};
  // The histogram that all commands are recorded in; null where reads and writes are mixed.
  Histogram* only_ = nullptr;
  uint32_t slotMask_ = 0;
  uint32_t generationStep_ = 0;
  // Pointers in the loop, indexes at the doorbells.
  Sqe* sqTail_ = nullptr;
  // The tail as it was rung, an index.
  uint32_t rungTail_ = 0;
  // Where SQHD may go on to, with the phase tag of a new entry, and how far the last one lies before it.
  uint64_t sqhdEnd_ = 0;
  uint64_t sqhdLeft_ = 0;
  const Cqe* cqHead_ = nullptr;
  // The phase tag of this lap, where an entry has it.
  uint64_t phase_ = kPhase;
  bool odd_ = false;
  uint64_t state_ = 0;
  uint64_t cursor_ = 0;
  uint64_t now_ = 0;
  uint64_t completed_ = 0;
  uint64_t rejected_ = 0;
  uint64_t sweeps_ = 0;
  uint64_t sweepsFull_ = 0;
};
