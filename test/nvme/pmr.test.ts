// The Persistent Memory Region through the library.
import { describe, expect, test } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { broughtUp, openStepped, timeoutMs } from "./devices.ts";

const PAGE = 4096;

describe("misuse", () => {
  test("a controller without one: facts are null, enabling it is refused by name", async () => {
    const device = await openStepped();
    expect(device.own.pmrFacts()).toBeNull();
    await expect(device.own.enablePmr()).rejects.toThrow(
      /no Persistent Memory Region: CAP.PMRS is 0/,
    );
    expect(() => device.own.pmr).toThrow(/enablePmr\(\) comes first/);
  });

  test("one that does not get ready is told by the register, the time and the device", async () => {
    const device = await openStepped("size=16m&pmr=1m&fault=pmr-never-ready");
    await expect(device.own.enablePmr()).rejects.toThrow(
      /wait for PMRSTS.NRDY=0: not within 1000 ms/,
    );
    expect(() => device.own.pmr).toThrow(/comes first/);
  });

  test("queues and lists in it, and directions that it does not take", async () => {
    const { device, controller } = await broughtUp("size=16m&pmr=1m&pmr-for=reads");
    const pmr = await device.own.enablePmr();
    expect(() => pmr.allocate(PAGE, { kind: "writes" })).toThrow(/PMRCAP.WDS is 0/);
    expect(() => pmr.at(0, PAGE)).toThrow(/PMRCAP.WDS is 0/);
    const queue = controller.createCompletionQueue({ id: 1, entries: 4, memory: pmr });
    await expect(queue).rejects.toThrow(/is not for completion queues: NVMe has data there only/);
    expect(() => pmr.at(2 ** 20 - PAGE, PAGE + 1, "reads")).toThrow(RangeError);
  });

  test("a base that is invalid to it, always", async () => {
    const device = await openStepped(
      "size=16m&pmr=1m&fault=bad-register:offset=0xe08,value=0x1000",
    );
    await expect(device.own.enablePmr()).rejects.toThrow(/PMRSTS.CBAI: \d+ base addresses are all/);
  });

  test("a BAR that there is not", async () => {
    const bir = "bad-register:offset=0xe00,value=0x10000b8";
    const device = await openStepped(`size=16m&pmr=1m&fault=${bir}`);
    await expect(device.own.enablePmr()).rejects.toThrow(/BAR 5 has 0 bytes that can be mapped/);
  });
});

describe("in use", () => {
  test("its facts, by the units of its registers", async () => {
    const { device } = await broughtUp("size=16m&pmr=1m");
    expect(device.own.pmrFacts()).toEqual({
      ...{ bar: 4, bytes: 2 ** 20, rds: true, wds: true, cmss: true, timeoutMs: 500 },
      ...{ readIsBarrier: true, statusIsBarrier: true },
      ...{ elasticityBytes: 65_536, bytesPerSecond: 2 ** 30 },
    });
    await device.own.enablePmr();
    expect(device.own.pmrHealth).toBe("normal");
  });

  test("what is handed out is as it was, and outlives resets", async () => {
    const { device, controller } = await broughtUp("size=16m&cmb=1m&pmr=1m");
    const pmr = await device.own.enablePmr();
    expect(device.own.pmr).toBe(pmr);
    expect(device.own.enableCmb().iova >> 32n, "beside the other memory").not.toBe(pmr.iova >> 32n);
    const data = pmr.at(2 * PAGE, PAGE);
    const command = sqe.identify({ cns: 1, data });
    await controller.admin.execute(command, { timeoutMs, what: "Identify" });
    const kept = data.copy();
    expect(new Set(kept).size).toBeGreaterThan(1);
    await device.reset();
    expect(device.own.pmr.at(2 * PAGE, PAGE).copy()).toEqual(kept);
    await device.reset("function");
    expect(() => device.own.pmr).toThrow(/comes first/);
    expect(() => data.view).toThrow(/enable it again/);
    await device.enable();
    expect((await device.own.enablePmr()).at(2 * PAGE, PAGE).copy()).toEqual(kept);
    expect(device.registers.fields(Register.PMRCTL).EN).toBe(1);
  });
});
