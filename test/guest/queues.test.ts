// Queues of a controller that this project did not write: rung through shadow doorbells, drawn as rings, and driven from a
// prompt whose session then runs as a program.
import { expect, test } from "vitest";
import { json, step } from "./outcome.ts";
import { commandLine, exitCodes, interpreter, reads, resultFile, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

interface Comparison {
  readonly workloads: readonly {
    readonly name: string;
    readonly workload: { readonly shadowDoorbells: boolean };
  }[];
  readonly modes: Readonly<Record<string, { readonly iops: number; readonly lost: number }>>;
}

interface Rings {
  readonly acts: readonly {
    readonly act: string;
    readonly rings: readonly { readonly sqs: readonly { readonly outstanding: number }[] }[];
  }[];
}

const ACTS = 11;

const typed = `
const sq = await pair(1, 4)
sq.post(sqe.read({ nsid: 1, slba: 0n, blocks: 1, data: page() }), { cid: 0x1234 })
sq.ring()
sq.cq.reap({ timeoutMs: 20_000 })
registers.fields(Register.CSTS)
const last = await sq.run(sqe.read({ nsid: 1, slba: 1n << 60n, blocks: 1, data: page() }), { timeoutMs: 20_000 })
statusName(last.status)
.save /tmp/session/session.mjs
`;

guestSuite("queues through vfio-pci", () => {
  const guest = sharedBoot(() => ({
    name: "queues",
    drives: [{ serial: "null", file: "null-co", size: 1 << 30, blockSize: 4096 }],
    files: { typed: Buffer.from(typed) },
    script: `
      STEP_SECONDS=180 cli="${commandLine()}"
      step shadow $cli run -d $NVME0 --shadow-doorbells --iodepth 32 --numjobs 2 --runtime 1 \\
        --output $SHARE/shadow.json --output-format json
      step sides $cli compare -d $NVME0 --a "" --b "--shadow-doorbells" --iodepth 32 --rounds 2 \\
        --runtime 300ms --output $SHARE/sides.json --output-format json
      step rings $cli rings -d $NVME0 --steps ${ACTS} --json
      mkdir -p /tmp/session/node_modules; ln -s $REPOSITORY /tmp/session/node_modules/phasebit
      step shell $cli shell -d $NVME0 $SHARE/typed
      cp /tmp/session/session.mjs $SHARE
      step session ${interpreter()} /tmp/session/session.mjs $NVME0
    `,
    timeoutMs: 590_000,
  }));

  test("run --shadow-doorbells: every command completes", async () => {
    const result = await guest();
    expect(step(result, "shadow").exit, said(result, "shadow")).toBe(exitCodes.ok);
    const file = resultFile(result, "shadow");
    expect(file.jobs.map(({ error = 0 }) => error)).toEqual([0, 0]);
    expect(reads(file)).toBeGreaterThan(100);
    expect(file.phasebit).toMatchObject({ workload: { shadowDoorbells: true }, errors: [] });
  });

  test("compare: with them and without, the controller reset in between", async () => {
    const result = await guest();
    expect(step(result, "sides").exit, said(result, "sides")).toBe(exitCodes.ok);
    const { workloads, modes } = json<Comparison>(result, "sides.json");
    expect(workloads.map(({ name, workload }) => [name, workload.shadowDoorbells])).toEqual([
      ["a", false],
      ["b", true],
    ]);
    for (const [mode, { iops, lost }] of Object.entries(modes)) {
      console.log(`shadow doorbells, ${mode}: ${Math.round(iops)} IOPS`);
      expect(iops, mode).toBeGreaterThan(100);
      expect(lost, mode).toBe(0);
    }
  });

  test("rings: posted, rung, completed and freed, act by act", async () => {
    const result = await guest();
    expect(step(result, "rings").exit, said(result, "rings")).toBe(exitCodes.ok);
    const { acts } = json<Rings>(result, "rings.out");
    expect(acts).toHaveLength(ACTS + 1);
    // that controller works by itself: no act is its own
    expect(new Set(acts.map(({ act }) => act))).toEqual(
      new Set(["start", "post", "ring", "reap", "free"]),
    );
  });

  test("shell: lines of a file, and the session that they saved runs as a program", async () => {
    const result = await guest();
    const { exit, out, err } = step(result, "shell");
    expect({ exit, err }, said(result, "shell")).toEqual({ exit: exitCodes.ok, err: "" });
    expect(out).toContain("cid 1234h");
    expect(out).toContain("LBA Out of Range");
    const silence = { exit: exitCodes.ok, out: "", err: "" };
    expect(step(result, "session"), said(result, "session")).toEqual(silence);
  });
});
