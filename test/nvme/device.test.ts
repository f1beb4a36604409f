// A device held open: steps in any order, the same controller again and again, and an end whatever happens.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { BUS_MASTER } from "../../assembly/layout.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { Status } from "../../assembly/spec/status.ts";
import { openEmbedded } from "../../src/embedded/transport.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import { packageRoot } from "../../src/ground/package.ts";
import type { MemoryLimits } from "../../src/memory/linear-memory.ts";
import { Device, open } from "../../src/nvme/device.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { StopFailure } from "../../src/nvme/stop-failure.ts";
import type { SubmissionQueue } from "../../src/nvme/submission-queue.ts";
import { broughtUp, openStepped, readOf, timeoutMs, withPair } from "./devices.ts";

/** The vanished device: each register read gives all-ones from here on. */
function vanish(device: Device): void {
  vi.spyOn(device.transport, "read32").mockReturnValue(0xffff_ffff);
}

describe("misuse", () => {
  test("an unknown device is bad usage", async () => {
    await expect(open("floppy")).rejects.toMatchObject({ code: "USAGE", what: "device" });
  });

  test.each([
    [{ asq: 1 }, "asq"],
    [{ asq: 4097 }, "asq"],
    [{ acq: 0 }, "acq"],
    [{ acq: 2.5 }, "acq"],
  ])("admin queues of %o do not fit AQA", async (options, what) => {
    const device = await openStepped();
    const refused = device.enable(options);
    await expect(refused).rejects.toMatchObject({ code: "USAGE", what, section: "3.1.8" });
    expect(device.memory.used).toMatchObject({ commands: 0, completions: 0 });
    expect((await device.enable()).admin.state).toBe("live");
  });

  test.each(["mps", "css", "ams", "iosqes", "iocqes", "crime"])(
    "CC.%s is not what it cannot hold",
    async (what) => {
      const { device, controller } = await broughtUp();
      for (const value of [-1, 16, 1.5, Number.NaN]) {
        const refused = device.enable({ [what]: value });
        await expect(refused).rejects.toMatchObject({ code: "USAGE", what, section: "3.1.5" });
      }
      expect(controller.admin.state, "refused before anything happens").toBe("live");
    },
  );

  test.each([-1, 1.5, Number.NaN])("%d I/O queues are none", async (ioQueues) => {
    const device = await openStepped();
    await expect(device.bringUp({ ioQueues })).rejects.toMatchObject({ what: "ioQueues" });
  });

  test("the admin queue of an enabled controller is not configured anew", async () => {
    const { device, controller } = await broughtUp();
    expect(() => device.configureAdminQueue({ asq: 2, acq: 2 })).toThrow(/is enabled/);
    expect(controller.admin.state).toBe("live");
    expect((await controller.identify()).model).not.toBe("");
  });

  test("nor that of one that was enabled by hand: it still writes there", async () => {
    const device = await openStepped();
    await device.disable();
    device.connect();
    const admin = device.configureAdminQueue({ asq: 4, acq: 4 });
    device.registers.write(Register.CC, 0x0046_0001);
    expect(() => device.configureAdminQueue({ asq: 2, acq: 2 })).toThrow(/is enabled/);
    expect(admin.state).toBe("live");
    await device.registers.until(Register.CSTS, { RDY: 1 });
    expect((await device.adopt().identify()).model).not.toBe("");
  });

  test("a closed device refuses each step, and its queues each use", async () => {
    const { device, sq } = await withPair();
    await device.close();
    const steps = [
      () => device.enable(),
      () => device.disable(),
      () => device.reset(),
      () => device.reset("function"),
      () => device.bringUp({ ioQueues: 1 }),
      () => device.shutDown(),
      async () => device.connect(),
      async () => device.disconnect(),
      async () => device.configureAdminQueue({ asq: 2, acq: 2 }),
      async () => device.health(),
      async () => device.registers.read(Register.CC),
      async () => device.registers.write(Register.CC, 0),
      () => device.registers.until(Register.CSTS, { RDY: 1 }),
    ];
    for (const step of steps) {
      await expect(step()).rejects.toMatchObject({ code: "USAGE" });
      await expect(step()).rejects.toThrow(/the device was closed/);
    }
    expect(device.controller).toBeUndefined();
    expect(() => sq.ring(1)).toThrow(/submission queue 1: it was deleted/);
  });

  test("a function level reset that the device has not is refused before anything happens", async () => {
    const { device, sq, page } = await withPair();
    Object.defineProperty(device.transport, "hasReset", { value: false });
    await expect(device.reset("function")).rejects.toMatchObject({ code: "USAGE" });
    expect((await sq.run(readOf(page), { timeoutMs })).status).toBe(0);
  });
});

