// Admin commands that read and set: Identify, features, log pages (ADM and IDF rows of the transport tests).
import { describe, expect, test } from "vitest";
import { IdentityField, LatencyModel } from "../../assembly/device/options.ts";
import { Cns, Feature, FeatureSelect, LogPage, NvmOpcode } from "../../assembly/spec/commands.ts";
import {
  ErrorLogEntry,
  IdentifyController,
  IdentifyNamespace,
  SmartLog,
} from "../../assembly/spec/identify.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, type Command, iova, PAGE, Register } from "./bench-host.ts";

const MDTS_2 = { mdts: 2 };

/** Identify into a fresh page; the page, or the status when it fails. */
function identify(bench: Bench, cns: Cns | number, nsid = 0): DataView | Status {
  const page = bench.buffer(PAGE);
  const { code } = bench.execute({
    opcode: AdminOpcode.IDENTIFY,
    nsid,
    cdw10: cns,
    prp1: iova(page),
  });
  return code === 0 ? new DataView(bench.memory.buffer, page, PAGE) : code;
}

function logPage(bench: Bench, lid: number, bytes: number, change: Partial<Command> = {}) {
  const page = bench.buffer(2 * PAGE);
  bench.bytes.fill(0xa5, page, page + 2 * PAGE);
  const { code } = bench.execute({
    opcode: AdminOpcode.GET_LOG_PAGE,
    prp1: iova(page),
    prp2: iova(page + PAGE),
    cdw10: ((bytes / 4 - 1) << 16) | lid,
    ...change,
  });
  return { code, view: new DataView(bench.memory.buffer, page, 2 * PAGE) };
}

function getFeature(bench: Bench, fid: number, select = 0, cdw11 = 0, nsid = 0) {
  const cdw10 = fid | (select << 8);
  return bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10, cdw11, nsid });
}

function setFeature(bench: Bench, fid: number, cdw11: number, nsid = 0, save = 0) {
  const cdw10 = fid | (save << 31);
  return bench.execute({ opcode: AdminOpcode.SET_FEATURES, cdw10, cdw11, nsid });
}

describe("any admin command", () => {
  test("reserved opcodes are invalid, and none of the 256 hangs", () => {
    const bench = new Bench().enable();
    const known = new Set(Object.values(AdminOpcode).filter((value) => typeof value === "number"));
    for (let opcode = 0; opcode < 256; opcode++) {
      if (known.has(opcode)) continue;
      expect(bench.execute({ opcode }).code).toBe(Status.INVALID_OPCODE);
    }
  });

  test.each([0x01, 0x02, 0x40, 0x80, 0xc0])("flags %i: no fused commands, PRPs only", (flags) => {
    const bench = new Bench().enable();
    const page = bench.buffer(PAGE);
    const command = { opcode: AdminOpcode.IDENTIFY, cdw10: 1, prp1: iova(page), flags };
    expect(bench.execute(command).code).toBe(Status.INVALID_FIELD);
  });

  test("errors say More and Do Not Retry; success says neither", () => {
    const bench = new Bench().enable();
    expect(bench.execute({ opcode: 0x7f }).status).toBe(0x6001);
    expect(getFeature(bench, Feature.ARBITRATION).status).toBe(0);
  });

  test("what a retry may pass says More alone: memory that the device could not reach", () => {
    const bench = new Bench().enable();
    const command = { opcode: AdminOpcode.IDENTIFY, cdw10: 1, prp1: 0x12345000n };
    expect(bench.execute(command).status).toBe(0x2000 | Status.DATA_TRANSFER_ERROR);
  });

  test.each([
    AdminOpcode.DELETE_IO_SQ,
    AdminOpcode.CREATE_IO_SQ,
    AdminOpcode.DELETE_IO_CQ,
    AdminOpcode.CREATE_IO_CQ,
    AdminOpcode.ABORT,
    AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST,
  ])("opcode %i does not use the NSID, and takes none", (opcode) => {
    const bench = new Bench().enable();
    bench.createPair(1);
    const before = bench.read32(Register.CSTS);
    for (const nsid of [1, 2, 17, 0xffffffff]) {
      const { code, dw0 } = bench.execute({ opcode, nsid, cdw10: 1 });
      expect([code, dw0]).toEqual([Status.INVALID_FIELD, 0]);
    }
    expect(bench.read32(Register.CSTS)).toBe(before);
    // nothing was deleted
    expect(bench.createCq(bench.completion(1, 16), 1).code).toBe(Status.INVALID_QUEUE_IDENTIFIER);
  });
});

