// What version=2.0 changes of the controller: VS, ready modes, and what Base 2.0 made mandatory. Nothing of it is there
// with 1.4.
import { describe, expect, test } from "vitest";
import { Version } from "../../assembly/device/options.ts";
import { Cns, Feature, LogPage, NvmOpcode } from "../../assembly/spec/commands.ts";
import { IdentifyController } from "../../assembly/spec/identify.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, iova, PAGE, Register } from "./bench-host.ts";

const CRIME = 0x01000000;
const ENABLE = 0x460001;
const V2 = { version: Version.V2_0 };
const LPA_SUPPORTED_PAGES = 0x20;

/** CAP.TO and CAP.CRMS. */
function ready(bench: Bench) {
  const timeout = bench.read32(Register.CAP_LO) >>> 24;
  return { timeout, modes: (bench.read32(Register.CAP_HI) >>> 27) & 3 };
}

/** A page from the controller, or the status instead. */
function page(bench: Bench, opcode: AdminOpcode, cdw10: number, nsid = 0): DataView | Status {
  const pointer = bench.buffer(PAGE);
  const { code } = bench.execute({ opcode, nsid, cdw10, prp1: iova(pointer) });
  return code === 0 ? new DataView(bench.memory.buffer, pointer, PAGE) : code;
}

function log(bench: Bench, lid: LogPage, bytes: number) {
  return page(bench, AdminOpcode.GET_LOG_PAGE, ((bytes / 4 - 1) << 16) | lid);
}

/** Indexes of the dwords that are not 0. */
function set(view: DataView, bytes: number): number[] {
  const all = Array.from({ length: bytes / 4 }, (_, index) => index);
  return all.filter((index) => view.getUint32(index * 4, true) !== 0);
}

const newLogs: [LogPage, number][] = [
  [LogPage.SUPPORTED_LOG_PAGES, 1024],
  [LogPage.FEATURES_SUPPORTED_AND_EFFECTS, 1024],
  [LogPage.MI_COMMANDS_SUPPORTED_AND_EFFECTS, 4096],
];

describe("1.4 has none of it", () => {
  test("registers", () => {
    const bench = new Bench();
    expect(bench.read32(Register.VS)).toBe(0x10400);
    expect(ready(bench)).toEqual({ timeout: 10, modes: 0 });
    bench.write32(Register.CRTO, 0xffffffff);
    expect(bench.read32(Register.CRTO)).toBe(0);
    bench.write32(Register.CC, CRIME);
    expect(bench.read32(Register.CC)).toBe(0);
  });

  test("log pages, LPA, scopes and CNS 08h", () => {
    const bench = new Bench().enable();
    for (const [lid, bytes] of newLogs)
      expect(log(bench, lid, bytes)).toBe(Status.INVALID_LOG_PAGE);
    expect(page(bench, AdminOpcode.IDENTIFY, Cns.INDEPENDENT_NAMESPACE, 1)).toBe(
      Status.INVALID_FIELD,
    );
    const controller = page(bench, AdminOpcode.IDENTIFY, Cns.CONTROLLER) as DataView;
    expect(controller.getUint8(IdentifyController.LPA) & LPA_SUPPORTED_PAGES).toBe(0);
    const effects = log(bench, LogPage.COMMANDS_SUPPORTED_AND_EFFECTS, 4096) as DataView;
    expect(effects.getUint32(1024 + NvmOpcode.WRITE * 4, true)).toBe(3);
  });

  test("a version that there is not changes nothing", () => {
    const bench = new Bench();
    for (const version of [0, 0x10300, 0x20100, 0xffffffff]) bench.device.setVersion(version);
    expect(bench.read32(Register.VS)).toBe(0x10400);
  });
});

