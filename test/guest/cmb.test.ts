// The Controller Memory Buffer of a controller that this project did not write: measured in, reached from another
// controller, and over resets.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { json, step } from "./outcome.ts";
import { pattern } from "./pattern.ts";
import {
  commandLine,
  exampleProgram,
  exitCodes,
  program,
  reads,
  resultFile,
  said,
} from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

const images = mkdtempSync(join(tmpdir(), "phasebit-images-"));
afterAll(() => rmSync(images, { recursive: true, force: true }));

/** Whose blocks can be told from one another, and from memory that nothing was read into. */
function image(): string {
  const path = join(images, "cmb.img");
  writeFileSync(path, pattern(16 << 20, 21));
  return path;
}

const places = ["sq", "data", "sq,lists"] as const;

interface Comparison {
  readonly workloads: readonly {
    readonly name: string;
    readonly workload: { readonly cmb: readonly string[] };
  }[];
  readonly modes: Readonly<Record<string, { readonly iops: number; readonly lost: number }>>;
}

guestSuite("the Controller Memory Buffer, through vfio-pci", () => {
  const guest = sharedBoot(() => ({
    name: "CMB",
    drives: [
      { serial: "source", file: image(), cmbMiB: 16 },
      { serial: "other", file: "null-co", size: 1 << 24, cmbMiB: 16 },
    ],
    script: `
      STEP_SECONDS=180 cli="${commandLine()}"
      for place in ${places.join(" ")}; do
        step $place $cli run -d $NVME0 --cmb $place --bs 16k --iodepth 8 --runtime 1 \\
          --output $SHARE/$place.json --output-format json
      done
      step cq $cli run -d $NVME0 --cmb cq --runtime 1 --output /tmp/cq.json
      step sides $cli compare -d $NVME0 --a "" --b "--cmb sq" --iodepth 8 --rounds 2 \\
        --runtime 300ms --output $SHARE/sides.json --output-format json
      step peer ${exampleProgram("cmb-p2p")} $NVME0 $NVME1
      step resets ${program(join(import.meta.dirname, "cmb-resets.mjs"))} $NVME1
    `,
    timeoutMs: 590_000,
  }));

  test("completion queues, which it does not take, are refused by name", async () => {
    const result = await guest();
    const { exit, out, err } = step(result, "cq");
    expect(exit, said(result, "cq")).toBe(exitCodes.usage);
    expect(err).toContain("takes no completion queues in its buffer: CMBSZ.CQS is 0");
    expect(out).toBe("");
  });

  test.each(places)("run --cmb %s", async (place) => {
    const result = await guest();
    expect(step(result, place).exit, said(result, place)).toBe(exitCodes.ok);
    const file = resultFile(result, place);
    expect(reads(file)).toBeGreaterThan(0);
    expect(file.jobs.map(({ error = 0 }) => error)).toEqual([0]);
    expect(file.phasebit).toMatchObject({ workload: { cmb: place.split(",") } });
  });

  test("what a submission queue there buys is compared", async () => {
    const result = await guest();
    expect(step(result, "sides").exit, said(result, "sides")).toBe(exitCodes.ok);
    const { workloads, modes } = json<Comparison>(result, "sides.json");
    expect(workloads.map(({ name, workload }) => [name, workload.cmb])).toEqual([
      ["a", []],
      ["b", ["sq"]],
    ]);
    for (const { iops, lost } of Object.values(modes)) {
      expect(iops).toBeGreaterThan(0);
      expect(lost).toBe(0);
    }
  });

  test("blocks of one controller go straight into the other's buffer", async () => {
    const result = await guest();
    const { exit, out, err } = step(result, "peer");
    expect({ exit, err }, said(result, "peer")).toEqual({ exit: exitCodes.ok, err: "" });
    expect(out).toBe("8192 bytes of namespace 1 in the other's buffer, as in host memory\n");
  });

  test("each reset ends what was handed out, and a function reset takes the buffer's addresses", async () => {
    const result = await guest();
    expect(step(result, "resets").exit, said(result, "resets")).toBe(exitCodes.ok);
    const wasReset = /^USAGE: .*reset since/;
    const { proofs, refusals } = json<{ proofs: string[]; refusals: object }>(result, "resets.out");
    expect(proofs).toEqual(Array(4).fill("same"));
    expect(refusals).toEqual({
      "region after controller": expect.stringMatching(wasReset),
      "region after function": expect.stringMatching(/^USAGE: .*enable it again/),
      "buffer after function": expect.stringMatching(/^USAGE: .*enableCmb\(\) comes first/),
      "region after shutdown": expect.stringMatching(wasReset),
    });
  });
});
