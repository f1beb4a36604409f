// Asynchronous events and Abort (AER and ABT rows of the transport tests).
import { describe, expect, test } from "vitest";
import { LatencyModel } from "../../assembly/device/options.ts";
import { Feature, LogPage, NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, iova, PAGE } from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };
const TEMPERATURE_EVENT = 0x020101;
const NOW_TOO_HOT = 300;

/** Posts an Asynchronous Event Request; returns its CID. */
function request(bench: Bench): number {
  const cid = bench.post(bench.admin.sq, { opcode: AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST });
  bench.ring(bench.admin.sq);
  bench.settle();
  return cid;
}

/** An admin command, and every completion that came of it. */
function admin(bench: Bench, command: Parameters<Bench["post"]>[1]) {
  bench.post(bench.admin.sq, command);
  bench.ring(bench.admin.sq);
  bench.settle();
  return bench.reap(bench.admin.cq);
}

function setThreshold(bench: Bench, kelvin: number) {
  return admin(bench, {
    opcode: AdminOpcode.SET_FEATURES,
    cdw10: Feature.TEMPERATURE_THRESHOLD,
    cdw11: kelvin,
  });
}

/** Asynchronous Event Configuration: the temperature warning is bit 1. */
function enableWarnings(bench: Bench, cdw11 = 2) {
  const cdw10 = Feature.ASYNCHRONOUS_EVENT_CONFIGURATION;
  return admin(bench, { opcode: AdminOpcode.SET_FEATURES, cdw10, cdw11 });
}

function readLog(bench: Bench, lid: LogPage, retain: boolean) {
  const page = bench.buffer(PAGE);
  const cdw10 = (127 << 16) | (retain ? 0x8000 : 0) | lid;
  return admin(bench, { opcode: AdminOpcode.GET_LOG_PAGE, prp1: iova(page), cdw10 });
}

function abort(bench: Bench, sqid: number, cid: number) {
  return admin(bench, { opcode: AdminOpcode.ABORT, cdw10: ((cid << 16) | sqid) >>> 0 });
}