describe("opening", () => {
  test("touches no register, allocates nothing and lets the device reach nothing", async () => {
    const transport = await openEmbedded("embedded?size=16m", { stepped: true });
    const read = vi.spyOn(transport, "read32");
    const write = vi.spyOn(transport, "write32");
    const { Device } = await import("../../src/nvme/device.ts");
    const device = new Device(transport);
    expect(read).not.toHaveBeenCalled();
    expect(write).not.toHaveBeenCalled();
    expect(device.controller).toBeUndefined();
    expect(device.memory.used).toEqual({ host: 0, commands: 0, completions: 0, data: 0 });
    expect(transport.memory.u32[BUS_MASTER / 4]).toBe(0);
    await device.close();
  });

  test("gives what was asked for, in a thread of its own, and await using closes it", async () => {
    let closed: Device;
    {
      await using device = await open("embedded?size=1m");
      closed = device;
      expect(device.address).toBe("embedded?size=1m");
      const controller = await device.bringUp({ ioQueues: 0 });
      expect(controller.ioQueues).toBe(0);
      expect(device.controller).toBe(controller);
    }
    await expect(closed.enable()).rejects.toThrow(/was closed/);
  });
});

describe("a device that is gone", () => {
  test("ends each step with a clear error", async () => {
    const { device, sq, page, controller } = await withPair();
    vanish(device);
    expect(device.health()).toBe("gone");
    const steps: (() => unknown)[] = [
      () => device.check(),
      () => device.registers.until(Register.CSTS, { RDY: 0 }),
      () => device.registers.fields(Register.CC),
      () => controller.identify(),
      () => sq.run(readOf(page), { timeoutMs }),
      () => device.bringUp({ ioQueues: 1 }),
      () => device.enable(),
      () => device.disable(),
      () => device.reset(),
      () => device.reset("function"),
    ];
    for (const step of steps) {
      const error = await (async () => step())().catch((caught: unknown) => caught);
      expect(error, step.toString()).toBeInstanceOf(PhasebitError);
      expect(error).toMatchObject({ code: "DEVICE" });
      expect((error as Error).message).toMatch(/all-ones: the device is gone or does not answer$/);
    }
    // a gone device reaches nothing: closing it is in order
    await device.close();
    expect(sq.state).toBe("reset");
  });

  test("in the middle of a command: the wait ends, no reset brings it back, closing is in order", async () => {
    const { device, sq, page } = await withPair("size=16m&fault=gone:op=read");
    await expect(sq.run(readOf(page), { timeoutMs })).rejects.toThrow(/all-ones/);
    await expect(device.reset("function")).rejects.toThrow(/all-ones/);
    await expect(device.enable()).rejects.toThrow(/all-ones/);
    await device.close({ shutdown: true });
    expect(device.memory.used).toMatchObject({ commands: 0, completions: 0 });
  });
});

