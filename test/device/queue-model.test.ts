// Any doorbell values, right or wrong, against a queue pair as section 4.1 describes it: what is taken, what is posted, what
// is noticed, and what is announced (7.5).
import fc from "fast-check";
import { expect, test } from "vitest";
import { LogPage, NvmOpcode } from "../../assembly/spec/commands.ts";
import { ErrorLogEntry } from "../../assembly/spec/identify.ts";
import { AdminOpcode, Bench, iova, layout, PAGE } from "./bench-host.ts";

/** A queue from which so many completions wait for room is not taken from. */
const MOST_HELD = 64;

/** A submission queue of `n` entries and its completion queue of `m`, as the controller has to keep them. */
class Model {
  readonly n: number;
  readonly m: number;
  /** The most commands that are taken in a step. */
  readonly burst: number;
  readonly kind: "PIN" | "MSI" | "MSIX";
  /** Commands taken, completions posted, and entries that the host has given back. */
  taken = 0;
  posted = 0;
  freed = 0;
  /** Commands that the doorbell has announced. */
  announced = 0;
  halted = false;
  errors = 0;
  /** Interrupts, of which there is one at most in a step. */
  interrupts = 0;
  /** MSI has sent its message for entries that the host has not answered yet. */
  private isSent = false;

  /** The pin's interrupt has masked it; the host has unmasked it since. */
  private isMasked = false;
  isUnmasked = false;
  /** It was active while it was masked: doorbells are looked at once more before it interrupts. */
  private isHeldBack = false;

  constructor(n: number, m: number, burst: number, kind: "PIN" | "MSI" | "MSIX") {
    this.kind = kind;
    this.n = n;
    this.m = m;
    this.burst = burst;
  }

  /** The tail doorbell was written. */
  tail(value: number): void {
    if (this.halted) return;
    const added = (value - (this.announced % this.n) + this.n) % this.n;
    const waiting = this.announced - this.taken;
    if (value >= this.n || waiting + added >= this.n) {
      this.halted = true;
      this.announced = this.taken;
      this.errors++;
    } else {
      this.announced += added;
    }
  }

  /** The head doorbell was written. */
  head(value: number): void {
    const given = (value - (this.freed % this.m) + this.m) % this.m;
    if (value >= this.m || given > this.posted - this.freed) {
      this.errors++;
    } else {
      this.freed += given;
      this.isSent = false;
      if (this.freed === this.posted) this.isHeldBack = false;
    }
  }

  /** Posts what there is room for, and takes what may be taken. */
  step(): void {
    const before = this.posted;
    this.post();
    if (this.taken - this.posted < MOST_HELD) {
      this.taken += Math.min(this.burst, this.announced - this.taken);
    }
    this.post();
    if (this.kind === "PIN") this.pin();
    else if (this.kind === "MSI") this.msi();
    else if (this.posted > before) this.interrupts++;
  }

  /** A message when there begins to be something to take, and again for what the host leaves (7.5.1). */
  private msi(): void {
    if (this.posted === this.freed) return;
    if (!this.isSent) this.interrupts++;
    this.isSent = true;
  }

  /** A level: active while the host has not taken all. */
  private pin(): void {
    if (this.posted === this.freed) return;
    if (this.isUnmasked) this.isMasked = false;
    this.isUnmasked = false;
    if (this.isMasked) this.isHeldBack = true;
    else if (this.isHeldBack) this.isHeldBack = false;
    else {
      this.interrupts++;
      this.isMasked = true;
    }
  }

  private post(): void {
    const room = this.m - 1 - (this.posted - this.freed);
    this.posted += Math.min(room, this.taken - this.posted);
  }
}

const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("submit"), value: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("tail"), value: fc.nat(20) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("give"), value: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("head"), value: fc.nat(20) }) },
);

const runs = fc.record({
  n: fc.integer({ min: 2, max: 16 }),
  m: fc.integer({ min: 2, max: 16 }),
  /** Arbitration Burst, a power of two. */
  ab: fc.integer({ min: 0, max: 4 }),
  interruptKind: fc.constantFrom("PIN", "MSI", "MSIX"),
  acts: fc.array(act, { minLength: 10, maxLength: 200 }),
});

/** How many errors the log has counted. */
function errorCount(bench: Bench): number {
  const page = bench.buffer(PAGE);
  const cdw10 = (15 << 16) | LogPage.ERROR_INFORMATION;
  bench.execute({ opcode: AdminOpcode.GET_LOG_PAGE, cdw10, prp1: iova(page) });
  return Number(bench.view.getBigUint64(page + ErrorLogEntry.ERROR_COUNT, true));
}

test("a queue pair does with any doorbell values what section 4.1 says", () => {
  fc.assert(
    fc.property(runs, ({ n, m, ab, interruptKind, acts }) => {
      const bench = new Bench({ memoryMiB: 4, interruptKind }).enable();
      bench.execute({ opcode: AdminOpcode.SET_FEATURES, cdw10: 1, cdw11: ab });
      const { sq, cq } = bench.createPair(1, n, m);
      // the admin queue's are behind us, and the pin is unmasked
      bench.step();
      bench.interrupts.length = 0;
      bench.bus.setUint32(layout.BUS_PIN_MASKED, 0, true);
      bench.unmasksPin = false;
      const model = new Model(n, m, 1 << ab, interruptKind);
      let tail = 0;
      let head = 0;
      for (const { kind, value } of acts) {
        if (kind === "submit" || kind === "tail") {
          const free = n - 1 - (model.announced - model.taken);
          const next = kind === "tail" ? value : (tail + Math.min(value, free)) % n;
          // what does not change the doorbell cannot be seen
          if (next === tail) continue;
          for (let entry = 0; entry < n; entry++) {
            sq.tail = entry;
            bench.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1, cid: entry });
          }
          bench.ring(sq, next);
          model.tail(next);
          tail = next;
        } else {
          const next =
            kind === "head" ? value : (head + Math.min(value, model.posted - model.freed)) % m;
          if (next === head) continue;
          bench.ringHead(cq, next);
          model.isUnmasked = true;
          model.head(next);
          head = next;
        }
        bench.step();
        model.step();
        const last = bench.entry(cq, (model.posted + m - 1) % m);
        const phase = Math.floor((model.posted - 1) / m) % 2 === 0 ? 1 : 0;
        if (model.posted > 0) {
          expect(last).toMatchObject({
            cid: (model.posted - 1) % n,
            phase,
          });
        }
        // the entry after the last is not written yet
        expect(bench.entry(cq, model.posted % m).phase).toBe(
          Math.floor(model.posted / m) % 2 === 0 ? 0 : 1,
        );
      }
      const own = interruptKind === "PIN" ? 0 : 1;
      expect(bench.interrupts.filter((vector) => vector === own)).toHaveLength(model.interrupts);
      expect(bench.csts).toBe(1);
      expect(errorCount(bench)).toBe(model.errors);
    }),
    { numRuns: 300, seed: 1 },
  );
});
