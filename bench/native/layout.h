// The linear memory as the loop sees it, in C++. assembly/layout.ts and assembly/spec/entries.ts are the
// source; bench/native.ts compares every number that stands in `kLayout` with them before anything runs.
#pragma once

#include <cstddef>
#include <cstdint>

struct Sqe {
  uint32_t cdw0;
  uint32_t nsid;
  uint64_t cdw2;
  uint64_t mptr;
  uint64_t prp1;
  uint64_t prp2;
  uint64_t slba;
  uint32_t cdw12;
  uint32_t cdw13;
  uint32_t cdw14;
  uint32_t cdw15;
};

struct Cqe {
  uint64_t first;
  // SQHD, SQID, CID, phase and status
  uint64_t second;
};

struct Slot {
  uint64_t submitted;
  // SQID | CID << 16 of the command in flight; bit 63 in an idle slot
  uint64_t expected;
  uint64_t prp1;
  uint64_t prp2;
  // the opcode in the low byte, the starting LBA above
  uint64_t opcode;
  // written by runs that measure stages only
  uint64_t rung;
};

struct Histogram {
  uint64_t min;
  uint64_t max;
  uint64_t sum;
  uint64_t reserved[5];
  uint64_t counts[];
};

constexpr uint32_t kSubBucketsBits = 11;

struct Block {
  uint32_t stop;
  uint32_t phase;
  uint64_t now;
  uint64_t submitted;
  uint64_t completed;
  uint64_t failed;
  uint64_t rejected;
  uint64_t sweepsFull;
  uint64_t sweeps;
};

struct LayoutNumber {
  const char* name;
  double value;
};

constexpr LayoutNumber kLayout[] = {
    {"SQE_BYTES", sizeof(Sqe)},
    {"CQE_BYTES", sizeof(Cqe)},
    {"SLOT_BYTES", sizeof(Slot)},
    {"AHEAD_BYTES", sizeof(uint64_t)},
    {"SLOT_SUBMITTED", offsetof(Slot, submitted)},
    {"SLOT_EXPECTED", offsetof(Slot, expected)},
    {"SLOT_OPCODE", offsetof(Slot, opcode)},
    {"SLOT_RUNG", offsetof(Slot, rung)},
    {"SLOT_PRP1", offsetof(Slot, prp1)},
    {"SLOT_PRP2", offsetof(Slot, prp2)},
    {"HISTOGRAM_MIN", offsetof(Histogram, min)},
    {"HISTOGRAM_MAX", offsetof(Histogram, max)},
    {"HISTOGRAM_SUM", offsetof(Histogram, sum)},
    {"HISTOGRAM_HEADER_BYTES", offsetof(Histogram, counts)},
    {"HISTOGRAM_SUB_BUCKETS_BITS", kSubBucketsBits},
    {"BLOCK_NOW", offsetof(Block, now)},
    {"BLOCK_SUBMITTED", offsetof(Block, submitted)},
    {"BLOCK_COMPLETED", offsetof(Block, completed)},
    {"BLOCK_FAILED", offsetof(Block, failed)},
    {"BLOCK_REJECTED", offsetof(Block, rejected)},
    {"BLOCK_SWEEPS", offsetof(Block, sweeps)},
    {"BLOCK_SWEEPS_FULL", offsetof(Block, sweepsFull)},
};
