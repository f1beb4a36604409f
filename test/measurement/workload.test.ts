import { describe, expect, test } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import { parseWorkload, writes } from "../../src/measurement/workload.ts";
import { type WorkloadOptions, workloadOptions } from "../../src/measurement/workload-options.ts";
import { checkAgainstDevice, type DeviceLimits } from "../../src/run/limits.ts";
import { messageOf } from "../../src/text/failure-words.ts";

/** A flag's spelling is the command line's. */
const FLAG = /--[a-z]/;

function failure(action: () => void): PhasebitError {
  try {
    action();
  } catch (error) {
    if (error instanceof PhasebitError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("options that make no workload", () => {
  test.each<[WorkloadOptions, string]>([
    [{ device: "" }, '--device "": names no device'],
    [{ rw: "rand-read" }, "--rw rand-read: did you mean randread? phasebit knows read, write"],
    [{ rw: "trim" }, "--rw trim: phasebit knows read, write, randread, randwrite, randrw"],
    [{ rw: "" }, '--rw "": phasebit knows'],
    [{ rw: "\x1b[2J" }, "--rw \\x1b[2J: phasebit knows"],
    [{ rwmixread: "101" }, "--rwmixread 101: must be a whole number from 0 to 100"],
    [{ rwmixread: "50%" }, "--rwmixread 50%: must be a whole number"],
    [{ bs: "0" }, "--bs 0: must be more than 0"],
    [{ bs: "4,5k" }, "--bs 4,5k: fio would stop"],
    [{ iodepth: "0" }, "--iodepth 0: must be a whole number from 1 to 16383"],
    [{ iodepth: "1e3" }, "--iodepth 1e3: must be a whole number"],
    [{ iodepth: "-1" }, "--iodepth -1: must be"],
    [{ numjobs: "0" }, "--numjobs 0: must be"],
    [{ numjobs: "65535" }, "--numjobs 65535: must be a whole number from 1 to 65534"],
    [{ runtime: "0" }, "--runtime 0: must be at least 1ms"],
    [{ runtime: "1sec" }, "--runtime 1sec: fio takes this unit for 0; write 1s"],
    [{ runtime: "25d" }, "--runtime 25d: must be at most 24d"],
    [{ timeout: "0" }, "--timeout 0: must be at least 1ms"],
    [{ size: "0" }, "--size 0: must be more than 0"],
    [{ size: "2k" }, "--size 2k: smaller than one I/O (--bs 4k)"],
    [{ nsid: "0" }, "--nsid 0: must be a whole number from 1"],
    [{ nsid: "4294967295" }, "--nsid 4294967295: must be"],
    [{ seed: "-1" }, "--seed -1: must be a whole number below 2^64"],
    [{ seed: "0x10000000000000000" }, "--seed 0x10000000000000000: must be"],
    [{ seed: "18446744073709551616" }, "--seed 18446744073709551616: must be"],
    [{ cpus: "" }, '--cpus "": must be CPUs'],
    [{ cpus: "4-2" }, "--cpus 4-2: must be CPUs and rising ranges"],
    [{ cpus: "1,,2" }, "--cpus 1,,2: must be"],
    [{ cpus: "0-9999" }, "--cpus 0-9999: must be CPUs and rising ranges up to 4095"],
    [{ cpus: "1,0-2" }, "--cpus 1,0-2: names CPU 1 twice"],
  ])("%j", (options, message) => {
    const error = failure(() => parseWorkload(options));
    expect(messageOf(error)).toContain(message);
    expect(error.message).not.toMatch(FLAG);
    expect(error.code).toBe("USAGE");
  });
});

describe("to the library", () => {
  test("an option has its own name, and what was wrong is data", () => {
    const error = failure(() => parseWorkload({ rampTime: "1sec" }));
    expect(error.message).toMatch(/^rampTime 1sec: fio takes this unit for 0/);
    expect(error).toMatchObject({ what: "rampTime", value: "1sec" });
    expect(messageOf(error)).toMatch(/^--ramp-time 1sec: fio/);
  });

  test("so have the others that it speaks of", () => {
    const options = { iodepth: "4", iodepthBatchCompleteMin: "8" };
    const error = failure(() => parseWorkload(options));
    expect(error.message).toMatch(/^iodepthBatchCompleteMin 8: is more than iodepth 4: /);
    expect(messageOf(error)).toMatch(/^--iodepth-batch-complete-min 8: is more than --iodepth 4: /);
    const staged = failure(() => parseWorkload({ ...options, iodepth: "8", stages: true }));
    expect(messageOf(staged)).toBe(
      "--stages: takes completions one by one; leave --iodepth-batch-complete-min and " +
        "--iodepth-batch-complete-max out",
    );
    expect(staged.message).not.toMatch(FLAG);
  });
});

describe("writes need consent", () => {
  const device = "0000:5e:00.0";

  test.each<WorkloadOptions>([
    { rw: "write" },
    { rw: "randwrite" },
    { rw: "randrw" },
    { rw: "randrw", rwmixread: "99" },
  ])("%j is refused on a device", (options) => {
    const error = failure(() => parseWorkload({ device, ...options }));
    expect(error.code).toBe("REFUSED");
    expect(error.exitCode).toBe(4);
    expect(messageOf(error)).toContain("add --destructive if");
    expect(error.message).toContain("add destructive if");
    expect(error.what).toBe("rw");
    expect(error.message).toContain(device);
    expect(writes(parseWorkload({ device, destructive: true, ...options }))).toBe(true);
  });

  test("on the embedded controller too: its medium may be somebody's file", () => {
    const error = failure(() => parseWorkload({ rw: "write", device: "embedded?medium=disk.img" }));
    expect(error.code).toBe("REFUSED");
  });

  test("reads need none", () => {
    expect(writes(parseWorkload({ device, rw: "read" }))).toBe(false);
    expect(writes(parseWorkload({ device, rw: "randrw", rwmixread: "100" }))).toBe(false);
  });
});

test("without options it is a short random read of the embedded controller", () => {
  expect(parseWorkload({})).toEqual({
    device: "embedded",
    rw: "randread",
    rwmixread: 50,
    bs: 4096,
    iodepth: 1,
    numjobs: 1,
    runtimeMs: 10_000,
    rampTimeMs: 0,
    offset: 0,
    size: null,
    nsid: 1,
    seed: 1n,
    cpus: [],
    logHistMs: 1000,
    precondition: null,
    timeoutMs: 30_000,
    destructive: false,
    completion: { mode: "poll", irq: "auto", spinNs: 10_000, pauseNs: null, deadlineMs: 100 },
    batch: { min: 1, max: null },
    coalesce: null,
    cmb: [],
    stages: false,
    shadowDoorbells: false,
    clocksource: "auto",
  });
});

test("the help's defaults are the defaults", () => {
  const entries = workloadOptions.flatMap((option) => {
    const name = /--([a-z-]+)/.exec(option.flags)?.[1] ?? "";
    const key = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return option.default === undefined ? [] : [[key, option.default]];
  });
  expect(parseWorkload(Object.fromEntries(entries))).toEqual(parseWorkload({}));
});

test("everything that can be asked for", () => {
  const workload = parseWorkload({
    device: "0000:5e:00.0",
    rw: "randrw",
    rwmixread: "70",
    bs: "128k",
    iodepth: "32",
    numjobs: "4",
    runtime: "1m",
    rampTime: "500ms",
    offset: "1g",
    size: "2g",
    nsid: "2",
    seed: "0xffffffffffffffff",
    cpus: "0,2-4",
    timeout: "5",
    destructive: true,
  });
  expect(workload).toMatchObject({
    rwmixread: 70,
    bs: 131_072,
    runtimeMs: 60_000,
    rampTimeMs: 500,
  });
  expect(workload).toMatchObject({ offset: 2 ** 30, size: 2 ** 31, nsid: 2, timeoutMs: 5000 });
  expect(workload.seed).toBe(2n ** 64n - 1n);
  expect(workload.cpus).toEqual([0, 2, 3, 4]);
});

test.each([
  ["[0,2-4]", [0, 2, 3, 4]],
  ["0x1d", [0, 2, 3, 4]],
  ["0X8000000000000000", [63]],
])("CPUs as SPDK writes them: %s", (cpus, expected) => {
  expect(parseWorkload({ cpus }).cpus).toEqual(expected);
});

describe("what a device does not allow", () => {
  const limits: DeviceLimits = {
    blocks: 1000,
    blockBytes: 4096,
    maxTransferBytes: 131_072,
    maxQueueEntries: 64,
    ioQueues: 2,
  };

  test.each<[WorkloadOptions, string]>([
    [{ bs: "512" }, "--bs 512: must be a multiple of the namespace's block size, 4096 bytes"],
    [{ bs: "6k" }, "--bs 6k: must be a multiple"],
    [{ offset: "1k" }, "--offset 1k: must be a multiple"],
    [{ size: "4097" }, "--size 4097: must be a multiple"],
    [{ bs: "132k" }, "--bs 132k: the device transfers 128k at most"],
    [
      { iodepth: "64" },
      "--iodepth 64: the device allows 63 at most: its queues have 64 entries, and one",
    ],
    [{ numjobs: "3" }, "--numjobs 3: each job needs a queue pair, and the device has 2"],
    [
      { offset: "4000k" },
      "--offset 4000k: lies past the end: the namespace has 4096000 bytes (3.91MiB)",
    ],
    [{ size: "4004k" }, "--size 4004k: ends past the end"],
    [{ offset: "8k", size: "4000k" }, "3992k fit from the offset on"],
    [{ bs: "8k", offset: "3996k" }, "--offset 3996k: leaves no room for one I/O of 8k"],
  ])("%j", (options, message) => {
    const error = failure(() => checkAgainstDevice(parseWorkload(options), limits));
    expect(messageOf(error)).toContain(message);
    expect(error.message).not.toMatch(FLAG);
    expect(error.code).toBe("USAGE");
  });

  test("its own limits are allowed", () => {
    const most = { bs: "128k", iodepth: "63", numjobs: "2", size: "4000k" };
    checkAgainstDevice(parseWorkload(most), limits);
    checkAgainstDevice(parseWorkload({ offset: "3996k", size: "4k" }), limits);
  });

  test("65,536 blocks are the most that a command can name", () => {
    const boundless = { ...limits, blocks: 2 ** 20, maxTransferBytes: null };
    checkAgainstDevice(parseWorkload({ bs: "256m" }), boundless);
    const error = failure(() => checkAgainstDevice(parseWorkload({ bs: "262148k" }), boundless));
    expect(error.message).toContain("the device transfers 256m at most");
  });

  test("LBA 2^56 is as far as a job goes", () => {
    const vast = { ...limits, blocks: 2 ** 60 };
    checkAgainstDevice(parseWorkload({ size: "4000k" }), vast);
    const error = failure(() => checkAgainstDevice(parseWorkload({}), vast));
    expect(error.message).toContain("reaches past LBA 2^56, which no job goes beyond");
  });
});

describe("the pause between two looks", () => {
  test.each([
    ["auto", null],
    ["0", 0],
    ["150ns", 150],
    ["1.5us", 1500],
    ["1ms", 1_000_000],
  ])("--poll-pause %s", (pollPause, ns) => {
    expect(parseWorkload({ pollPause }).completion.pauseNs).toBe(ns);
  });

  test.each(["", "1", "-1", "often", "1.1ms", "2s", "1e3ns"])("%j is refused", (pollPause) => {
    expect(() => parseWorkload({ pollPause })).toThrow(/^pollPause .*: must be /);
  });
});

describe("how many completions are taken at once", () => {
  test("one or more unless something is asked for, and up to a number", () => {
    expect(parseWorkload({}).batch).toEqual({ min: 1, max: null });
    const options = { iodepthBatchCompleteMin: "4", iodepthBatchCompleteMax: "8", iodepth: "16" };
    expect(parseWorkload(options).batch).toEqual({ min: 4, max: 8 });
  });

  test.each([
    [{ iodepthBatchCompleteMin: "0" }, "must be a whole number from 1"],
    [{ iodepthBatchCompleteMin: "2" }, "is more than iodepth 1: so many never complete"],
    [
      { iodepthBatchCompleteMin: "4", iodepthBatchCompleteMax: "2", iodepth: "8" },
      "is more than iodepthBatchCompleteMax 2",
    ],
    [
      { iodepthBatchCompleteMin: "4", iodepth: "8", completion: "interrupt" },
      "is told of each completion; coalesce gathers them",
    ],
    [{ iodepthBatchCompleteMax: "2", stages: true }, "takes completions one by one"],
  ])("%o is refused", (options, why) => {
    expect(() => parseWorkload(options)).toThrow(why);
  });
});