describe("Identify", () => {
  test("controller: what a driver relies on", () => {
    const bench = new Bench({ mdts: 5 }).enable();
    const view = identify(bench, Cns.CONTROLLER) as DataView;
    expect(view.getUint32(IdentifyController.VER, true)).toBe(bench.read32(Register.VS));
    expect(view.getUint8(IdentifyController.MDTS)).toBe(5);
    expect(view.getUint8(IdentifyController.SQES)).toBe(0x66);
    expect(view.getUint8(IdentifyController.CQES)).toBe(0x44);
    expect(view.getUint32(IdentifyController.NN, true)).toBe(16);
    expect(view.getUint32(IdentifyController.RTD3E, true)).toBeGreaterThan(0);
    const text = Buffer.from(bench.bytes.slice(view.byteOffset, view.byteOffset + PAGE)).toString();
    expect(text.slice(4, 72)).toMatch(/^[0-9a-f]{16} {4}phasebit embedded {23}1 {7}$/);
    const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    expect(text.slice(768, 1024)).toMatch(
      new RegExp(`^nqn\\.2014-08\\.org\\.nvmexpress:uuid:${uuid}\0{188}$`),
    );
  });

  test("controller: a vendor's identifiers, which are nobody's", () => {
    const view = identify(new Bench().enable(), Cns.CONTROLLER) as DataView;
    const vendor = [IdentifyController.VID, IdentifyController.SSVID];
    expect(vendor.map((offset) => view.getUint16(offset, true))).toEqual([0x7062, 0x7062]);
    const oui = view.getUint32(IdentifyController.IEEE, true) & 0xffffff;
    // not a group's, and locally administered
    expect((oui >> 16) & 3).toBe(2);
    expect(oui).toBe(0x027062);
  });

  test("controller: what must not be 0, and what must not be more than another", () => {
    const view = identify(new Bench().enable(), Cns.CONTROLLER) as DataView;
    expect(view.getUint8(IdentifyController.CNTRLTYPE)).toBe(1);
    expect(view.getUint32(IdentifyController.NN, true)).toBeGreaterThan(0);
    const [wctemp, cctemp] = [IdentifyController.WCTEMP, IdentifyController.CCTEMP].map((offset) =>
      view.getUint16(offset, true),
    );
    expect(wctemp).toBeGreaterThan(0);
    expect(cctemp).toBeGreaterThan(wctemp!);
    expect((view.getUint8(IdentifyController.FRMW) >> 1) & 7).toBe(1);
    expect(view.getUint8(IdentifyController.NPSS)).toBe(0);
    expect(view.getUint16(IdentifyController.PSD0, true)).toBeGreaterThan(0);
    // a write cache, and Flush of all namespaces
    expect(view.getUint8(IdentifyController.VWC)).toBe(7);
    expect(view.getUint16(IdentifyController.AWUPF, true)).toBeLessThanOrEqual(
      view.getUint16(IdentifyController.AWUN, true),
    );
    const namespace = identify(new Bench().enable(), Cns.NAMESPACE, 1) as DataView;
    expect(namespace.getUint8(IdentifyNamespace.NLBAF)).toBe(0);
    // no format beyond NLBAF
    for (let format = 1; format < 64; format++) {
      expect(namespace.getUint32(IdentifyNamespace.LBAF0 + 4 * format, true)).toBe(0);
    }
  });

  test("strings that the embedder sets, and only inside their places", () => {
    const bench = new Bench();
    const hostile = "<svg onload=alert()>";
    for (let index = 0; index < 64; index++) {
      bench.device.identity(IdentityField.SN, index, hostile.charCodeAt(index) || 0x21);
    }
    bench.device.identity(7, 0, 0x41);
    bench.device.identity(IdentityField.FR, 0xffffffff, 0x41);
    const view = identify(bench.enable(), Cns.CONTROLLER) as DataView;
    const bytes = bench.bytes.slice(view.byteOffset + 4, view.byteOffset + 41);
    expect(Buffer.from(bytes).toString()).toBe(`${hostile}phasebit embedded`);
  });

  test("namespace: sizes, format, identifiers; another seed has others", () => {
    const views = [1n, 2n].map((seed) => {
      const bench = new Bench({ seed, lbaShift: 12, blocks: 512 }).enable();
      return identify(bench, Cns.NAMESPACE, 1) as DataView;
    });
    const [view, other] = views as [DataView, DataView];
    for (const offset of [IdentifyNamespace.NSZE, IdentifyNamespace.NCAP, IdentifyNamespace.NUSE]) {
      expect(view.getBigUint64(offset, true)).toBe(512n);
    }
    expect(view.getUint32(IdentifyNamespace.LBAF0, true)).toBe(12 << 16);
    expect(view.getUint8(IdentifyNamespace.DLFEAT)).toBe(9);
    const eui64 = view.getBigUint64(IdentifyNamespace.EUI64);
    expect(eui64 >> 40n).toBe(0x027062n);
    expect(view.getBigUint64(IdentifyNamespace.NGUID + 8)).toBe(eui64);
    expect(other.getBigUint64(IdentifyNamespace.EUI64)).not.toBe(eui64);
  });

  test("NSID rules of each CNS", () => {
    const bench = new Bench().enable();
    const wrong = Status.INVALID_NAMESPACE_OR_FORMAT;
    for (const nsid of [1, 2, 17, 0xffffffff]) {
      expect(identify(bench, Cns.CONTROLLER, nsid)).toBe(Status.INVALID_FIELD);
    }
    for (const nsid of [0, 17, 0xfffffffe, 0xffffffff]) {
      expect(identify(bench, Cns.NAMESPACE, nsid)).toBe(wrong);
      expect(identify(bench, Cns.NAMESPACE_DESCRIPTORS, nsid)).toBe(wrong);
    }
    expect(identify(bench, Cns.NAMESPACE_DESCRIPTORS, 2)).toBe(wrong);
    expect(identify(bench, Cns.ACTIVE_NAMESPACES, 0xfffffffe)).toBe(wrong);
    expect(identify(bench, Cns.ACTIVE_NAMESPACES, 0xffffffff)).toBe(wrong);
    const inactive = identify(bench, Cns.NAMESPACE, 2) as DataView;
    for (let offset = 0; offset < PAGE; offset += 8) {
      expect(inactive.getBigUint64(offset)).toBe(0n);
    }
  });

  test("active namespaces: those above NSID, in order", () => {
    const bench = new Bench({ memoryMiB: 8 });
    bench.device.addNamespace(100n, 12, 0, 0);
    bench.device.addNamespace(100n, 9, 0, 0);
    bench.enable();
    const list = (nsid: number) => {
      const view = identify(bench, Cns.ACTIVE_NAMESPACES, nsid) as DataView;
      return [0, 4, 8, 12].map((offset) => view.getUint32(offset, true));
    };
    expect(list(0)).toEqual([1, 2, 3, 0]);
    expect(list(1)).toEqual([2, 3, 0, 0]);
    expect(list(3)).toEqual([0, 0, 0, 0]);
    expect(list(0xfffffffd)).toEqual([0, 0, 0, 0]);
  });

  test("descriptors: EUI64, NGUID, UUID, then an end", () => {
    const bench = new Bench().enable();
    const view = identify(bench, Cns.NAMESPACE_DESCRIPTORS, 1) as DataView;
    const namespace = identify(bench, Cns.NAMESPACE, 1) as DataView;
    expect([0, 12, 32, 52].map((offset) => view.getUint16(offset, true))).toEqual([
      0x0801, 0x1002, 0x1003, 0,
    ]);
    expect(view.getBigUint64(4)).toBe(namespace.getBigUint64(IdentifyNamespace.EUI64));
    expect(view.getBigUint64(16)).toBe(namespace.getBigUint64(IdentifyNamespace.NGUID));
    expect(view.getUint8(36 + 6) >> 4).toBe(4);
  });

  test.each([0x04, 0x05, 0x10, 0x13, 0x7f, 0xff])("CNS %i is not there", (cns) => {
    expect(identify(new Bench().enable(), cns)).toBe(Status.INVALID_FIELD);
  });

  test("across a page boundary all 4 KiB come; without a second page it is an error", () => {
    const bench = new Bench().enable();
    const page = bench.buffer(2 * PAGE);
    const whole = identify(bench, Cns.CONTROLLER) as DataView;
    const command = { opcode: AdminOpcode.IDENTIFY, cdw10: 1, prp1: iova(page + 1000) };
    expect(bench.execute({ ...command, prp2: iova(page + PAGE) }).code).toBe(0);
    expect(Buffer.from(bench.bytes.slice(page + 1000, page + 1000 + PAGE))).toEqual(
      Buffer.from(bench.bytes.slice(whole.byteOffset, whole.byteOffset + PAGE)),
    );
    expect(bench.execute(command).code).toBe(Status.DATA_TRANSFER_ERROR);
  });
});

