// Decoders against Debian's nvme-cli: the controller under the kernel's driver first, then the same one under vfio-pci.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type DecodedField, decode } from "../../src/decode/decode.ts";
import { identifyController } from "../../src/decode/identify-controller.ts";
import { identifyNamespace } from "../../src/decode/identify-namespace.ts";
import { smartLog } from "../../src/decode/log-smart.ts";
import { lastWords, step } from "./outcome.ts";
import { commandLine, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

/** What nvme-cli calls otherwise, or later. */
const NAMES: Readonly<Record<string, string>> = {
  // Identify
  icsvscc: "NVSCC",
  ocfs: "CDFS",
  domainid: "DOMAINID",
  // SMART
  critical_warning: "CW",
  temperature: "CTEMP",
  avail_spare: "AVSP",
  spare_thresh: "AVSPT",
  percent_used: "PUSED",
  endurance_grp_critical_warning_summary: "EGCWS",
  data_units_read: "DUR",
  data_units_written: "DUW",
  host_read_commands: "HRC",
  host_write_commands: "HWC",
  controller_busy_time: "CBT",
  power_cycles: "PC",
  power_on_hours: "POH",
  unsafe_shutdowns: "USD",
  media_errors: "MDIE",
  num_err_log_entries: "NEILE",
  warning_temp_time: "WCTT",
  critical_comp_time: "CCTT",
  thm_temp1_trans_count: "TMT1C",
  thm_temp2_trans_count: "TMT2C",
  thm_temp1_total_time: "TTTMT1",
  thm_temp2_total_time: "TTTMT2",
};

type Told = Readonly<Record<string, unknown>>;

/** [theirs, ours] of each field that both tell, by nvme-cli's key. */
function pairsOf(
  theirs: Told,
  fields: readonly DecodedField[],
): Record<string, readonly [string, string]> {
  const plain = (value: unknown): string => String(value).trim();
  const ours = new Map(fields.map(({ name, value }) => [name, plain(value)]));
  const both = Object.entries(theirs).flatMap(([key, value]) => {
    const own = ours.get(NAMES[key] ?? key.toUpperCase());
    if (own === undefined || typeof value === "object") return [];
    // a GUID has hyphens there
    const told = key === "fguid" ? plain(value).replaceAll("-", "") : plain(value);
    return [[key, [told, own]] as const];
  });
  return Object.fromEntries(both);
}

function unmatched(theirs: Told, pairs: object): string[] {
  return Object.keys(theirs).filter((key) => !(key in pairs));
}

function different(pairs: Record<string, readonly [string, string]>): object {
  return Object.fromEntries(Object.entries(pairs).filter(([, [theirs, ours]]) => theirs !== ours));
}

guestSuite("commands by hand, on QEMU's controller", () => {
  const hasNvmeCli = spawnSync("sh", ["-c", "command -v nvme"]).status === 0;
  const guest = sharedBoot(() => {
    if (!hasNvmeCli) throw new Error("guest: no nvme on PATH; apt-get install nvme-cli");
    const phasebit = commandLine();
    return {
      name: "admin",
      drives: [{ serial: "by-hand", file: "null-co", blockSize: 4096 }],
      timeoutMs: 500_000,
      // a machine that is kept from its processor for long loses the ticks by which the kernel tries its timer
      kernelArguments: ["no_timer_check"],
      script: `
        to_kernel $NVME0
        disk=$(disk_of $NVME0)
        step nvme_ctrl nvme id-ctrl /dev/\${disk%n*} -o json
        step nvme_ns nvme id-ns /dev/$disk -o json
        step nvme_smart nvme smart-log /dev/\${disk%n*} -o json
        step raw_ctrl nvme id-ctrl /dev/\${disk%n*} --raw-binary
        step raw_ns nvme id-ns /dev/$disk --raw-binary
        step raw_smart nvme smart-log /dev/\${disk%n*} --raw-binary
        echo vfio-pci > /sys/bus/pci/devices/$NVME0/driver_override
        echo $NVME0 > /sys/bus/pci/devices/$NVME0/driver/unbind
        echo $NVME0 > /sys/bus/pci/drivers_probe
        note driver $(driver_of $NVME0)
        step ctrl ${phasebit} identify -d $NVME0 --raw
        step ns ${phasebit} identify -d $NVME0 --nsid 1 --raw
        step smart ${phasebit} log smart -d $NVME0 --json
        step refused ${phasebit} io -d $NVME0 --opcode 2 --nsid 1 --cdw11 1 --data-in 4k --sqid 2 --slot 3 --cid 0x77 --json
        step read ${phasebit} io -d $NVME0 --opcode 2 --nsid 1 --cdw12 15 --data-in 64k --json
        step events ${phasebit} events -d $NVME0 --over-temperature 1 --count 1 --timeout 20s --json
        step features ${phasebit} feature list -d $NVME0 --json
      `,
    };
  });
  const theirs = async (name: string): Promise<Told> => {
    const result = await guest();
    expect(step(result, name).exit, said(result, name)).toBe(0);
    return JSON.parse(step(result, name).out);
  };
  const document = async (name: string, exit = 0) => {
    const result = await guest();
    expect(step(result, name).exit, said(result, name)).toBe(exit);
    return JSON.parse(step(result, name).out);
  };

  test("the controller is under vfio-pci again", async () => {
    const result = await guest();
    expect(step(result, "driver").out.trim(), lastWords(result)).toBe("vfio-pci");
  });

  /** What a step wrote to stdout, as it is. */
  const bytesOf = async (name: string): Promise<Buffer> => {
    const result = await guest();
    expect(step(result, name).exit, said(result, name)).toBe(0);
    return readFileSync(join(result.share, `${name}.out`));
  };

  test("Identify Controller agrees with nvme-cli, field by field", async () => {
    const nvme = await theirs("nvme_ctrl");
    const pairs = pairsOf(nvme, decode(identifyController, await bytesOf("raw_ctrl")));
    expect(different(pairs)).toEqual({});
    expect(unmatched(nvme, pairs)).toEqual(["psds"]);
    expect(Object.keys(pairs).length).toBeGreaterThan(80);
  });

  test("Identify Namespace agrees with nvme-cli, field by field", async () => {
    const nvme = await theirs("nvme_ns");
    const fields = decode(identifyNamespace, await bytesOf("raw_ns"));
    const pairs = pairsOf(nvme, fields);
    expect(different(pairs)).toEqual({});
    expect(unmatched(nvme, pairs)).toEqual(["lbafs"]);
    const formats = fields
      .filter(({ name }) => name.startsWith("LBAF"))
      .map(({ children = [] }) => children.map(({ value }) => value));
    const told = nvme["lbafs"] as { ms: number; ds: number; rp: number }[];
    expect(formats).toEqual(told.map(({ ms, ds, rp }) => [ms, ds, rp]));
  });

  test("the SMART log agrees with nvme-cli, field by field", async () => {
    const nvme = await theirs("nvme_smart");
    const pairs = pairsOf(nvme, decode(smartLog, await bytesOf("raw_smart")));
    expect(different(pairs)).toEqual({});
    expect(unmatched(nvme, pairs)).toEqual([]);
  });

  test("phasebit gets the same bytes by vfio-pci as nvme-cli by the kernel's driver", async () => {
    expect((await bytesOf("ctrl")).equals(await bytesOf("raw_ctrl"))).toBe(true);
    expect((await bytesOf("ns")).equals(await bytesOf("raw_ns"))).toBe(true);
    expect(await document("smart")).toMatchObject({ lid: 2, bytes: 512 });
  });

  test("a command fails with its status, in the queue, the slot and with the CID that were chosen", async () => {
    const { completion, errorLogEntry } = await document("refused", 5);
    expect(completion).toMatchObject({ sqid: 2, slot: 3, cid: 0x77 });
    expect(completion.status).toMatchObject({ sct: 0, sc: 0x80, name: "LBA Out of Range" });
    // that controller's error log is always empty
    expect(errorLogEntry).toBeNull();
  });

  test("64 KiB come in through a PRP list", async () => {
    const { completion, data } = await document("read");
    expect(completion.status.name).toBe("Successful Completion");
    expect(data.bytes).toBe(65_536);
  });

  test("an event is told as it comes, and cleared", async () => {
    const event = await document("events");
    expect(event).toMatchObject({ typeName: "SMART / Health", name: "Temperature Threshold" });
    expect(event).toMatchObject({ lid: 2, cleared: true });
  });

  test("features are listed", async () => {
    const { features } = await document("features");
    const names = features.map(({ name }: { name: string }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["Number of Queues", "Temperature Threshold", "Timestamp"]),
    );
  });
});
