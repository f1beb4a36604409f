// Completion modes on a controller that this project did not write, over MSI-X and over INTx, whose
// interrupts Linux's vfio-pci delivers.
import { join } from "node:path";
import { expect, test } from "vitest";
import { json, step } from "./outcome.ts";
import { commandLine, exitCodes, program, reads, resultFile, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

interface Waits {
  readonly interrupts: number;
  readonly wakeups: number;
  readonly spurious: number;
  readonly lost: number;
}

/** What a run's result has under "phasebit". */
interface Measured {
  readonly blocks: readonly [{ readonly jobs: readonly { readonly waits: Waits }[] }];
}

interface Comparison {
  readonly modes: Readonly<
    Record<string, { readonly iops: number; readonly spurious: number; readonly lost: number }>
  >;
}

const modes = ["poll", "interrupt", "hybrid", "lhp", "adaptive"] as const;

guestSuite("interrupts through vfio-pci", () => {
  const guest = sharedBoot(() => ({
    name: "interrupts",
    drives: [{ serial: "null", file: "null-co", size: 1 << 30, blockSize: 4096 }],
    script: `
      cli="${commandLine()}"
      for irq in msix intx; do
        step run_$irq $cli run --device $NVME0 --completion interrupt --irq $irq --runtime 2 \\
          --output $SHARE/run_$irq.json --output-format json
      done
      step shared $cli run --device $NVME0 --completion interrupt --irq msix-shared --numjobs 2 \\
        --iodepth 4 --runtime 2 --output $SHARE/shared.json --output-format json
      step compare $cli compare --device $NVME0 --modes ${modes.join(",")} --rounds 2 \\
        --runtime 500ms --output $SHARE/compare.json --output-format json
      step rewire ${program(join(import.meta.dirname, "intx-rewire.mjs"))} $NVME0
    `,
    timeoutMs: 480_000,
  }));

  /** The run over `irq` at depth 1 with its interrupts. */
  const interruptRun = async (irq: "msix" | "intx") => {
    const result = await guest();
    const name = `run_${irq}`;
    expect(step(result, name).exit, said(result, name)).toBe(exitCodes.ok);
    const file = resultFile(result, name);
    const [{ jobs }] = (file.phasebit as Measured).blocks;
    const waits = jobs[0]!.waits;
    console.log(`${irq}: ${reads(file)} reads`, waits);
    expect(reads(file)).toBeGreaterThan(100);
    expect([waits.lost, waits.spurious]).toEqual([0, 0]);
    return { waits, total: reads(file) };
  };

  test("over MSI-X at depth 1, every completion is one interrupt", async () => {
    const { waits, total } = await interruptRun("msix");
    expect(Math.abs(waits.interrupts - total), "one may stand at either end").toBeLessThan(3);
    expect(waits.wakeups).toBeGreaterThan(0);
  });

  test("over INTx, which the kernel masks when it comes, none is lost", async () => {
    const { waits, total } = await interruptRun("intx");
    // a level: a completion that is found before the unmasking needs no interrupt of its own
    expect(waits.interrupts).toBeLessThanOrEqual(total + 1);
    expect(waits.interrupts).toBeGreaterThan(total / 10);
  });

  test(`${modes.join(", ")} all complete, and lose no interrupt`, async () => {
    const result = await guest();
    expect(step(result, "compare").exit, said(result, "compare")).toBe(exitCodes.ok);
    const comparison = json<Comparison>(result, "compare.json");
    expect(Object.keys(comparison.modes)).toEqual([...modes]);
    for (const [mode, { iops, spurious, lost }] of Object.entries(comparison.modes)) {
      console.log(`${mode}: ${Math.round(iops)} IOPS`);
      expect(iops, mode).toBeGreaterThan(0);
      expect([spurious, lost], mode).toEqual([0, 0]);
    }
  });

  test("the pin has one eventfd after the other while reads are in flight, and none is waited for in vain", async () => {
    const result = await guest();
    expect(step(result, "rewire").exit, said(result, "rewire")).toBe(exitCodes.ok);
    const { reads, interrupts } = json<Record<string, number>>(result, "rewire.out");
    expect(reads).toBe(1600);
    expect(interrupts, "one for each eventfd at least").toBeGreaterThanOrEqual(100);
  });

  test("two queues on one vector lose none of each other's interrupts", async () => {
    const result = await guest();
    expect(step(result, "shared").exit, said(result, "shared")).toBe(exitCodes.ok);
    const file = resultFile(result, "shared");
    const [{ jobs }] = (file.phasebit as Measured).blocks;
    expect(jobs.map(({ waits }) => waits.lost)).toEqual([0, 0]);
    expect(file.jobs.every(({ read }) => read.total_ios > 100)).toBe(true);
  });
});
