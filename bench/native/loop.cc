#include "loop.h"

#include <algorithm>

namespace {

constexpr uint32_t kLooksPerClock = 1024;
constexpr uint32_t kAll = 0x10000;
constexpr uint32_t kWrite = 1;
constexpr uint32_t kRead = 2;
constexpr uint32_t kLbaShift = 8;

uint32_t CountsIndex(uint64_t ns) {
  const uint32_t bucket =
      64 - kSubBucketsBits - __builtin_clzll(ns | ((1u << kSubBucketsBits) - 1));
  return (bucket << (kSubBucketsBits - 1)) + uint32_t(ns >> bucket);
}

void Record(Histogram* histogram, uint64_t ns) {
  histogram->counts[CountsIndex(ns)]++;
  histogram->sum += ns;
  if (ns < histogram->min) histogram->min = ns;
  if (ns > histogram->max) histogram->max = ns;
}

}  // namespace

void Loop::Configure(const LoopPlace& place) {
  *this = Loop();
  place_ = place;
  const uint32_t bits = 32 - __builtin_clz(place.depth);
  slotMask_ = (1u << bits) - 1;
  generationStep_ = bits < 16 ? 0x10000u << bits : 0;
  state_ = place.seed;
  only_ = place.readShare == kAll ? place.reads : place.readShare == 0 ? place.writes : nullptr;
  sqTail_ = place.sq;
  cqHead_ = place.cq;
  // idle ones hold a CID that no entry finds them by
  for (uint32_t slot = 0; slot < place.depth; slot++) {
    place.slots[slot].expected = (place.slots[slot].expected ^ 0x10000) | place.sqid;
  }
}

void Loop::ResetCounters() {
  completed_ = rejected_ = sweeps_ = sweepsFull_ = 0;
}

void Loop::Start() {
  const Sqe* const first = sqTail_;
  for (uint32_t slot = 0; slot < place_.depth; slot++) Build(place_.slots + slot);
  ReadClock();
  for (const Sqe* entry = first; entry != sqTail_; entry = EntryAfter(entry)) {
    Slot* const slot = SlotOfCommand(entry->cdw0);
    Stamp(slot, entry);
    slot->rung = now_;
  }
  rungTail_ = static_cast<uint32_t>(sqTail_ - place_.sq);
  *place_.sqTailDoorbell = rungTail_;
  SetWay(0);
}

inline void Loop::Build(Slot* slot) {
  const uint64_t bits = Draw();
  const uint32_t opcode = (bits & 0xffff) < place_.readShare ? kRead : kWrite;
  const uint32_t expected = static_cast<uint32_t>(slot->expected) + generationStep_;
  slot->expected = expected;
  Sqe* const sqe = sqTail_;
  sqe->cdw0 = opcode | (expected & 0xffff0000);
  sqe->prp1 = slot->prp1;
  sqe->prp2 = slot->prp2;
  sqe->slba = NextLba(bits);
  sqTail_ = EntryAfter(sqe);
}

inline Sqe* Loop::EntryAfter(const Sqe* entry) const {
  const Sqe* const next = entry + 1;
  return const_cast<Sqe*>(next == place_.sq + place_.sqEntries ? place_.sq : next);
}

inline void Loop::Stamp(Slot* slot, const Sqe* entry) {
  slot->opcode = entry->slba << kLbaShift | (entry->cdw0 & 0xff);
  slot->submitted = now_;
}

uint32_t Loop::Sweep() {
  const uint64_t second = SecondHalf();
  return IsNew(second) ? SweepFrom(second) : 0;
}

inline uint32_t Loop::SweepFrom(uint64_t second) {
  const Sqe* const built = sqTail_;
  const uint32_t limit = place_.depth;
  uint64_t left = sqhdLeft_;
  uint32_t reaped = 0;
  do {
    Slot* const slot = SlotOf(second);
    // SQID, CID with generation, phase and status 0 cancel, and leave the way from SQHD to its end
    const uint64_t rest = sqhdEnd_ + (slot->expected << 16) - second;
    if (rest > left) {
      if (!MayBeginAnew(second, slot)) break;
      sqhdEnd_ = phase_ | rungTail_;
      left = rungTail_;
      continue;
    }
    left = rest;
    AdvanceHead();
    Build(slot);
    second = SecondHalf();
    reaped++;
  } while (reaped < limit);
  ReadClock();
  if (reaped) {
    RingBoth(left);
    KeepBooks(built);
  }
  odd_ = reaped < limit && IsNew(second);
  completed_ += reaped;
  sweepsFull_++;
  return reaped;
}

// SQHD went on to the queue's end and goes on from its beginning.
inline bool Loop::MayBeginAnew(uint64_t second, const Slot* slot) const {
  const bool isSuccess = (second & ~uint64_t{0xffff}) == (slot->expected << 16 | phase_);
  return isSuccess && SqhdOf(sqhdEnd_) != rungTail_ && SqhdOf(second) <= rungTail_;
}