describe("a controller that does not follow", () => {
  test("never ready: enabling ends after CAP.TO, and can be tried again", async () => {
    const device = await openStepped(
      "size=16m&fault=bad-cap:field=to,value=1&fault=never-ready:times=1",
    );
    const start = performance.now();
    const enabling = device.enable();
    await expect(enabling).rejects.toMatchObject({ code: "DEVICE", what: "CSTS.RDY=1" });
    const elapsed = performance.now() - start;
    expect(elapsed).toBeGreaterThanOrEqual(1000);
    expect(elapsed).toBeLessThan(10_000);
    expect(device.controller).toBeUndefined();
    expect((await device.enable()).admin.state).toBe("live");
  });

  test.each([
    [0, "61500 ms"],
    [1, "2500 ms"],
  ])("never ready: with CC.CRIME=%d CRTO is the deadline, not CAP.TO", async (crime, limit) => {
    const device = await openStepped("size=16m&fault=bad-cap:field=to,value=1&fault=never-ready");
    const read = device.transport.read32.bind(device.transport);
    vi.spyOn(device.transport, "read32").mockImplementation((offset) => {
      if (offset === Register.CRTO) return (4 << 16) | 122; // CRIMT, CRWMT
      return offset === Register.CAP_HI ? (read(offset) | (0x3 << 27)) >>> 0 : read(offset);
    });
    let nowMs = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (nowMs += 90));
    const enabling = device.enable({ crime });
    await expect(enabling).rejects.toMatchObject({ code: "DEVICE", what: "CSTS.RDY=1", limit });
    vi.mocked(performance.now).mockRestore();
  });

  test.each([
    ["version=2.0", 0, "10500 ms"],
    ["version=2.0&fault=bad-cap:field=to,value=1", 0, "10500 ms"],
    ["version=2.0&fault=bad-cap:field=to,value=1", 1, "5500 ms"],
    ["version=1.4&fault=bad-cap:field=to,value=1", 0, "1000 ms"],
  ])("never ready, %s, CC.CRIME=%d: %s end to end", async (parameters, crime, limit) => {
    const device = await openStepped(`size=16m&${parameters}&fault=never-ready`);
    let nowMs = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (nowMs += 90));
    const enabling = device.enable({ crime });
    await expect(enabling).rejects.toMatchObject({ code: "DEVICE", what: "CSTS.RDY=1", limit });
    vi.mocked(performance.now).mockRestore();
  });

  test.each([0, 1])("2.0 is enabled, used and disabled with CC.CRIME=%d", async (crime) => {
    const device = await openStepped("size=16m&version=2.0");
    const controller = await device.enable({ crime });
    await controller.identify();
    await controller.requestQueues(1);
    const queue = await controller.createQueuePair(1, 4);
    const data = device.memory.allocate(4096);
    const read = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data });
    expect((await queue.run(read, { timeoutMs })).status).toBe(Status.SUCCESS);
    expect(device.registers.fields(Register.CC)).toMatchObject({ CRIME: crime, EN: 1 });
    await device.close({ shutdown: true });
    expect(device.closingProblems).toEqual([]);
  });

  test("never unready: enabling takes a function level reset", async () => {
    const lines: string[] = [];
    const device = await openStepped(
      "size=16m&fault=bad-cap:field=to,value=1&fault=never-unready:times=1",
      (line) => lines.push(line),
    );
    await device.enable();
    await device.enable();
    expect(lines).toContain("reset function: the controller did not disable");
    expect(device.health()).toBe("well");
  });

  test.each([
    ["css,value=0", /no NVM command set/],
    ["mpsmin,value=1", /pages of 8192 bytes/],
    ["mqes,value=0", /a queue needs two entries/],
  ])("that lacks what is needed is refused by name: %s", async (field, message) => {
    const device = await openStepped(`size=16m&fault=bad-cap:field=${field}`);
    const refused = device.bringUp({ ioQueues: 1 });
    await expect(refused).rejects.toMatchObject({ code: "DEVICE", section: "3.1.1" });
    await expect(refused).rejects.toThrow(message);
  });
});