describe("features", () => {
  const mandatory = [1, 2, 4, 6, 7, 8, 9, 10, 11];

  test.each(mandatory)("FID %i: SEL 0 to 3 succeed, SEL 4 and above do not", (fid) => {
    const bench = new Bench().enable();
    const values = [0, 1, 2, 3].map((select) => getFeature(bench, fid, select));
    expect(values.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(values[3]?.dw0).toBe(4);
    expect(values[1]?.dw0).toBe(values[2]?.dw0);
    for (const select of [4, 5, 6, 7]) {
      expect(getFeature(bench, fid, select).code).toBe(Status.INVALID_FIELD);
    }
  });

  test.each([0, 3, 0x0c, 0x10, 0x7f, 0xff])("FID %i is not there", (fid) => {
    const bench = new Bench().enable();
    expect(getFeature(bench, fid).code).toBe(Status.INVALID_FIELD);
    expect(setFeature(bench, fid, 0).code).toBe(Status.INVALID_FIELD);
  });

  test.each<[Feature, number, number]>([
    [Feature.ARBITRATION, 0x01020305, 0x01020305],
    [Feature.POWER_MANAGEMENT, 0x20, 0x20],
    [Feature.VOLATILE_WRITE_CACHE, 0, 0],
    [Feature.INTERRUPT_COALESCING, 0x1234, 0x1234],
    [Feature.INTERRUPT_VECTOR_CONFIGURATION, 0x10005, 0x10005],
    [Feature.WRITE_ATOMICITY_NORMAL, 1, 1],
    [Feature.ASYNCHRONOUS_EVENT_CONFIGURATION, 0xffffff02, 2],
  ])("FID %i keeps what is set, until a reset", (fid, value, kept) => {
    const bench = new Bench().enable();
    expect(setFeature(bench, fid, value).code).toBe(0);
    expect(getFeature(bench, fid, FeatureSelect.CURRENT, value).dw0).toBe(kept);
    const byDefault = getFeature(bench, fid, FeatureSelect.DEFAULT, value).dw0;
    bench.disable();
    bench.enable();
    expect(getFeature(bench, fid, FeatureSelect.CURRENT, value).dw0).toBe(byDefault);
  });

  test("nothing is saveable, and only Error Recovery is a namespace's", () => {
    const bench = new Bench().enable();
    expect(setFeature(bench, Feature.VOLATILE_WRITE_CACHE, 1, 0, 1).code).toBe(
      Status.FEATURE_NOT_SAVEABLE,
    );
    const notSpecific = Status.FEATURE_NOT_NAMESPACE_SPECIFIC;
    expect(setFeature(bench, Feature.VOLATILE_WRITE_CACHE, 1, 1).code).toBe(notSpecific);
    expect(setFeature(bench, Feature.VOLATILE_WRITE_CACHE, 1, 0xffffffff).code).toBe(0);
    expect(setFeature(bench, Feature.VOLATILE_WRITE_CACHE, 1, 99).code).toBe(
      Status.INVALID_NAMESPACE_OR_FORMAT,
    );
  });

  test("a feature of the controller is read with any NSID that there may be", () => {
    const bench = new Bench().enable();
    const read = (nsid: number) => getFeature(bench, Feature.ARBITRATION, 0, 0, nsid);
    for (const nsid of [0, 1, 16, 0xffffffff])
      expect(read(nsid)).toMatchObject({ code: 0, dw0: 6 });
    for (const nsid of [17, 0xfffffffe]) {
      expect(read(nsid).code).toBe(Status.INVALID_NAMESPACE_OR_FORMAT);
    }
  });

  test("Error Recovery has a value for each namespace", () => {
    const bench = new Bench();
    bench.device.addNamespace(100n, 12, 0, 0);
    bench.enable();
    const fid = Feature.ERROR_RECOVERY;
    expect(setFeature(bench, fid, 7, 1).code).toBe(0);
    expect(getFeature(bench, fid, 0, 0, 1).dw0).toBe(7);
    expect(getFeature(bench, fid, 0, 0, 2).dw0).toBe(0);
    expect(setFeature(bench, fid, 9, 0xffffffff).code).toBe(0);
    expect(getFeature(bench, fid, 0, 0, 2).dw0).toBe(9);
    expect(getFeature(bench, fid, 3, 0, 1).dw0).toBe(6);
    expect(getFeature(bench, fid, 0, 0, 0).code).toBe(Status.INVALID_NAMESPACE_OR_FORMAT);
    expect(getFeature(bench, fid, 0, 0, 3).code).toBe(Status.INVALID_FIELD);
  });

  test("power states, vectors and sensors that are not there", () => {
    const bench = new Bench({ vectors: 8 }).enable();
    const refused = Status.INVALID_FIELD;
    expect(setFeature(bench, Feature.POWER_MANAGEMENT, 1).code).toBe(refused);
    expect(setFeature(bench, Feature.INTERRUPT_VECTOR_CONFIGURATION, 8).code).toBe(refused);
    expect(getFeature(bench, Feature.INTERRUPT_VECTOR_CONFIGURATION, 0, 0xffff).code).toBe(refused);
    expect(setFeature(bench, Feature.TEMPERATURE_THRESHOLD, 0x20000).code).toBe(refused);
    expect(setFeature(bench, Feature.TEMPERATURE_THRESHOLD, 0x200000).code).toBe(refused);
    expect(getFeature(bench, Feature.TEMPERATURE_THRESHOLD, 0, 0xf0000).code).toBe(refused);
  });

  test("temperature thresholds: over and under, of each sensor", () => {
    const bench = new Bench().enable();
    const fid = Feature.TEMPERATURE_THRESHOLD;
    const read = (cdw11: number) => getFeature(bench, fid, 0, cdw11).dw0;
    expect([read(0), read(0x100000), read(0x10000)]).toEqual([343, 0, 0xffff]);
    setFeature(bench, fid, 0xf0000 | 400);
    setFeature(bench, fid, 0x100000 | 250);
    expect([read(0), read(0x100000), read(0x10000)]).toEqual([400, 250, 400]);
  });

  test("Number of Queues: granted up to what there is, and settled by the first queue", () => {
    const bench = new Bench({ ioQueues: 8 }).enable();
    const fid = Feature.NUMBER_OF_QUEUES;
    expect(getFeature(bench, fid).dw0).toBe(0x70007);
    expect(setFeature(bench, fid, 0xffff).code).toBe(Status.INVALID_FIELD);
    expect(setFeature(bench, fid, 0xffff0000).code).toBe(Status.INVALID_FIELD);
    expect(setFeature(bench, fid, 0x00300001).dw0).toBe(0x70001);
    expect(getFeature(bench, fid).dw0).toBe(0x70001);
    expect(getFeature(bench, fid, FeatureSelect.DEFAULT).dw0).toBe(0x70007);
    expect(getFeature(bench, fid, FeatureSelect.SAVED).dw0).toBe(0x70007);
    bench.createPair(2);
    expect(setFeature(bench, fid, 0x10001).code).toBe(Status.COMMAND_SEQUENCE_ERROR);
    expect(bench.createSq(bench.submission(3, 16), 2).code).toBe(Status.INVALID_QUEUE_IDENTIFIER);
  });
});

test("Number of Queues: one of each kind at least, and what was granted stays", () => {
  const bench = new Bench({ ioQueues: 8 }).enable();
  const fid = Feature.NUMBER_OF_QUEUES;
  expect(setFeature(bench, fid, 0).dw0).toBe(0);
  const pair = bench.createPair(1);
  for (let count = 0; count < 20; count++) {
    expect(bench.execute({ opcode: NvmOpcode.FLUSH, nsid: 1 }, pair).code).toBe(0);
  }
  setFeature(bench, fid, 0x30003);
  expect(getFeature(bench, fid).dw0).toBe(0);
  bench.disable();
  expect(getFeature(bench.enable(), fid).dw0).toBe(0x70007);
});

describe("log pages", () => {
  test.each([0, 4, 6, 0x0d, 0x70, 0x80, 0xff])("LID %i is not there", (lid) => {
    expect(logPage(new Bench().enable(), lid, 512).code).toBe(Status.INVALID_LOG_PAGE);
  });

  test.each<[string, number, number, Partial<Command>]>([
    ["an offset past the end", 2, 512, { cdw12: 516 }],
    ["an offset far past the end", 1, 64, { cdw12: 0xfffffffc }],
    ["an offset whose upper half is set", 2, 512, { cdw13: 1 }],
    ["an offset inside a dword", 2, 512, { cdw12: 2 }],
    ["more than MDTS", 2, 65536 * 4, { cdw11: 0 }],
    ["far more than MDTS", 2, 512, { cdw11: 0xffff }],
    ["a namespace", 2, 512, { nsid: 1 }],
  ])("refuses %s", (_, lid, bytes, change) => {
    expect(logPage(new Bench(MDTS_2).enable(), lid, bytes, change).code).toBe(Status.INVALID_FIELD);
  });

  test("a part of a page leaves the rest of the buffer alone", () => {
    const { code, view } = logPage(new Bench().enable(), LogPage.SMART, 256);
    expect(code).toBe(0);
    expect(view.getUint8(SmartLog.AVAILABLE_SPARE)).toBe(100);
    expect(view.getUint8(255)).toBe(0);
    expect(view.getUint8(256)).toBe(0xa5);
  });

  test("an offset starts inside the page; past its end are zeroes", () => {
    const bench = new Bench().enable();
    const { view } = logPage(bench, LogPage.SMART, 1024, { cdw12: 200 });
    expect(view.getUint16(0, true)).toBe(310);
    expect(view.getUint8(1023)).toBe(0);
    expect(view.getUint8(1024)).toBe(0xa5);
  });

  test("an offset at its end has zeroes alone", () => {
    const { code, view } = logPage(new Bench().enable(), LogPage.SMART, 8, { cdw12: 512 });
    expect([code, view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0, 0, 0]);
    expect(view.getUint8(8)).toBe(0xa5);
  });

  test("firmware slot 1 is active and holds FR", () => {
    const { view } = logPage(new Bench().enable(), LogPage.FIRMWARE_SLOT, 512);
    expect(view.getUint8(0)).toBe(1);
    expect(view.getUint8(8)).toBe("1".charCodeAt(0));
  });

  test("effects: exactly the commands that are not invalid", () => {
    const bench = new Bench().enable();
    const { view } = logPage(bench, LogPage.COMMANDS_SUPPORTED_AND_EFFECTS, 4096);
    const pair = bench.createPair(1);
    for (let opcode = 0; opcode < 256; opcode++) {
      const code = bench.execute({ opcode, nsid: 99 }, pair).code;
      const supported = (view.getUint32(1024 + opcode * 4, true) & 1) === 1;
      expect(code === Status.INVALID_OPCODE).toBe(!supported);
    }
    for (let opcode = 0; opcode < 256; opcode++) {
      const { code } = bench.execute({ opcode, nsid: 99 });
      expect(view.getUint32(opcode * 4, true)).toBe(code === Status.INVALID_OPCODE ? 0 : 1);
    }
  });

  test("what is mandatory for an I/O controller over PCI Express is there", () => {
    const bench = new Bench().enable();
    const { view } = logPage(bench, LogPage.COMMANDS_SUPPORTED_AND_EFFECTS, 4096);
    const isSupported = (first: number, opcode: number) =>
      (view.getUint32(first + opcode * 4, true) & 1) === 1;
    const admin = [0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0a, 0x0c];
    expect(admin.filter((opcode) => !isSupported(0, opcode))).toEqual([]);
    expect([0x00, 0x01, 0x02].filter((opcode) => !isSupported(1024, opcode))).toEqual([]);
    for (const lid of [0x01, 0x02, 0x03]) expect(logPage(bench, lid, 512).code).toBe(0);
    for (const fid of [0x01, 0x02, 0x04, 0x05, 0x07, 0x08, 0x09, 0x0a, 0x0b]) {
      expect(getFeature(bench, fid, 0, 0, fid === 0x05 ? 1 : 0).code).toBe(0);
    }
  });

  test("the newest error comes first, with all that is known about it", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1);
    const page = bench.buffer(PAGE);
    bench.execute({ opcode: 0x7f });
    const failed = bench.execute(
      { opcode: NvmOpcode.READ, nsid: 1, cdw10: 0x123456, prp1: iova(page) },
      pair,
    );
    const { view } = logPage(bench, LogPage.ERROR_INFORMATION, 4096);
    expect(view.getBigUint64(ErrorLogEntry.ERROR_COUNT, true)).toBe(2n);
    expect(view.getUint16(ErrorLogEntry.SQID, true)).toBe(1);
    expect(view.getUint16(ErrorLogEntry.CID, true)).toBe(failed.cid);
    expect(view.getUint16(ErrorLogEntry.STATUS, true)).toBe((failed.status << 1) | failed.phase);
    expect(view.getUint16(ErrorLogEntry.PARAMETER_ERROR_LOCATION, true)).toBe(40);
    expect(view.getBigUint64(ErrorLogEntry.LBA, true)).toBe(0x123456n);
    expect(view.getUint32(ErrorLogEntry.NSID, true)).toBe(1);
    expect(view.getUint16(64 + ErrorLogEntry.SQID, true)).toBe(0);
    expect(view.getBigUint64(128, true)).toBe(0n);
  });

  test("neither successes nor aborted commands are in it", () => {
    const bench = new Bench().enable();
    bench.device.setLatency(LatencyModel.CONSTANT, 1000, 0);
    const { sq, cq } = bench.createPair(1);
    const cids = [1, 2, 3].map((cid) => bench.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1, cid }));
    bench.ring(sq);
    bench.step();
    bench.execute({ opcode: AdminOpcode.ABORT, cdw10: ((cids[0] ?? 0) << 16) | 1 });
    bench.now = 2000n;
    bench.settle();
    expect(bench.reap(cq)).toHaveLength(3);
    const { view } = logPage(bench, LogPage.ERROR_INFORMATION, 64);
    expect(view.getBigUint64(ErrorLogEntry.ERROR_COUNT, true)).toBe(0n);
  });

  test("it keeps the newest 64", () => {
    const bench = new Bench().enable();
    for (let index = 0; index < 200; index++) bench.execute({ opcode: 0x7f });
    const { view } = logPage(bench, LogPage.ERROR_INFORMATION, 4096);
    const counts = Array.from({ length: 64 }, (_, entry) => view.getBigUint64(entry * 64, true));
    expect(counts).toEqual(counts.map((_, entry) => BigInt(200 - entry)));
  });

  test("the busy time is that with commands in flight, however many, in minutes", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1);
    const minute = 60_000_000_000n;
    const busy = () => {
      const { view } = logPage(bench, LogPage.SMART, 512);
      return view.getBigUint64(SmartLog.CONTROLLER_BUSY_TIME, true);
    };
    bench.execute({ opcode: NvmOpcode.FLUSH, nsid: 1 }, pair);
    bench.now += 10n * minute;
    expect(busy()).toBe(0n);
    bench.device.setLatency(LatencyModel.CONSTANT, Number(3n * minute), 0);
    for (let round = 1n; round <= 2n; round++) {
      for (let index = 0; index < 5; index++)
        bench.post(pair.sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
      bench.ring(pair.sq);
      bench.settle();
      bench.now += 2n * minute;
      expect(busy()).toBe(3n * round - 1n);
      bench.now += minute;
      bench.settle();
      expect(bench.reap(pair.cq)).toHaveLength(5);
      bench.now += 30n * minute;
      expect(busy()).toBe(3n * round);
    }
    bench.post(pair.sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
    bench.ring(pair.sq);
    bench.settle();
    bench.now += minute;
    bench.disable();
    bench.enable();
    bench.now += minute;
    expect(busy()).toBe(7n);
  });

  test("SMART counts 512 bytes, however long a block is", () => {
    const bench = new Bench({ lbaShift: 12, blocks: 64, mdts: 0 }).enable();
    const pair = bench.createPair(1);
    const data = bench.buffer(64 * PAGE);
    const list = bench.buffer(PAGE);
    for (let index = 1; index < 64; index++) {
      bench.view.setBigUint64(list + (index - 1) * 8, iova(data + index * PAGE), true);
    }
    const all = { nsid: 1, prp1: iova(data), prp2: iova(list), cdw12: 63 };
    for (let count = 0; count < 2; count++) {
      expect(bench.execute({ ...all, opcode: NvmOpcode.READ }, pair).code).toBe(0);
    }
    const { view } = logPage(bench, LogPage.SMART, 512);
    // 1,024 times 512 bytes
    expect(view.getBigUint64(SmartLog.DATA_UNITS_READ, true)).toBe(2n);
  });

  test("SMART counts what was done", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1);
    const page = bench.buffer(PAGE);
    const command = { nsid: 1, prp1: iova(page), cdw12: 7 };
    for (let index = 0; index < 300; index++) {
      bench.execute({ ...command, opcode: NvmOpcode.READ }, pair);
      if (index % 3 === 0) bench.execute({ ...command, opcode: NvmOpcode.WRITE }, pair);
    }
    bench.execute({ opcode: 0x7f });
    bench.now = 3_600_000_000_000n * 5n;
    const { view } = logPage(bench, LogPage.SMART, 512);
    const counter = (offset: SmartLog) => view.getBigUint64(offset, true);
    expect(counter(SmartLog.HOST_READ_COMMANDS)).toBe(300n);
    expect(counter(SmartLog.HOST_WRITE_COMMANDS)).toBe(100n);
    expect(counter(SmartLog.DATA_UNITS_READ)).toBe(3n);
    expect(counter(SmartLog.DATA_UNITS_WRITTEN)).toBe(1n);
    expect(counter(SmartLog.ERROR_LOG_ENTRIES)).toBe(1n);
    expect(counter(SmartLog.POWER_ON_HOURS)).toBe(5n);
    expect(view.getUint16(SmartLog.COMPOSITE_TEMPERATURE, true)).toBe(310);
    expect(view.getUint8(SmartLog.CRITICAL_WARNING)).toBe(0);
  });
});

