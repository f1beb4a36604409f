// Commands with several wrong fields at once. The specification leaves free which of them is told; this controller always
// tells the first in the order given here, so that a host sees the same each time, and does nothing of the command.
import { describe, expect, test } from "vitest";
import { Feature, LogPage, NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, type Command, iova, PAGE } from "./bench-host.ts";

/** One field set wrong, and the status for it. */
type Wrong = readonly [status: Status, change: Partial<Command>];

const FLAGS: Wrong = [Status.INVALID_FIELD, { flags: 0x80 }];
const NSID: Wrong = [Status.INVALID_NAMESPACE_OR_FORMAT, { nsid: 17 }];
const LENGTH: Wrong = [Status.INVALID_FIELD, { cdw12: 0xffff }];
const LBA: Wrong = [Status.LBA_OUT_OF_RANGE, { cdw10: 0xffffffff }];
const ADDRESS: Wrong = [Status.DATA_TRANSFER_ERROR, { prp1: 0x5000n }];

/** Every set of these that is not empty, with the status of its first. */
function sets(order: readonly Wrong[]): { status: Status; change: Partial<Command> }[] {
  return Array.from({ length: (1 << order.length) - 1 }, (_, index) => {
    const chosen = order.filter((_, place) => ((index + 1) >> place) & 1);
    const change = Object.assign({}, ...chosen.map(([, fields]) => fields)) as Partial<Command>;
    return { status: chosen[0]![0], change };
  });
}

describe("NVM commands", () => {
  const data = [FLAGS, NSID, LENGTH, LBA, ADDRESS];
  test.each<[string, NvmOpcode, readonly Wrong[]]>([
    ["Read", NvmOpcode.READ, data],
    ["Write", NvmOpcode.WRITE, data],
    ["Compare", NvmOpcode.COMPARE, data],
    ["Write Zeroes", NvmOpcode.WRITE_ZEROES, [FLAGS, NSID, LBA]],
    ["Dataset Management", NvmOpcode.DATASET_MANAGEMENT, [FLAGS, NSID, ADDRESS]],
    ["Flush", NvmOpcode.FLUSH, [FLAGS, NSID]],
  ])("%s", (_, opcode, order) => {
    const bench = new Bench({ mdts: 1 }).enable();
    const pair = bench.createPair(1);
    const page = bench.buffer(PAGE);
    const good: Command = { opcode, nsid: 1, prp1: iova(page) };
    const medium = () => bench.bytes.slice(bench.medium, bench.medium + 2048 * 512);
    bench.bytes.fill(0x5a, bench.medium, bench.medium + 2048 * 512);
    bench.bytes.fill(0x5a, page, page + PAGE);
    for (const { status, change } of sets(order)) {
      expect(bench.execute({ ...good, ...change }, pair).code).toBe(status);
    }
    expect(medium().every((byte) => byte === 0x5a)).toBe(true);
    expect(bench.execute(good, pair).code).toBe(0);
  });
});

describe("admin commands", () => {
  test.each<[string, Command, readonly Wrong[]]>([
    [
      "Get Log Page",
      { opcode: AdminOpcode.GET_LOG_PAGE, cdw10: (127 << 16) | LogPage.SMART },
      [
        FLAGS,
        [Status.INVALID_LOG_PAGE, { cdw10: (127 << 16) | 0x77 }],
        [Status.INVALID_FIELD, { nsid: 1 }],
        [Status.INVALID_FIELD, { cdw11: 1 }],
        [Status.INVALID_FIELD, { cdw13: 1 }],
        ADDRESS,
      ],
    ],
    [
      "Identify Namespace",
      { opcode: AdminOpcode.IDENTIFY, nsid: 1, cdw10: 0 },
      [FLAGS, [Status.INVALID_FIELD, { cdw10: 0x77 }], NSID, ADDRESS],
    ],
    [
      "Identify Controller",
      { opcode: AdminOpcode.IDENTIFY, cdw10: 1 },
      [FLAGS, [Status.INVALID_FIELD, { nsid: 1 }], ADDRESS],
    ],
    [
      "Get Features",
      { opcode: AdminOpcode.GET_FEATURES, nsid: 1, cdw10: Feature.ERROR_RECOVERY },
      [FLAGS, [Status.INVALID_FIELD, { cdw10: 0x77 }], NSID],
    ],
    [
      "Set Features",
      { opcode: AdminOpcode.SET_FEATURES, cdw10: Feature.POWER_MANAGEMENT },
      [
        FLAGS,
        [Status.INVALID_FIELD, { cdw10: 0x77 }],
        [Status.FEATURE_NOT_SAVEABLE, { cdw10: 0x80000000 | Feature.POWER_MANAGEMENT }],
        [Status.FEATURE_NOT_NAMESPACE_SPECIFIC, { nsid: 1 }],
        [Status.INVALID_FIELD, { cdw11: 1 }],
      ],
    ],
  ])("%s", (_, good, order) => {
    const bench = new Bench({ mdts: 1 }).enable();
    const prp1 = iova(bench.buffer(PAGE));
    for (const { status, change } of sets(order)) {
      // of two wrong values of one dword only the last is in the command
      const command = { ...good, prp1, ...change };
      const first = order.find(([, fields]) =>
        Object.entries(fields).every(([key, value]) => command[key as keyof Command] === value),
      );
      expect(bench.execute(command).code).toBe(first?.[0] ?? status);
    }
    expect(bench.execute({ ...good, prp1 }).code).toBe(0);
  });
});