describe("a controller that does not stop", () => {
  /** Each look at the clock takes 40 ms, so that no test takes seconds. */
  function hurry(): void {
    let nowMs = 0;
    const now = vi.spyOn(performance, "now").mockImplementation(() => (nowMs += 40));
    onTestFinished(() => now.mockRestore());
  }

  /** What is written to CC, and the steps that keep the device from memory. */
  function watch({ transport }: Device): string[] {
    const steps: string[] = [];
    const write = transport.write32.bind(transport);
    vi.spyOn(transport, "write32").mockImplementation((at, value) => {
      if (at === Register.CC) steps.push(`EN=${value & 1} SHN=${(value >>> 14) & 3}`);
      write(at, value);
    });
    const setBusMaster = transport.setBusMaster.bind(transport);
    vi.spyOn(transport, "setBusMaster").mockImplementation((on) => {
      steps.push(`bus master ${on ? "on" : "off"}`);
      setBusMaster(on);
    });
    const reset = transport.reset.bind(transport);
    vi.spyOn(transport, "reset").mockImplementation(() => {
      steps.push("reset");
      reset();
    });
    return steps;
  }

  const closeOf = (device: Device): Promise<unknown> =>
    device.close({ shutdown: true }).catch((error: unknown) => error);

  test.each([
    ["", 10_000, 1000],
    [";bad-identify:cns=1,offset=88,bytes=4,value=0", 10_000, null],
    [";bad-identify:cns=1,offset=88,bytes=4,value=12500000", 12_500, 12_500],
  ])(
    "a shutdown%s that does not end is a failure after %d ms: CC.EN stays",
    async (more, limitMs, rtd3EntryMs) => {
      const { device } = await withPair(`size=16m&fault=shutdown-stuck${more}`);
      hurry();
      const steps = watch(device);
      expect(device.shutdownLimitMs).toBe(limitMs);
      const failed = await closeOf(device);
      expect(failed).toBeInstanceOf(StopFailure);
      expect(failed).toMatchObject({
        ...{ code: "DEVICE", step: "shutdown", limitMs, rtd3EntryMs, section: "7.6.2" },
        ...{ what: "CSTS.SHST=2", limit: `${limitMs} ms` },
      });
      expect(steps).toEqual(["EN=1 SHN=1", "bus master off", "reset", "bus master off"]);
      expect(device.closingProblems).toEqual([failed]);
      expect(device.memory.used).toMatchObject({ commands: 0, completions: 0 });
    },
  );

  test("one that was not identified has ten seconds too", async () => {
    const device = await openStepped("size=16m&fault=shutdown-stuck");
    await device.enable();
    hurry();
    expect(await closeOf(device)).toMatchObject({ limitMs: 10_000, rtd3EntryMs: null });
  });

  test("RDY that stays 1 is a failure after CAP.TO, though a reset ended it", async () => {
    const fault = "never-unready;bad-cap:field=to,value=4";
    const { device } = await withPair(`size=16m&fault=${fault}`);
    hurry();
    const steps = watch(device);
    const failed = await closeOf(device);
    expect(failed).toBeInstanceOf(StopFailure);
    expect(failed).toMatchObject({
      ...{ code: "DEVICE", step: "disable", limitMs: 2500, section: "3.1.5" },
      ...{ what: "CSTS.RDY=0", limit: "2500 ms" },
    });
    expect(steps).toEqual([
      "EN=1 SHN=1",
      "EN=0 SHN=0",
      "bus master off",
      "reset",
      "bus master off",
    ]);
  });

  test("without a function level reset its bus mastering ends all the same", async () => {
    const { device, transport } = await withPair("size=16m&fault=shutdown-stuck;never-unready");
    Object.defineProperty(transport, "hasReset", { value: false });
    hurry();
    const steps = watch(device);
    expect(await closeOf(device)).toMatchObject({ step: "shutdown" });
    expect(steps).toEqual(["EN=1 SHN=1", "bus master off", "bus master off"]);
    expect(device.closingProblems).toHaveLength(1);
  });

  test("a bus master that cannot be switched off does not keep the reset away", async () => {
    const { device, transport } = await withPair("size=16m&fault=shutdown-stuck");
    hurry();
    const reset = vi.spyOn(transport, "reset");
    vi.spyOn(transport, "setBusMaster").mockImplementation(() => {
      throw new Error("configuration space: EIO");
    });
    await closeOf(device);
    expect(reset).toHaveBeenCalled();
  });

  test("a shutdown that is under way is waited for before CC.EN is cleared, and CC.SHN goes with it", async () => {
    const { device, transport } = await withPair();
    const read = transport.read32.bind(transport);
    let looks = 0;
    vi.spyOn(transport, "read32").mockImplementation((at) => {
      const value = read(at);
      if (at !== Register.CSTS || looks++ >= 50) return value;
      return (value & ~0xc) | 0x4;
    });
    device.registers.write(Register.CC, 0x0046_4001);
    const steps = watch(device);
    await device.disable();
    expect(looks).toBeGreaterThan(50);
    expect(steps).toEqual(["EN=0 SHN=0"]);
    expect(device.registers.fields(Register.CC)).toMatchObject({ EN: 0, SHN: 0 });
  });

  test("a failed controller ends no shutdown: it is disabled at once, and no failure beside its own", async () => {
    const { device, sq, page } = await withPair("size=16m&fault=cfs:op=read;shutdown-stuck");
    await expect(sq.run(readOf(page), { timeoutMs })).rejects.toThrow(/CFS/);
    const steps = watch(device);
    await device.close({ shutdown: true });
    expect(steps[0]).toBe("EN=0 SHN=0");
  });

  test("who interrupts the wait for it blames nobody, and keeps it from memory", async () => {
    const signal = { aborted: false };
    const transport = await openEmbedded("embedded?size=16m&fault=shutdown-stuck", {
      stepped: true,
    });
    const device = new Device(transport, undefined, signal);
    await device.bringUp({ ioQueues: 1 });
    hurry();
    const steps = watch(device);
    const pause = transport.pause.bind(transport);
    let pauses = 0;
    vi.spyOn(transport, "pause").mockImplementation(async () => {
      signal.aborted = ++pauses > 20;
      await pause();
    });
    await device.close({ shutdown: true });
    expect(steps).toEqual(["EN=1 SHN=1", "bus master off", "reset", "bus master off"]);
    expect(pauses).toBeLessThan(40);
  });
});

