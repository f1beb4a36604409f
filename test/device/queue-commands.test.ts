// Creating and deleting I/O queues (QCD rows of the transport tests).
import { describe, expect, test } from "vitest";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, type Command, iova, layout, PAGE, Register } from "./bench-host.ts";

const QSIZE_16 = 15 << 16;
const PC = 1;
const IEN = 2;

function bench(options = {}): Bench {
  return new Bench({ ioQueues: 4, mqes: 256, vectors: 8, ...options }).enable();
}

/** Create I/O Completion Queue with one thing changed. */
function createCq(host: Bench, change: Partial<Command> = {}): number {
  const prp1 = iova(host.buffer(PAGE));
  const opcode = AdminOpcode.CREATE_IO_CQ;
  return host.execute({ opcode, prp1, cdw10: QSIZE_16 | 1, cdw11: PC, ...change }).code;
}

/** Create I/O Submission Queue with one thing changed; completion queue 1 exists. */
function createSq(host: Bench, change: Partial<Command> = {}): number {
  const prp1 = iova(host.buffer(PAGE));
  const opcode = AdminOpcode.CREATE_IO_SQ;
  return host.execute({ opcode, prp1, cdw10: QSIZE_16 | 1, cdw11: PC | (1 << 16), ...change }).code;
}

describe("Create I/O Completion Queue", () => {
  test.each<[string, Partial<Command>, Status]>([
    ["QID 0", { cdw10: QSIZE_16 }, Status.INVALID_QUEUE_IDENTIFIER],
    ["a QID above those allocated", { cdw10: QSIZE_16 | 5 }, Status.INVALID_QUEUE_IDENTIFIER],
    ["QID FFFFh", { cdw10: QSIZE_16 | 0xffff }, Status.INVALID_QUEUE_IDENTIFIER],
    ["QSIZE 0", { cdw10: 1 }, Status.INVALID_QUEUE_SIZE],
    ["QSIZE above MQES", { cdw10: (256 << 16) | 1 }, Status.INVALID_QUEUE_SIZE],
    ["QSIZE FFFFh", { cdw10: (0xffff << 16) | 1 }, Status.INVALID_QUEUE_SIZE],
    ["PRP1 inside a page", { prp1: iova(0x200800) }, Status.PRP_OFFSET_INVALID],
    ["PC=0 though CQR=1", { cdw11: 0 }, Status.INVALID_FIELD],
    [
      "a vector that is not there",
      { cdw11: PC | IEN | (8 << 16) },
      Status.INVALID_INTERRUPT_VECTOR,
    ],
  ])("refuses %s", (_, change, status) => {
    expect(createCq(bench(), change)).toBe(status);
  });

  test("takes any vector with interrupts disabled, and the last one with them enabled", () => {
    const host = bench();
    expect(createCq(host, { cdw11: PC | (0xffff << 16) })).toBe(0);
    expect(createCq(host, { cdw10: QSIZE_16 | 2, cdw11: PC | IEN | (7 << 16) })).toBe(0);
  });

  test("takes vectors below the messages that the host has enabled, with MSI", () => {
    const host = bench({ vectors: 65, interruptKind: "MSI" });
    const create = (vector: number) => createCq(host, { cdw11: PC | IEN | (vector << 16) });
    host.bus.setUint32(layout.BUS_MESSAGES, 4, true);
    expect(create(4)).toBe(Status.INVALID_INTERRUPT_VECTOR);
    expect(create(3)).toBe(0);
  });

  test("takes vectors below 32 only, with MSI", () => {
    const host = bench({ vectors: 65, interruptKind: "MSI" });
    const create = (vector: number) => createCq(host, { cdw11: PC | IEN | (vector << 16) });
    expect(create(32)).toBe(Status.INVALID_INTERRUPT_VECTOR);
    expect(create(31)).toBe(0);
  });

  test("takes MQES entries and two entries", () => {
    const host = bench();
    expect(createCq(host, { cdw10: (255 << 16) | 1 })).toBe(0);
    expect(createCq(host, { cdw10: (1 << 16) | 2 })).toBe(0);
  });

  test("refuses a QID in use", () => {
    const host = bench();
    expect(createCq(host)).toBe(0);
    expect(createCq(host)).toBe(Status.INVALID_QUEUE_IDENTIFIER);
  });

  test("refuses any size while CC.IOCQES is not set", () => {
    const host = bench();
    host.write32(Register.CC, 0x060001);
    expect(createCq(host)).toBe(Status.INVALID_QUEUE_SIZE);
    host.write32(Register.CC, 0x460001);
    expect(createCq(host)).toBe(0);
  });
});