describe("Asynchronous Event Request", () => {
  test("stays outstanding; one more than AERL allows is refused, for now", () => {
    const bench = new Bench().enable();
    for (let index = 0; index < 4; index++) request(bench);
    expect(bench.reap(bench.admin.cq)).toEqual([]);
    request(bench);
    expect(bench.reap(bench.admin.cq)).toMatchObject([
      { status: 0x2000 | Status.ASYNCHRONOUS_EVENT_LIMIT_EXCEEDED },
    ]);
  });

  test("a reset ends them without completions, and their number starts again", () => {
    const bench = new Bench().enable();
    for (let index = 0; index < 4; index++) request(bench);
    bench.disable();
    bench.enable();
    for (let index = 0; index < 4; index++) request(bench);
    expect(bench.reap(bench.admin.cq)).toEqual([]);
  });

  test("a threshold below the temperature is an event, if it was asked for", () => {
    const bench = new Bench().enable();
    const cid = request(bench);
    expect(setThreshold(bench, NOW_TOO_HOT)).toHaveLength(1);
    expect(setThreshold(bench, 400)).toHaveLength(1);
    expect(enableWarnings(bench)).toHaveLength(1);
    const found = setThreshold(bench, NOW_TOO_HOT);
    expect(found).toHaveLength(2);
    expect(found[1]).toMatchObject({ cid, code: 0, dw0: TEMPERATURE_EVENT, sqid: 0 });
  });

  test("a warning that holds when it is enabled is an event", () => {
    const bench = new Bench().enable();
    const cid = request(bench);
    expect(setThreshold(bench, NOW_TOO_HOT)).toHaveLength(1);
    // another warning is not this one
    expect(enableWarnings(bench, 1)).toHaveLength(1);
    const found = enableWarnings(bench);
    expect(found).toHaveLength(2);
    expect(found[1]).toMatchObject({ cid, code: 0, dw0: TEMPERATURE_EVENT });
    // enabled already: nothing new
    request(bench);
    expect(enableWarnings(bench)).toHaveLength(1);
  });

  test("an event that is disabled before it is reported is none", () => {
    const bench = new Bench().enable();
    enableWarnings(bench);
    expect(setThreshold(bench, NOW_TOO_HOT)).toHaveLength(1);
    enableWarnings(bench, 0);
    request(bench);
    expect(bench.reap(bench.admin.cq)).toEqual([]);
  });

  test("a threshold above the temperature is one too, if it is an under threshold", () => {
    const bench = new Bench().enable();
    enableWarnings(bench);
    const cid = request(bench);
    expect(setThreshold(bench, 0x100000 | 309)).toHaveLength(1);
    const found = setThreshold(bench, 0x100000 | 310);
    expect(found[1]).toMatchObject({ cid, dw0: TEMPERATURE_EVENT });
  });

  test("more of the type are masked until its log page is read without RAE", () => {
    const bench = new Bench().enable();
    enableWarnings(bench);
    request(bench);
    request(bench);
    expect(setThreshold(bench, NOW_TOO_HOT)).toHaveLength(2);
    expect(setThreshold(bench, NOW_TOO_HOT)).toHaveLength(1);
    expect(readLog(bench, LogPage.SMART, true)).toHaveLength(1);
    expect(readLog(bench, LogPage.ERROR_INFORMATION, false)).toHaveLength(1);
    const found = readLog(bench, LogPage.SMART, false);
    expect(found.map(({ dw0 }) => dw0)).toEqual([0, TEMPERATURE_EVENT]);
  });

  test("a warning that still holds when its event is cleared is reported again", () => {
    const bench = new Bench().enable();
    enableWarnings(bench);
    for (let index = 0; index < 3; index++) request(bench);
    expect(setThreshold(bench, NOW_TOO_HOT)).toHaveLength(2);
    expect(readLog(bench, LogPage.SMART, false)[1]).toMatchObject({ dw0: TEMPERATURE_EVENT });
    expect(setThreshold(bench, 400)).toHaveLength(1);
    expect(readLog(bench, LogPage.SMART, false)).toHaveLength(1);
    expect(setThreshold(bench, NOW_TOO_HOT)).toHaveLength(2);
  });

  test("an event without a request waits for one, unless its log page is read before", () => {
    const bench = new Bench().enable();
    enableWarnings(bench);
    expect(setThreshold(bench, NOW_TOO_HOT)).toHaveLength(1);
    bench.view.setUint32(bench.doorbell(5, false), 1, true);
    bench.settle();
    expect(readLog(bench, LogPage.SMART, true)).toHaveLength(1);
    expect(readLog(bench, LogPage.ERROR_INFORMATION, false)).toHaveLength(1);
    request(bench);
    expect(bench.reap(bench.admin.cq)).toMatchObject([{ dw0: TEMPERATURE_EVENT }]);
    request(bench);
    expect(bench.reap(bench.admin.cq)).toEqual([]);
  });

  test("another type is not masked by it", () => {
    const bench = new Bench().enable();
    enableWarnings(bench);
    request(bench);
    request(bench);
    setThreshold(bench, NOW_TOO_HOT);
    bench.view.setUint32(bench.doorbell(5, false), 1, true);
    bench.settle();
    expect(bench.reap(bench.admin.cq)).toMatchObject([{ dw0: 0x010000 }]);
  });

  test("one event ends one request", () => {
    const bench = new Bench().enable();
    const cids = [request(bench), request(bench), request(bench)];
    bench.view.setUint32(bench.doorbell(5, false), 1, true);
    bench.settle();
    expect(bench.reap(bench.admin.cq).map(({ cid }) => cid)).toEqual([cids[0]]);
  });
});