test("a queue that could not be deleted in its time is not waited for again when the device is closed", async () => {
  const { device, controller, sq } = await withPair(
    "size=16m&fault=never-complete:op=delete-io-sq",
  );
  let nowMs = 0;
  const now = vi.spyOn(performance, "now").mockImplementation(() => (nowMs += 90));
  const deleting = controller.deleteSubmissionQueue(sq);
  await expect(deleting).rejects.toThrow(/opcode 00h on queue 0: no completion within 60000 ms/);
  const before = nowMs;
  await device.close();
  expect(nowMs - before).toBeLessThan(10_000);
  now.mockRestore();
});

describe("steps", () => {
  test("enable, disable, enable again, reset of both kinds, on one device", async () => {
    const device = await openStepped();
    const first = await device.enable({ asq: 4, acq: 2 });
    expect(device.registers.fields(Register.AQA)).toEqual({ ASQS: 3, ACQS: 1 });
    await first.identify();
    await device.disable();
    expect(device.registers.fields(Register.CSTS).RDY).toBe(0);
    expect(device.controller).toBeUndefined();
    expect(first.admin.state).toBe("reset");
    await device.disable();
    for (const kind of ["controller", "function"] as const) {
      const controller = await device.enable();
      await controller.identify();
      await device.reset(kind);
      expect(device.health()).toBe("well");
      expect(() => controller.admin.ring(1)).toThrow(
        /submission queue 0: the controller was reset/,
      );
    }
    expect((await device.enable()).admin.state).toBe("live");
  });

  test("by hand, with the registers", async () => {
    const device = await openStepped();
    await device.disable();
    device.connect();
    const admin = device.configureAdminQueue({ asq: 2, acq: 2 });
    device.registers.write(Register.CC, 0x0046_0001);
    await device.registers.until(Register.CSTS, { RDY: 1 });
    const sqe = await import("../../src/nvme/sqe.ts");
    expect((await admin.run(sqe.numberOfQueues(1, 1), { timeoutMs })).status).toBe(0);
    const controller = device.adopt();
    expect(device.controller).toBe(controller);
    expect((await controller.identify()).namespaces).toBeGreaterThan(0);
    expect(() => device.adopt()).toThrow(/it is enabled already/);
    await device.reset();
    expect(() => device.adopt()).toThrow(/it has no admin queue/);
    expect(admin.state).toBe("reset");
    expect(() => admin.ring(0)).toThrow(/was reset since/);
    expect(device.memory.used).toMatchObject({ commands: 0, completions: 0 });
  });

  test("a configuration is written as it is given", async () => {
    const device = await openStepped();
    await device.enable({ ams: 1, iosqes: 6, iocqes: 4 }).catch(() => {});
    expect(device.registers.fields(Register.CC)).toMatchObject({ AMS: 1, IOSQES: 6, IOCQES: 4 });
  });

  test("shutting down is a step of its own, and nothing on a disabled controller", async () => {
    const device = await openStepped();
    await device.shutDown();
    await device.enable();
    await device.shutDown();
    expect(device.registers.fields(Register.CSTS).SHST).toBe(2);
  });
});

/** 1,000 reads, as deep as the queue allows. */
async function thousand(sq: SubmissionQueue, command: ReturnType<typeof readOf>): Promise<number> {
  let succeeded = 0;
  for (let posted = 0; posted < 1000; ) {
    while (sq.room > 0 && posted < 1000) sq.post(command, { cid: posted++ });
    sq.ring();
    for await (const { status } of sq.cq.reap({ timeoutMs })) succeeded += Number(status === 0);
    sq.cq.free();
  }
  return succeeded;
}