describe("2.0", () => {
  test("VS and VER say so", () => {
    const bench = new Bench(V2).enable();
    expect(bench.read32(Register.VS)).toBe(0x20000);
    const view = page(bench, AdminOpcode.IDENTIFY, Cns.CONTROLLER) as DataView;
    expect(view.getUint32(IdentifyController.VER, true)).toBe(0x20000);
  });

  test("both ready modes: CRTO has a time for each, and CAP.TO is that of CC.CRIME", () => {
    const bench = new Bench(V2);
    const crto = bench.read32(Register.CRTO);
    const [withMedia, independent] = [crto & 0xffff, crto >>> 16];
    expect(independent).toBeGreaterThan(0);
    expect(withMedia).toBeGreaterThan(independent);
    expect(ready(bench)).toEqual({ timeout: withMedia, modes: 3 });
    bench.write32(Register.CC, CRIME);
    expect(ready(bench)).toEqual({ timeout: independent, modes: 3 });
    bench.write32(Register.CRTO, 0);
    expect(bench.read32(Register.CRTO)).toBe(crto);
  });

  test.each([ENABLE, ENABLE | CRIME])("CC %i: ready, and CRIME stays as it was enabled", (cc) => {
    const bench = new Bench(V2).enable(cc);
    expect(bench.csts).toBe(1);
    bench.write32(Register.CC, cc ^ CRIME);
    expect(bench.read32(Register.CC)).toBe(cc);
    bench.createPair(1);
    bench.functionReset();
    expect(bench.read32(Register.CC)).toBe(0);
  });

  test("Supported Log Pages names those that are not invalid", () => {
    const bench = new Bench(V2).enable();
    const view = log(bench, LogPage.SUPPORTED_LOG_PAGES, 1024) as DataView;
    const found = set(view, 1024);
    expect(found).toEqual([0x00, 0x01, 0x02, 0x03, 0x05, 0x12, 0x13]);
    const prp1 = iova(bench.buffer(PAGE));
    for (let lid = 0; lid < 256; lid++) {
      const { code } = bench.execute({ opcode: AdminOpcode.GET_LOG_PAGE, cdw10: lid, prp1 });
      expect(code).toBe(found.includes(lid) ? 0 : Status.INVALID_LOG_PAGE);
    }
    const controller = page(bench, AdminOpcode.IDENTIFY, Cns.CONTROLLER) as DataView;
    expect(controller.getUint8(IdentifyController.LPA)).toBe(0x26);
  });

  test("Feature Identifiers Supported and Effects names those that are not invalid, and their scope", () => {
    const bench = new Bench(V2).enable();
    const view = log(bench, LogPage.FEATURES_SUPPORTED_AND_EFFECTS, 1024) as DataView;
    const found = set(view, 1024);
    for (let fid = 0; fid < 256; fid++) {
      const opcode = AdminOpcode.GET_FEATURES;
      const { code } = bench.execute({ opcode, cdw10: fid, nsid: 1 });
      expect(code === 0).toBe(found.includes(fid));
    }
    expect(view.getUint32(Feature.ERROR_RECOVERY * 4, true)).toBe(0x00100001);
    expect(view.getUint32(Feature.ARBITRATION * 4, true)).toBe(0x00200001);
  });

  test("NVMe-MI Commands Supported and Effects: there are none", () => {
    const view = log(
      new Bench(V2).enable(),
      LogPage.MI_COMMANDS_SUPPORTED_AND_EFFECTS,
      4096,
    ) as DataView;
    expect(set(view, 4096)).toEqual([]);
  });

  test("the effects of each command tell its scope", () => {
    const view = log(
      new Bench(V2).enable(),
      LogPage.COMMANDS_SUPPORTED_AND_EFFECTS,
      4096,
    ) as DataView;
    for (const index of set(view, 4096)) expect(view.getUint32(index * 4, true) >>> 20).not.toBe(0);
    expect(view.getUint32(AdminOpcode.CREATE_IO_SQ * 4, true)).toBe(0x00200001);
    expect(view.getUint32(1024 + NvmOpcode.WRITE * 4, true)).toBe(0x00100003);
  });

  test("CNS 05h and 06h: the NVM command set has no limits to tell, and there is no other set", () => {
    const bench = new Bench(V2).enable();
    const prp1 = iova(bench.buffer(PAGE));
    const read = (cns: Cns, nsid: number, csi = 0) =>
      bench.execute({ opcode: AdminOpcode.IDENTIFY, nsid, cdw10: cns, cdw11: csi << 24, prp1 })
        .code;
    bench.bytes.fill(0xff, Number(prp1 & 0xffffffffn), Number(prp1 & 0xffffffffn) + PAGE);
    expect([1, 2].map((nsid) => read(Cns.COMMAND_SET_NAMESPACE, nsid))).toEqual([0, 0]);
    const view = new DataView(bench.memory.buffer, Number(prp1 & 0xffffffffn), PAGE);
    expect(set(view, PAGE)).toEqual([]);
    for (const nsid of [0, 17, 0xffffffff]) {
      expect(read(Cns.COMMAND_SET_NAMESPACE, nsid)).toBe(Status.INVALID_NAMESPACE_OR_FORMAT);
    }
    expect(read(Cns.COMMAND_SET_CONTROLLER, 0)).toBe(0);
    expect(read(Cns.COMMAND_SET_CONTROLLER, 1)).toBe(Status.INVALID_FIELD);
    for (const csi of [1, 2, 0xff]) {
      expect(read(Cns.COMMAND_SET_NAMESPACE, 1, csi)).toBe(Status.INVALID_FIELD);
      expect(read(Cns.COMMAND_SET_CONTROLLER, 0, csi)).toBe(Status.INVALID_FIELD);
    }
  });

  test("CNS 08h: an active namespace is ready, an inactive one is zeroes, no other is there", () => {
    const bench = new Bench(V2).enable();
    const read = (nsid: number) =>
      page(bench, AdminOpcode.IDENTIFY, Cns.INDEPENDENT_NAMESPACE, nsid);
    const view = read(1) as DataView;
    expect([view.getUint8(14), set(view, 4096)]).toEqual([1, [3]]);
    expect(set(read(2) as DataView, 4096)).toEqual([]);
    for (const nsid of [0, 17, 0xffffffff]) {
      expect(read(nsid)).toBe(Status.INVALID_NAMESPACE_OR_FORMAT);
    }
  });
});