describe("Create I/O Submission Queue", () => {
  test.each<[string, Partial<Command>, Status]>([
    ["QID 0", { cdw10: QSIZE_16 }, Status.INVALID_QUEUE_IDENTIFIER],
    ["a QID above those allocated", { cdw10: QSIZE_16 | 5 }, Status.INVALID_QUEUE_IDENTIFIER],
    ["CQID 0", { cdw11: PC }, Status.INVALID_QUEUE_IDENTIFIER],
    ["a CQID out of range", { cdw11: PC | (9 << 16) }, Status.INVALID_QUEUE_IDENTIFIER],
    ["an absent completion queue", { cdw11: PC | (2 << 16) }, Status.COMPLETION_QUEUE_INVALID],
    ["QSIZE 0", { cdw10: 1 }, Status.INVALID_QUEUE_SIZE],
    ["QSIZE above MQES", { cdw10: (256 << 16) | 1 }, Status.INVALID_QUEUE_SIZE],
    ["PRP1 inside a page", { prp1: iova(0x200010) }, Status.PRP_OFFSET_INVALID],
    ["PC=0 though CQR=1", { cdw11: 1 << 16 }, Status.INVALID_FIELD],
  ])("refuses %s", (_, change, status) => {
    const host = bench();
    expect(createCq(host)).toBe(0);
    expect(createSq(host, change)).toBe(status);
  });

  test("refuses a QID in use, and any size while CC.IOSQES is not set", () => {
    const host = bench();
    createCq(host);
    host.write32(Register.CC, 0x400001);
    expect(createSq(host)).toBe(Status.INVALID_QUEUE_SIZE);
    host.write32(Register.CC, 0x460001);
    expect(createSq(host)).toBe(0);
    expect(createSq(host)).toBe(Status.INVALID_QUEUE_IDENTIFIER);
  });

  test("takes every priority", () => {
    const host = bench();
    createCq(host);
    for (let priority = 0; priority < 4; priority++) {
      const cdw10 = QSIZE_16 | (priority + 1);
      expect(createSq(host, { cdw10, cdw11: PC | (priority << 1) | (1 << 16) })).toBe(0);
    }
  });
});

/** One field of a command set wrong, and the status for it. */
interface Wrong {
  readonly status: Status;
  readonly change: (command: Command) => Command;
}

function cdw10(command: Command, mask: number, value: number): Command {
  return { ...command, cdw10: (((command.cdw10 ?? 0) & ~mask) | value) >>> 0 };
}

function cdw11(command: Command, mask: number, value: number): Command {
  return { ...command, cdw11: (((command.cdw11 ?? 0) & ~mask) | value) >>> 0 };
}

const wrongFlags: Wrong = {
  status: Status.INVALID_FIELD,
  change: (command) => ({ ...command, flags: 0x40 }),
};
const wrongNsid: Wrong = {
  status: Status.INVALID_FIELD,
  change: (command) => ({ ...command, nsid: 1 }),
};
const wrongQid: Wrong = {
  status: Status.INVALID_QUEUE_IDENTIFIER,
  change: (command) => cdw10(command, 0xffff, 5),
};
const wrongSize: Wrong = {
  status: Status.INVALID_QUEUE_SIZE,
  change: (command) => cdw10(command, 0xffff0000, 256 << 16),
};
const notContiguous: Wrong = {
  status: Status.INVALID_FIELD,
  change: (command) => cdw11(command, PC, 0),
};
const wrongPrp: Wrong = {
  status: Status.PRP_OFFSET_INVALID,
  change: (command) => ({ ...command, prp1: (command.prp1 ?? 0n) + 8n }),
};
const wrongVector: Wrong = {
  status: Status.INVALID_INTERRUPT_VECTOR,
  change: (command) => cdw11(command, 0xffff0000, IEN | (8 << 16)),
};
const wrongCqid: Wrong = {
  status: Status.INVALID_QUEUE_IDENTIFIER,
  change: (command) => cdw11(command, 0xffff0000, 9 << 16),
};
const absentCq: Wrong = {
  status: Status.COMPLETION_QUEUE_INVALID,
  change: (command) => cdw11(command, 0xffff0000, 2 << 16),
};

/** Whatever is wrong at once, the first of it in this order is told. The specification leaves the order free. */
const cqOrder = [wrongFlags, wrongNsid, wrongQid, wrongSize, notContiguous, wrongPrp, wrongVector];
const sqOrder = (cq: Wrong) => [
  ...[wrongFlags, wrongNsid, wrongQid, cq, wrongSize, notContiguous, wrongPrp],
];