test("one device a hundred times over: I/O, both resets, queues deleted in both orders; nothing grows", async () => {
  const device = await openStepped();
  const page = device.memory.allocate(4096);
  const sizes: MemoryLimits[][] = [];
  for (let lap = 0; lap < 100; lap++) {
    for (const kind of ["controller", "function"] as const) {
      const controller = await device.bringUp({ ioQueues: 2 });
      const sq = await controller.createQueuePair(1, 64);
      expect(await thousand(sq, readOf(page))).toBe(1000);
      expect([sq.outstanding, sq.cq.strays]).toEqual([0, 0]);
      await device.reset(kind);
      expect([sq.state, sq.cq.state]).toEqual(["reset", "reset"]);
    }
    const controller = await device.bringUp({ ioQueues: 2 });
    const [first, second] = [
      await controller.createQueuePair(1, 64),
      await controller.createQueuePair(2, 64),
    ];
    const refused = await controller.deleteCompletionQueue(first.cq, { expect: "any" });
    expect(refused.status).toBe(Status.INVALID_QUEUE_DELETION);
    await controller.deleteSubmissionQueue(first);
    await controller.deleteCompletionQueue(first.cq);
    await controller.deleteQueuePair(second);
    sizes.push([device.memory.used, device.memory.committed]);
  }
  expect(sizes.at(-1)).toEqual(sizes[0]);
  page.release();
  await device.close();
  expect(device.memory.used).toEqual({ host: 0, commands: 0, completions: 0, data: 0 });
}, 60_000);

describe("closing", () => {
  test("leaves the controller disabled and without access to memory", async () => {
    const { device, transport } = await withPair();
    const write = vi.spyOn(transport, "write32");
    let disabledFirst = false;
    const detach = device.memory.detach.bind(device.memory);
    device.memory.detach = () => {
      disabledFirst =
        (transport.read32(Register.CSTS) & 1) === 0 && transport.memory.u32[BUS_MASTER / 4] === 0;
      detach();
    };
    await device.close({ shutdown: true });
    expect(disabledFirst, "CSTS.RDY=0 and bus master off before the memory goes").toBe(true);
    const cc = write.mock.calls.filter(([at]) => at === Register.CC).map(([, value]) => value);
    expect((cc.at(-2)! >> 14) & 3, "CC.SHN=1 first").toBe(1);
    expect(cc.at(-1)! & 1, "CC.EN=0 last").toBe(0);
  });

  test("goes on when a step fails, and says what failed", async () => {
    const { device, transport } = await withPair();
    const steps: string[] = [];
    vi.spyOn(transport, "setBusMaster").mockImplementation(() => {
      throw new Error("configuration space: EIO");
    });
    const detach = device.memory.detach.bind(device.memory);
    vi.spyOn(device.memory, "detach").mockImplementation(() => {
      steps.push("detach");
      detach();
    });
    const close = transport.close.bind(transport);
    vi.spyOn(transport, "close").mockImplementation(() => {
      steps.push("close");
      return close();
    });
    await expect(device.close()).rejects.toThrow(/EIO/);
    expect(steps).toEqual(["detach", "close"]);
  });

  test("ends what is under way, and whoever asks again waits for the end too", async () => {
    const device = await open("embedded?size=16m");
    await device.enable();
    const step = device.registers.until(Register.CSTS, { SHST: 2 });
    const late = expect(step).rejects.toThrow(/the device was closed/);
    const first = device.close();
    const second = device.close();
    let hasFirstEnded = false;
    void first.then(() => {
      hasFirstEnded = true;
    });
    await second;
    expect(hasFirstEnded).toBe(true);
    await late;
  });

  test("twice is once, also without any step before", async () => {
    const device = await openStepped();
    await device.close();
    await device.close();
  });
});

describe("a trace", () => {
  test("has each register access and command", async () => {
    const lines: string[] = [];
    const device = await openStepped("size=16m", (line) => lines.push(line));
    await device.bringUp({ ioQueues: 1 });
    const text = lines.join("\n");
    expect(text).toMatch(/write CC .*EN=1/);
    expect(text).toMatch(/read {2}CSTS .*RDY=1/);
    expect(text).toMatch(/post {2}sq 0 cid 0 Identify CNS 01h /);
    expect(text).toMatch(/done {2}sq 0 cid 0 .*Success/);
  });
});

test("no message of the driver names a flag of the command line", () => {
  const folders = ["src/nvme", "src/memory", "src/transport"].flatMap((folder) =>
    readdirSync(join(packageRoot, folder)).map((file) => `${folder}/${file}`),
  );
  const named = folders.filter((file) =>
    /--[a-z]/.test(readFileSync(join(packageRoot, file), "utf8")),
  );
  expect(named).toEqual([]);
});
