// What a controller need not have, and this one has not: Identify says so, and the host that asks for it nevertheless is
// told by the status that the specification has for it.
import { describe, expect, test } from "vitest";
import { Version } from "../../assembly/device/options.ts";
import { Cns, Feature, NvmOpcode } from "../../assembly/spec/commands.ts";
import {
  IdentifyController,
  IdentifyNamespace,
  OACS_DOORBELL_BUFFER_CONFIG,
} from "../../assembly/spec/identify.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, iova, PAGE } from "./bench-host.ts";

const versions = [Version.V1_4, Version.V2_0];

/** Admin commands of NVMe 1.4 and 2.0 that are not offered (5.7 to 5.12, 5.16 to 5.20, 5.22 to 5.27). */
const adminCommands: [string, number][] = [
  ["Namespace Management", 0x0d],
  ["Firmware Commit", 0x10],
  ["Firmware Image Download", 0x11],
  ["Device Self-test", 0x14],
  ["Namespace Attachment", 0x15],
  ["Keep Alive", 0x18],
  ["Directive Send", 0x19],
  ["Directive Receive", 0x1a],
  ["Virtualization Management", 0x1c],
  ["NVMe-MI Send", 0x1d],
  ["NVMe-MI Receive", 0x1e],
  ["Capacity Management", 0x20],
  ["Lockdown", 0x24],
  ["Fabrics", 0x7f],
  ["Format NVM", 0x80],
  ["Security Send", 0x81],
  ["Security Receive", 0x82],
  ["Sanitize", 0x84],
  ["Get LBA Status", 0x86],
  ["the first that a vendor may have", 0xc0],
];

/** NVM commands that are not offered (6.10 to 6.14, 6.16), and Copy of 2.0. */
const nvmCommands: [string, number][] = [
  ["Write Uncorrectable", 0x04],
  ["Verify", 0x0c],
  ["Reservation Register", 0x0d],
  ["Reservation Report", 0x0e],
  ["Reservation Acquire", 0x11],
  ["Reservation Release", 0x15],
  ["Copy", 0x19],
  ["the first that a vendor may have", 0x80],
];

function identify(bench: Bench, cns: Cns, nsid = 0): DataView {
  const page = bench.buffer(PAGE);
  bench.execute({ opcode: AdminOpcode.IDENTIFY, nsid, cdw10: cns, prp1: iova(page) });
  return new DataView(bench.memory.buffer, page, PAGE);
}

describe.each(versions)("version %i", (version) => {
  test.each(adminCommands)("admin command %s is an invalid opcode", (_, opcode) => {
    const bench = new Bench({ version }).enable();
    for (const nsid of [0, 1]) {
      expect(bench.execute({ opcode, nsid }).code).toBe(Status.INVALID_OPCODE);
    }
  });

  test.each(nvmCommands)("NVM command %s is an invalid opcode", (_, opcode) => {
    const bench = new Bench({ version }).enable();
    const pair = bench.createPair(1);
    expect(bench.execute({ opcode, nsid: 1 }, pair).code).toBe(Status.INVALID_OPCODE);
  });

  test("Identify Controller offers Doorbell Buffer Config and no other optional admin command, no fused operation, no event", () => {
    const view = identify(new Bench({ version }).enable(), Cns.CONTROLLER);
    const { OACS, FUSES, OAES, NPSS, CTRATT, CMIC, FNA, AWUPF, MNAN } = IdentifyController;
    expect(view.getUint16(OACS, true)).toBe(OACS_DOORBELL_BUFFER_CONFIG);
    expect(view.getUint16(FUSES, true)).toBe(0);
    expect(view.getUint32(OAES, true)).toBe(0);
    expect(view.getUint32(CTRATT, true)).toBe(0);
    expect([NPSS, CMIC, FNA].map((offset) => view.getUint8(offset))).toEqual([0, 0, 0]);
    expect(view.getUint16(AWUPF, true)).toBe(0);
    expect(view.getUint32(MNAN, true)).toBe(0);
  });

  test("ONCS offers Compare, Dataset Management, Write Zeroes, Save and Select, and nothing else", () => {
    const view = identify(new Bench({ version }).enable(), Cns.CONTROLLER);
    expect(view.getUint16(IdentifyController.ONCS, true)).toBe(0x1d);
  });

  test("Identify Namespace has one format without metadata, no protection, no optional feature", () => {
    const view = identify(new Bench({ version }).enable(), Cns.NAMESPACE, 1);
    const { NSFEAT, NLBAF, FLBAS, MC, DPC, DPS, NMIC, LBAF0 } = IdentifyNamespace;
    const fields = [NSFEAT, NLBAF, FLBAS, MC, DPC, DPS, NMIC];
    expect(fields.map((offset) => view.getUint8(offset))).toEqual(fields.map(() => 0));
    expect(view.getUint16(LBAF0, true)).toBe(0);
  });

  test("features above Asynchronous Event Configuration, and LBA Range Type, are invalid fields", () => {
    const bench = new Bench({ version }).enable();
    for (let fid = 0; fid < 256; fid++) {
      const there = fid !== 0 && fid !== 3 && fid <= Feature.ASYNCHRONOUS_EVENT_CONFIGURATION;
      for (const opcode of [AdminOpcode.GET_FEATURES, AdminOpcode.SET_FEATURES]) {
        const { code } = bench.execute({ opcode, nsid: 1, cdw10: fid });
        expect(code !== Status.INVALID_FIELD || !there).toBe(true);
        if (!there) expect(code).toBe(Status.INVALID_FIELD);
      }
    }
  });

  test("every CNS but those that are there is an invalid field", () => {
    const bench = new Bench({ version }).enable();
    const prp1 = iova(bench.buffer(PAGE));
    const there = version === Version.V2_0 ? [0, 1, 2, 3, 5, 6, 8] : [0, 1, 2, 3];
    for (let cns = 0; cns < 256; cns++) {
      const nsid = cns === 1 || cns === 6 ? 0 : 1;
      const { code } = bench.execute({ opcode: AdminOpcode.IDENTIFY, nsid, cdw10: cns, prp1 });
      expect(code).toBe(there.includes(cns) ? 0 : Status.INVALID_FIELD);
    }
  });
});

test("what is offered is not in the lists of what is not", () => {
  // a command of the host that the embedded controller does not have
  const offered = Object.values(AdminOpcode).filter(
    (opcode) => opcode !== AdminOpcode.VIRTUALIZATION_MANAGEMENT,
  );
  for (const [, opcode] of adminCommands) expect(offered).not.toContain(opcode);
  const nvm = Object.values(NvmOpcode).filter((opcode) => opcode !== NvmOpcode.WRITE_UNCORRECTABLE);
  for (const [, opcode] of nvmCommands) expect(nvm).not.toContain(opcode);
});