describe("of several wrong fields one is told, always the same", () => {
  test.each<[string, AdminOpcode, number, readonly Wrong[]]>([
    ["Create I/O Completion Queue", AdminOpcode.CREATE_IO_CQ, PC, cqOrder],
    [
      "Create I/O Submission Queue, CQID",
      AdminOpcode.CREATE_IO_SQ,
      PC | (1 << 16),
      sqOrder(wrongCqid),
    ],
    [
      "Create I/O Submission Queue, no CQ",
      AdminOpcode.CREATE_IO_SQ,
      PC | (1 << 16),
      sqOrder(absentCq),
    ],
  ])("%s", (_, opcode, fields, order) => {
    const host = bench();
    expect(createCq(host)).toBe(0);
    const good: Command = {
      opcode,
      prp1: iova(host.buffer(PAGE)),
      cdw10: QSIZE_16 | 3,
      cdw11: fields,
    };
    for (let wrong = 1; wrong < 1 << order.length; wrong++) {
      const chosen = order.filter((_, index) => (wrong >> index) & 1);
      const command = chosen.reduce((changed, { change }) => change(changed), good);
      expect(host.execute(command).code).toBe(chosen[0]?.status);
    }
    expect(host.execute(good).code).toBe(0);
  });
});

describe("deleting", () => {
  const deleteSq = (host: Bench, qid: number) =>
    host.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: qid }).code;
  const deleteCq = (host: Bench, qid: number) =>
    host.execute({ opcode: AdminOpcode.DELETE_IO_CQ, cdw10: qid }).code;

  test("refuses QID 0, absent queues and those beyond the table", () => {
    const host = bench();
    for (const qid of [0, 1, 4, 5, 300, 0xffff]) {
      expect(deleteSq(host, qid)).toBe(Status.INVALID_QUEUE_IDENTIFIER);
      expect(deleteCq(host, qid)).toBe(Status.INVALID_QUEUE_IDENTIFIER);
    }
  });

  test("the completion queue goes last, and each goes once", () => {
    const host = bench();
    host.createPair(1);
    expect(deleteCq(host, 1)).toBe(Status.INVALID_QUEUE_DELETION);
    expect(deleteSq(host, 1)).toBe(0);
    expect(deleteSq(host, 1)).toBe(Status.INVALID_QUEUE_IDENTIFIER);
    expect(deleteCq(host, 1)).toBe(0);
    expect(deleteCq(host, 1)).toBe(Status.INVALID_QUEUE_IDENTIFIER);
  });

  test("commands in flight end as aborted before the deletion does, and none after", () => {
    const host = bench();
    host.device.setLatency(1, 1e6, 0);
    const { sq, cq } = host.createPair(1);
    for (let index = 0; index < 10; index++) host.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
    host.ring(sq);
    host.step();
    expect(host.peek(cq)).toBeUndefined();
    expect(deleteSq(host, 1)).toBe(0);
    const ended = host.reap(cq);
    expect(ended).toHaveLength(10);
    expect(ended.every(({ code }) => code === Status.ABORTED_SQ_DELETION)).toBe(true);
    host.now = 10_000_000n;
    host.settle();
    expect(host.peek(cq)).toBeUndefined();
  });

  test("a full pair is deleted, and what found no room is not posted later", () => {
    const host = bench();
    const { sq, cq } = host.createPair(1, 16, 4);
    for (let index = 0; index < 10; index++) host.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
    host.ring(sq);
    host.settle();
    expect(deleteSq(host, 1)).toBe(0);
    expect(host.reap(cq)).toHaveLength(3);
    host.settle();
    expect(host.peek(cq)).toBeUndefined();
    expect(deleteCq(host, 1)).toBe(0);
  });

  test("a queue made again starts empty, whatever its doorbell said before", () => {
    const host = bench();
    const pair = host.createPair(1, 16);
    for (let index = 0; index < 9; index++)
      host.execute({ opcode: NvmOpcode.FLUSH, nsid: 1 }, pair);
    deleteSq(host, 1);
    deleteCq(host, 1);
    host.forget(pair);
    host.createCq(pair.cq, 1);
    host.createSq(pair.sq, 1);
    host.settle();
    expect(host.peek(pair.cq)).toBeUndefined();
    expect(host.execute({ opcode: NvmOpcode.FLUSH, nsid: 1 }, pair)).toMatchObject({ sqhd: 1 });
  });

  test("memory of a deleted pair may be taken away: nothing faults", () => {
    const host = bench();
    const other = host.createPair(2);
    host.createPair(1);
    const entries = host.view.getUint32(0x11000, true);
    deleteSq(host, 1);
    deleteCq(host, 1);
    host.unmap(entries - 1);
    host.unmap(entries - 2);
    for (let index = 0; index < 100; index++)
      host.execute({ opcode: NvmOpcode.FLUSH, nsid: 1 }, other);
    expect(host.csts).toBe(1);
  });
});
