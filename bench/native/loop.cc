#include "loop.h"

#include <algorithm>

namespace {

constexpr uint32_t kLooksPerClock = 1024;
constexpr uint32_t kAll = 0x10000;
constexpr uint32_t kWrite = 1;
constexpr uint32_t kRead = 2;
constexpr uint32_t kLbaShift = 8;
constexpr uint64_t kGoldenGamma = 0x9e3779b97f4a7c15;

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
  DrawBetween(place.sq, place.sq + place.sqEntries);
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

inline Sqe* Loop::Build(Slot* slot) {
  Sqe* const sqe = sqTail_;
  Fill(sqe, slot, *AheadOf(sqe), slot->expected);
  MoveTail(sqe + 1);
  return sqe;
}

inline void Loop::Fill(Sqe* sqe, Slot* slot, uint64_t command, uint64_t former) {
  const uint32_t expected = static_cast<uint32_t>(former) + generationStep_;
  slot->expected = expected;
  sqe->cdw0 = (command & 0xff) | (expected & 0xffff0000);
  sqe->prp1 = slot->prp1;
  sqe->prp2 = slot->prp2;
  sqe->slba = command >> kLbaShift;
}

inline Sqe* Loop::EntryAfter(const Sqe* entry) const {
  const Sqe* const next = entry + 1;
  return const_cast<Sqe*>(next == place_.sq + place_.sqEntries ? place_.sq : next);
}

inline void Loop::Keep(Slot* slot, uint64_t command) {
  slot->opcode = command;
  slot->submitted = now_;
}

inline void Loop::Stamp(Slot* slot, const Sqe* entry) {
  uint64_t* const ahead = AheadOf(entry);
  Keep(slot, *ahead);
  state_ += kGoldenGamma;
  *ahead = Command(Mix(state_));
}

uint32_t Loop::Sweep() {
  const uint64_t second = SecondHalf(cqHead_);
  return IsNew(second) ? SweepFrom(second) : 0;
}

inline uint32_t Loop::SweepFrom(uint64_t second) {
  sweepsFull_++;
  return place_.depth == 1 && SweepOne(second) ? 1 : SweepMany();
}

inline bool Loop::SweepOne(uint64_t second) {
  Slot* const slot = SlotOf(second);
  const uint64_t expected = slot->expected;
  const uint64_t left = WayOf(second, expected);
  if (left > sqhdLeft_) return false;
  Sqe* const sqe = sqTail_;
  Fill(sqe, slot, *AheadOf(sqe), expected);
  MoveHead(cqHead_ + 1);
  MoveTail(sqe + 1);
  ReadClock();
  RingBoth(left);
  Finish(slot);
  Stamp(slot, sqe);
  completed_++;
  return true;
}

inline uint32_t Loop::SweepMany() {
  const Sqe* const built = sqTail_;
  uint64_t left = sqhdLeft_;
  uint32_t room = place_.depth;
  odd_ = false;
  for (;;) {
    // as far as neither queue ends
    const Cqe* const from = cqHead_;
    const Cqe* entry = from;
    Sqe* next = sqTail_;
    const uint64_t* ahead = AheadOf(next);
    const ptrdiff_t toEnd = std::min(place_.cq + place_.cqEntries - entry, place_.sq + place_.sqEntries - next);
    const Cqe* const end = entry + std::min<ptrdiff_t>(room, toEnd);
    uint64_t seen = 0;
    do {
      const uint64_t second = SecondHalf(entry);
      Slot* const slot = SlotOf(second);
      const uint64_t expected = slot->expected;
      const uint64_t way = WayOf(second, expected);
      if (way > left) {
        seen = second;
        break;
      }
      left = way;
      Fill(next, slot, *ahead, expected);
      entry++;
      next++;
      ahead++;
    } while (entry != end);
    MoveHead(entry);
    MoveTail(next);
    room -= static_cast<uint32_t>(entry - from);
    if (!room) break;
    if (entry == end) continue;
    if (!IsNew(seen)) break;
    if (!MayBeginAnew(seen, SlotOf(seen))) {
      odd_ = true;
      break;
    }
    sqhdEnd_ = phase_ | rungTail_;
    left = rungTail_;
  }
  const uint32_t reaped = place_.depth - room;
  ReadClock();
  if (reaped) {
    RingBoth(left);
    KeepBooks(built);
    DrawFrom(built);
  }
  completed_ += reaped;
  return reaped;
}

inline void Loop::DrawFrom(const Sqe* first) {
  if (first < sqTail_) {
    DrawBetween(first, sqTail_);
    return;
  }
  DrawBetween(first, place_.sq + place_.sqEntries);
  DrawBetween(place_.sq, sqTail_);
}

void Loop::DrawBetween(const Sqe* first, const Sqe* end) {
  const uint64_t* const last = AheadOf(end);
  uint64_t state = state_;
  for (uint64_t* at = AheadOf(first); at != last; at++) {
    state += kGoldenGamma;
    *at = Command(Mix(state));
  }
  state_ = state;
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
    Keep(slot, *AheadOf(entry));
  }
}