describe("resets", () => {
  const resets: [string, (bench: Bench) => void][] = [
    ["a controller reset", (bench) => bench.disable()],
    ["a function level reset", (bench) => bench.functionReset()],
    ["an NVM subsystem reset", (bench) => bench.write32(Register.NSSR, 0x4e564d65)],
  ];

  /** The bytes behind a view, so that two moments can be compared. */
  const bytesOf = (view: DataView) =>
    Buffer.from(Buffer.from(view.buffer, view.byteOffset, PAGE)).toString("hex");

  test.each(resets)("%s leaves what the SMART log has counted", (_, reset) => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1);
    const command = { nsid: 1, prp1: iova(bench.buffer(PAGE)), cdw12: 7 };
    for (const opcode of [NvmOpcode.READ, NvmOpcode.WRITE])
      bench.execute({ ...command, opcode }, pair);
    bench.execute({ opcode: 0x7f });
    bench.now = 3_600_000_000_000n * 7n;
    const before = bytesOf(logPage(bench, LogPage.SMART, 512).view);
    reset(bench);
    bench.enable();
    expect(bytesOf(logPage(bench, LogPage.SMART, 512).view)).toBe(before);
  });

  test.each(resets)("%s leaves who the controller and its namespaces are", (_, reset) => {
    const bench = new Bench().enable();
    const read = () =>
      [Cns.CONTROLLER, Cns.NAMESPACE, Cns.ACTIVE_NAMESPACES, Cns.NAMESPACE_DESCRIPTORS].map((cns) =>
        bytesOf(identify(bench, cns, cns === Cns.CONTROLLER ? 0 : 1) as DataView),
      );
    const before = read();
    reset(bench);
    bench.enable();
    expect(read()).toEqual(before);
  });
});
