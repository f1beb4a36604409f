// A block touches no page of the linear memory for the first time: the kernel's work on it would be part of some
// command's latency, and the first figures of a run would be the kernel's.
import { afterEach, describe, expect, test } from "vitest";
import type { EmbeddedTransport } from "../../src/embedded/transport.ts";
import { parseWorkload, type Workload } from "../../src/measurement/workload.ts";
import type { WorkloadOptions } from "../../src/measurement/workload-options.ts";
import { prepareWrites, writtenRange } from "../../src/run/prepare.ts";
import { Session } from "../../src/run/session.ts";
import { presentPages } from "../pages.ts";

const MiB = 1024 ** 2;
const opened: Session[] = [];

function workload(options: WorkloadOptions): Workload {
  const device = "embedded?size=64m&dstrd=8";
  return parseWorkload({ device, runtime: "100ms", iodepth: "16", destructive: true, ...options });
}

afterEach(async () => {
  for (const session of opened.splice(0)) await session.close();
});

/** Pages of a session's memory that a block was the first to touch. */
async function firstTouches(options: WorkloadOptions): Promise<number[]> {
  const chosen = workload(options);
  const session = await Session.open([chosen]);
  opened.push(session);
  const { memory, transport } = session.device;
  const all = () => presentPages(memory.bytes, { pointer: 0, bytes: memory.bytes.length });
  await prepareWrites(transport, session.namespace, [chosen], {});
  const before = new Set(all());
  const outcome = await session.block(chosen);
  expect(outcome.jobs.every(({ completed }) => completed > 0)).toBe(true);
  return all().filter((page) => !before.has(page));
}

describe("a block touches no page first", () => {
  test.each([
    { rw: "randread" },
    { rw: "read", bs: "128k" },
    { rw: "randread", numjobs: "3", stages: true },
    { rw: "randread", completion: "adaptive" },
    { rw: "randrw" },
    { rw: "randwrite", size: "1m", offset: "1m" },
  ])("%o", async (options) => {
    expect(await firstTouches(options)).toEqual([]);
  });
});

describe("what is prepared for writes", () => {
  test("nothing where nothing is written", () => {
    expect(writtenRange([workload({}), workload({ rw: "read" })], 64 * MiB)).toBeNull();
    expect(writtenRange([workload({ rw: "randrw", rwmixread: "100" })], 64 * MiB)).toBeNull();
  });

  test("all that one of the workloads may write, once", async () => {
    const some = workload({ rw: "write", offset: "4m", size: "2m" });
    const others = workload({ rw: "randrw", offset: "16m" });
    expect(writtenRange([some], 64 * MiB)).toEqual({ offset: 4 * MiB, bytes: 2 * MiB });
    const both = { offset: 4 * MiB, bytes: 60 * MiB };
    expect(writtenRange([others, workload({}), some], 64 * MiB)).toEqual(both);

    const session = await Session.open([workload({}), some, others]);
    opened.push(session);
    const ranges: unknown[] = [];
    (session.device.transport as EmbeddedTransport).prepareWrites = async (_nsid, range) => {
      ranges.push(range);
    };
    await session.block(workload({}));
    await session.block(some);
    expect(ranges).toEqual([both]);
  });
});

describe("a worker's own pauses are told", () => {
  test("collections of its garbage stand in the result, as does what the kernel did for it", async () => {
    const chosen = workload({ runtime: "300ms" });
    const session = await Session.open([chosen]);
    opened.push(session);
    const { jobs } = await session.block(chosen);
    expect(jobs[0]?.collections).toEqual({ count: expect.any(Number), ns: expect.any(Number) });
    expect(jobs[0]?.runDelayNs).toBeGreaterThanOrEqual(0);
  });
});