// SQHD goes on from `head` to the tail that was rung, or to the queue's end first.
inline void Loop::SetWay(uint32_t head) {
  const uint32_t end = rungTail_ < head ? place_.sqEntries - 1 : rungTail_;
  sqhdEnd_ = phase_ | end;
  sqhdLeft_ = end - head;
}

inline void Loop::KeepBooks(const Sqe* first) {
  if (only_ != nullptr) {
    KeepBooksIn(only_, first);
    return;
  }
  for (const Sqe* entry = first; entry != sqTail_; entry = EntryAfter(entry)) {
    Slot* const slot = SlotOfCommand(entry->cdw0);
    Finish(slot);
    Stamp(slot, entry);
  }
}

inline void Loop::KeepBooksIn(Histogram* histogram, const Sqe* first) {
  const Sqe* const tail = sqTail_;
  uint64_t sum = histogram->sum;
  uint64_t least = histogram->min;
  uint64_t most = histogram->max;
  const Sqe* end = first <= tail ? tail : place_.sq + place_.sqEntries;
  for (const Sqe* entry = first;; entry = place_.sq) {
    for (; entry != end; entry++) {
      Slot* const slot = SlotOfCommand(entry->cdw0);
      const uint64_t ns = now_ - slot->submitted;
      histogram->counts[CountsIndex(ns)]++;
      sum += ns;
      least = std::min(least, ns);
      most = std::max(most, ns);
      Stamp(slot, entry);
    }
    if (end == tail) break;
    end = tail;
  }
  histogram->sum = sum;
  histogram->min = least;
  histogram->max = most;
}

void Loop::Run(uint64_t until) {
  do {
    uint32_t looks = kLooksPerClock;
    uint64_t second = SecondHalf();
    while (!IsNew(second) && --looks) second = SecondHalf();
    sweeps_ += kLooksPerClock - looks;
    if (looks) {
      sweeps_++;
      SweepFrom(second);
      if (odd_) Examine();
    } else {
      ReadClock();
    }
  } while (now_ < until);
  Publish();
}

uint32_t Loop::Drive(uint32_t commands) {
  while (commands) {
    const uint32_t reaped = Sweep();
    if (!reaped) break;
    commands -= reaped;
  }
  return commands;
}

void Loop::Publish() {
  place_.block->submitted = completed_ + Outstanding();
  place_.block->completed = completed_;
  place_.block->failed = 0;
  place_.block->rejected = rejected_;
  place_.block->sweeps = sweeps_;
  place_.block->sweepsFull = sweepsFull_;
}

// One load, relaxed: x86-64 keeps loads in order.
inline uint64_t Loop::SecondHalf() const {
  return __atomic_load_n(&cqHead_->second, __ATOMIC_RELAXED);
}

inline void Loop::ReadClock() {
  now_ = place_.readsClock ? NowNs(place_.scale) : __atomic_load_n(&place_.block->now, __ATOMIC_RELAXED);
}

inline void Loop::Finish(const Slot* slot) {
  const bool isRead = static_cast<uint8_t>(slot->opcode) == kRead;
  Histogram* const histogram = isRead ? place_.reads : place_.writes;
  Record(histogram, now_ - slot->submitted);
}

inline void Loop::AdvanceHead() {
  cqHead_++;
  if (cqHead_ == place_.cq + place_.cqEntries) {
    cqHead_ = place_.cq;
    phase_ ^= kPhase;
    sqhdEnd_ ^= kPhase;
  }
}

// volatile keeps the compiler from moving the doorbells before one another; the entries it may not move
// past them either.
inline void Loop::RingBoth(uint64_t left) {
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  *place_.cqHeadDoorbell = static_cast<uint32_t>(cqHead_ - place_.cq);
  rungTail_ = static_cast<uint32_t>(sqTail_ - place_.sq);
  *place_.sqTailDoorbell = rungTail_;
  SetWay(SqhdOf(sqhdEnd_) - static_cast<uint32_t>(left));
}

// The benchmark's devices make no mistakes: whatever comes here is counted, and the run is thrown away.
void Loop::Examine() {
  odd_ = false;
  rejected_++;
  AdvanceHead();
  RingBoth(sqhdLeft_);
}

inline uint64_t Loop::Draw() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

inline uint64_t Loop::NextLba(uint64_t bits) {
  uint64_t block;
  if (place_.isRandom) {
    block = static_cast<uint64_t>(static_cast<unsigned __int128>(bits) * place_.blocks >> 64);
  } else {
    block = cursor_;
    cursor_ = block + 1 == place_.blocks ? 0 : block + 1;
  }
  return place_.firstLba + block * place_.lbasPerBlock;
}

uint32_t Loop::Outstanding() const {
  uint32_t count = 0;
  for (uint32_t slot = 0; slot < place_.depth; slot++) {
    count += place_.slots[slot].expected >> 32 == 0;
  }
  return count;
}
