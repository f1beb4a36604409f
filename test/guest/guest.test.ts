// phasebit against Linux's own vfio-pci and an NVMe controller this project did not write. Every
// scenario goes through the command line, and is judged from outside: by cmp on the host, by the
// result file, by the function's registers after phasebit has gone.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { controllerState, difference, json, step } from "./outcome.ts";
import { pattern } from "./pattern.ts";
import { commandLine, exitCodes, reads, resultFile, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

// 12 KiB more than a round figure, so that the last piece of a copy is a short one.
const imageBytes = 32 * 1024 * 1024 + 12 * 1024;

const images = mkdtempSync(join(tmpdir(), "phasebit-images-"));
afterAll(() => rmSync(images, { recursive: true, force: true }));

function image(name: string, seed: number): string {
  const path = join(images, name);
  writeFileSync(path, pattern(imageBytes, seed));
  return path;
}

guestSuite("data through vfio-pci", () => {
  const written = pattern(imageBytes, 4);
  const guest = sharedBoot(() => ({
    name: "data",
    drives: [
      { serial: "read", file: image("read.img", 1) },
      { serial: "refused", file: image("refused.img", 2) },
      { serial: "write", file: image("write.img", 3), blockSize: 4096 },
    ],
    files: { "new.img": written },
    script: `
      cli="${commandLine()}"
      step read $cli read --device $NVME0 --offset 0 --size ${imageBytes} --output $SHARE/read.img
      step range $cli read --device $NVME0 --offset 5m --size 68k --output $SHARE/range.img
      step refused $cli write --device $NVME1 --offset 0 --input $SHARE/new.img
      step write $cli write --device $NVME2 --offset 0 --input $SHARE/new.img --destructive
      step stranger setpriv --reuid 65534 --regid 65534 --clear-groups \
        $cli run --device $NVME0 --runtime 1 --output /tmp/stranger.json
      echo $NVME1 > /sys/bus/pci/devices/$NVME1/driver/unbind
      step unbound $cli run --device $NVME1 --runtime 1 --output /tmp/unbound.json
      step files ls /tmp/stranger.json /tmp/unbound.json
    `,
    timeoutMs: 400_000,
  }));

  test("every block of an image is read to its place", async () => {
    const result = await guest();
    expect(step(result, "read").exit, said(result, "read")).toBe(exitCodes.ok);
    expect(difference(join(result.share, "read.img"), join(images, "read.img"))).toBe("");
  });

  test("a range is read from its offset", async () => {
    const result = await guest();
    expect(step(result, "range").exit, said(result, "range")).toBe(exitCodes.ok);
    const start = 5 * 1024 * 1024;
    const expected = pattern(imageBytes, 1).subarray(start, start + 68 * 1024);
    expect(readFileSync(join(result.share, "range.img")).equals(expected)).toBe(true);
  });

  test("every block of a file is written to its place", async () => {
    const result = await guest();
    expect(step(result, "write").exit, said(result, "write")).toBe(exitCodes.ok);
    expect(difference(join(images, "write.img"), join(result.share, "new.img"))).toBe("");
  });

  test("no permission on the group, and no driver, are one clear line each and no result", async () => {
    const result = await guest();
    for (const [name, words] of [
      ["stranger", /no permission on \/dev\/vfio\/\d+: .*chown/],
      ["unbound", /no driver has it; bind it to vfio-pci first/],
    ] as const) {
      const { exit, out, err } = step(result, name);
      expect(exit, said(result, name)).toBe(exitCodes.environment);
      expect(err).toMatch(words);
      expect([out, err.trim().split("\n").length]).toEqual(["", 1]);
    }
    expect(step(result, "files").out).toBe("");
  });

  test("a write without --destructive is refused and writes nothing", async () => {
    const result = await guest();
    expect(step(result, "refused").exit, said(result, "refused")).toBe(exitCodes.refused);
    const before = join(images, "before.img");
    writeFileSync(before, pattern(imageBytes, 2));
    expect(difference(join(images, "refused.img"), before)).toBe("");
  });
});

interface Sweep {
  readonly points: readonly {
    readonly iodepth: number;
    readonly iops: number;
    readonly lost: number;
  }[];
}

const speedDepths = [1, 32, 128] as const;

// libvfn's perf, polled, on a null-co drive of this machine, by depth: medians of a quiet host.
const orientation: Readonly<Record<number, number>> = { 1: 30_700, 32: 239_000, 128: 325_000 };

guestSuite("runs through vfio-pci", () => {
  const guest = sharedBoot(() => ({
    name: "runs",
    drives: [
      { serial: "image", file: image("runs.img", 5) },
      { serial: "null", file: "null-co", size: 1 << 30, blockSize: 4096 },
    ],
    script: runsScript(),
    timeoutMs: 500_000,
  }));

  const expectCleanRun = async (name: string) => {
    const result = await guest();
    expect(step(result, name).exit, said(result, name)).toBe(exitCodes.ok);
    const file = resultFile(result, name);
    expect(reads(file)).toBeGreaterThan(0);
    expect(file.jobs.map((job) => job.error ?? 0).every((error) => error === 0)).toBe(true);
    expect(file.phasebit).toBeDefined();
    return file;
  };

  test("random reads at depth 32 from two jobs", async () => {
    const file = await expectCleanRun("depth32");
    expect(file.jobs[0]?.read.clat_ns.percentile?.["99.000000"]).toBeGreaterThan(0);
  });

  test("a run after kill -9 comes up clean on a function that cannot be reset", async () => {
    const result = await guest();
    expect(step(result, "stale_running").out.trim(), said(result, "stale")).toBe("0");
    expect(step(result, "stale").exit).toBe(137);
    // Still enabled: the proof that the next test can tell a controller that nobody disabled.
    expect(controllerState(result, "stale_state").cc & 1).toBe(1);
    await expectCleanRun("after_stale");
  });

  test("SIGINT keeps the result and leaves the controller disabled", async () => {
    const result = await guest();
    expect(step(result, "interrupted_running").out.trim(), said(result, "interrupted")).toBe("0");
    expect(step(result, "interrupted").exit, said(result, "interrupted")).toBe(
      exitCodes.interrupted,
    );
    expect(reads(resultFile(result, "interrupted"))).toBeGreaterThan(0);
    const { busMaster, cc } = controllerState(result, "interrupted_state");
    expect({ busMaster, enabled: cc & 1 }).toEqual({ busMaster: 0, enabled: 0 });
  });

  test("4 KiB random reads of a null drive, by depth", async () => {
    const result = await guest();
    expect(step(result, "speed").exit, said(result, "speed")).toBe(exitCodes.ok);
    const { points } = json<Sweep>(result, "speed.json");
    expect(points.map(({ iodepth }) => iodepth)).toEqual([...speedDepths]);
    for (const { iops, lost } of points) {
      expect(iops).toBeGreaterThan(0);
      expect(lost).toBe(0);
    }
    console.log(speedTable(points));
  });
});

// Interrupted and stale runs happen on a function without a reset method: with one, the kernel
// resets it when phasebit lets go, and CC says nothing about phasebit.
function runsScript(): string {
  return `
    cli="${commandLine()}"
    randread() {
      local device=$1 name=$2
      shift 2
      echo $cli run --device $device --rw randread --bs 4k \\
        --output $SHARE/$name.json --output-format json "$@"
    }
    step depth32 $(randread $NVME0 depth32 --iodepth 32 --numjobs 2 --runtime 3)

    # signalled NAME SIGNAL: a long run, hit in its middle.
    signalled() {
      quiet $NVME0
      without_reset $NVME0
      background $1 $(randread $NVME0 $1 --iodepth 32 --numjobs 2 --runtime 30)
      local pid=$!
      until_running $NVME0 $pid
      note $1_running $?
      sleep 2
      kill -$2 $pid
      finish $1 $pid
      note $1_state "$(state_of $NVME0)"
    }
    signalled stale KILL
    step after_stale $(randread $NVME0 after_stale --iodepth 32 --numjobs 2 --runtime 2)
    with_reset $NVME0
    signalled interrupted INT
    with_reset $NVME0

    step speed $cli sweep --device $NVME1 --rw randread --bs 4k --iodepth ${speedDepths.join(",")} --modes poll \
      --runtime 3 --output $SHARE/speed.json --output-format json
  `;
}

function speedTable(points: Sweep["points"]): string {
  const rows = points.map(({ iodepth, iops }) => {
    const reference = orientation[iodepth] ?? Number.NaN;
    const ratio = (iops / reference).toFixed(2);
    const cells = [iodepth, Math.round(iops), reference, ratio];
    return cells.map((cell) => String(cell).padStart(12)).join("");
  });
  return [
    "4 KiB random reads of a null drive in the guest, IOPS. libvfn's figures are orientation from",
    "another, quiet machine: not a bound, and the ratio is no verdict.",
    ["depth", "phasebit", "libvfn", "ratio"].map((head) => head.padStart(12)).join(""),
    ...rows,
  ].join("\n");
}