describe("Abort", () => {
  test("of an event request: that ends as aborted", () => {
    const bench = new Bench().enable();
    const [first, second] = [request(bench), request(bench)];
    const found = abort(bench, 0, second);
    expect(found).toMatchObject([
      { cid: second, code: Status.ABORT_REQUESTED },
      { code: 0, dw0: 0 },
    ]);
    bench.view.setUint32(bench.doorbell(5, false), 1, true);
    bench.settle();
    expect(bench.reap(bench.admin.cq)).toMatchObject([{ cid: first }]);
  });

  test.each([
    [1, 0x1234],
    [0, 0xffff],
    [77, 0],
    [0xffff, 0xffff],
  ])("of what is not there (SQ %i, CID %i): success, and dword 0 says so", (sqid, cid) => {
    const bench = new Bench().enable();
    bench.createPair(1);
    expect(abort(bench, sqid, cid)).toMatchObject([{ code: 0, dw0: 1 }]);
  });

  test("of a command in flight: it ends as aborted, once, before the Abort does", () => {
    const bench = new Bench().enable();
    bench.device.setLatency(1, 1000, 0);
    const { sq, cq } = bench.createPair(1);
    const cids = Array.from({ length: 10 }, () =>
      bench.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1 }),
    );
    bench.ring(sq);
    bench.step();
    expect(abort(bench, 1, cids[4]!)).toMatchObject([{ code: 0, dw0: 0 }]);
    expect(bench.reap(cq)).toMatchObject([{ cid: cids[4], code: Status.ABORT_REQUESTED }]);
    bench.now = 2000n;
    bench.settle();
    const rest = bench.reap(cq);
    expect(rest.map(({ cid }) => cid)).toEqual(cids.filter((cid) => cid !== cids[4]));
    expect(rest.every(({ code }) => code === 0)).toBe(true);
  });

  test("of a command in flight: it has no effect any more", () => {
    const bench = new Bench().enable();
    bench.device.setLatency(1, 1000, 0);
    const { sq, cq } = bench.createPair(1);
    const page = bench.buffer(PAGE);
    const cid = bench.post(sq, { opcode: NvmOpcode.READ, nsid: 1, prp1: iova(page) });
    bench.ring(sq);
    bench.step();
    expect(abort(bench, 1, cid)).toMatchObject([{ code: 0, dw0: 0 }]);
    expect(bench.reap(cq)).toHaveLength(1);
    bench.bytes.fill(0xa5, page, page + PAGE);
    bench.now = 5000n;
    bench.settle();
    expect(bench.reap(cq)).toEqual([]);
    expect(new Set(bench.bytes.slice(page, page + PAGE))).toEqual(new Set([0xa5]));
  });

  test("takes one command out: the others keep their order and their times", () => {
    const run = (abortSome: boolean) => {
      const bench = new Bench({ mqes: 1024 }).enable();
      bench.device.setLatency(LatencyModel.LOGNORMAL, 1_000_000, 2);
      const { sq, cq } = bench.createPair(1, 512);
      const cids = Array.from({ length: 400 }, (_, cid) => bench.post(sq, { ...FLUSH, cid }));
      bench.ring(sq);
      bench.settle();
      const doomed = cids.filter((cid) => abortSome && (cid * 7) % 5 === 0);
      for (const cid of doomed) expect(abort(bench, 1, cid)[0]?.dw0).toBe(0);
      bench.reap(cq);
      const seen: [cid: number, at: bigint][] = [];
      while (seen.length < cids.length - doomed.length) {
        bench.now += 2_000n + bench.now / 100n;
        bench.step();
        for (const { cid } of bench.reap(cq)) seen.push([cid, bench.now]);
      }
      return seen;
    };
    expect(run(true)).toEqual(run(false).filter(([cid]) => (cid * 7) % 5 !== 0));
  });

  test("a storm of aborts: every command ends exactly once", () => {
    const bench = new Bench({ admin: 128 }).enable();
    bench.device.setLatency(2, 1000, 1);
    const { sq, cq } = bench.createPair(1, 256);
    const cids = Array.from({ length: 200 }, () =>
      bench.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1 }),
    );
    bench.ring(sq);
    bench.step(4);
    let aborted = 0;
    for (const cid of cids.filter((cid) => cid % 2 === 0)) {
      bench.now += 20n;
      aborted += 1 - (abort(bench, 1, cid)[0]?.dw0 ?? 1);
    }
    bench.now = 10_000_000n;
    bench.settle();
    const found = bench.reap(cq);
    expect(found.map(({ cid }) => cid).sort((a, b) => a - b)).toEqual(cids);
    expect(found.filter(({ code }) => code === Status.ABORT_REQUESTED)).toHaveLength(aborted);
    expect(aborted).toBeGreaterThan(0);
  });
});