inline void Loop::KeepBooksIn(Histogram* histogram, const Sqe* first) {
  const Sqe* const tail = sqTail_;
  uint64_t sum = histogram->sum;
  uint64_t least = histogram->min;
  uint64_t most = histogram->max;
  const Sqe* end = first < tail ? tail : place_.sq + place_.sqEntries;
  const Sqe* entry = first;
  for (;;) {
    const uint64_t* ahead = AheadOf(entry);
    do {
      Slot* const slot = SlotOfCommand(entry->cdw0);
      const uint64_t ns = now_ - slot->submitted;
      histogram->counts[CountsIndex(ns)]++;
      sum += ns;
      least = std::min(least, ns);
      most = std::max(most, ns);
      Keep(slot, *ahead);
      ahead++;
      entry++;
    } while (entry != end);
    if (end == tail) break;
    entry = place_.sq;
    end = tail;
    if (entry == end) break;
  }
  histogram->sum = sum;
  histogram->min = least;
  histogram->max = most;
}

void Loop::Run(uint64_t until) {
  do {
    uint32_t looks = kLooksPerClock;
    uint64_t second = SecondHalf(cqHead_);
    while (!IsNew(second) && --looks) second = SecondHalf(cqHead_);
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
inline uint64_t Loop::SecondHalf(const Cqe* entry) {
  return __atomic_load_n(&entry->second, __ATOMIC_RELAXED);
}

inline void Loop::ReadClock() {
  now_ = place_.readsClock ? NowNs(place_.scale) : __atomic_load_n(&place_.block->now, __ATOMIC_RELAXED);
}

inline void Loop::Finish(const Slot* slot) {
  const bool isRead = static_cast<uint8_t>(slot->opcode) == kRead;
  Histogram* const histogram = isRead ? place_.reads : place_.writes;
  Record(histogram, now_ - slot->submitted);
}

inline void Loop::MoveHead(const Cqe* next) {
  cqHead_ = next;
  if (next == place_.cq + place_.cqEntries) {
    cqHead_ = place_.cq;
    phase_ ^= kPhase;
    sqhdEnd_ ^= kPhase;
  }
}

inline void Loop::MoveTail(Sqe* next) {
  sqTail_ = next == place_.sq + place_.sqEntries ? place_.sq : next;
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
  MoveHead(cqHead_ + 1);
  RingBoth(sqhdLeft_);
}

inline uint64_t Loop::Mix(uint64_t state) {
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// What the next I/O is, from a draw, as in Slot::opcode.
inline uint64_t Loop::Command(uint64_t bits) {
  uint64_t block;
  if (place_.isRandom) {
    block = static_cast<uint64_t>(static_cast<unsigned __int128>(bits) * place_.blocks >> 64);
  } else {
    block = cursor_;
    cursor_ = block + 1 == place_.blocks ? 0 : block + 1;
  }
  const uint64_t lba = place_.firstLba + block * place_.lbasPerBlock;
  return lba << kLbaShift | ((bits & 0xffff) < place_.readShare ? kRead : kWrite);
}

uint32_t Loop::Outstanding() const {
  uint32_t count = 0;
  for (uint32_t slot = 0; slot < place_.depth; slot++) {
    count += place_.slots[slot].expected >> 32 == 0;
  }
  return count;
}
