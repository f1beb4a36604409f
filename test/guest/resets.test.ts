// Resets of a controller that this project did not write, with reads in flight; what it does not have is refused by name.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { json, step } from "./outcome.ts";
import { pattern } from "./pattern.ts";
import { commandLine, exitCodes, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

const images = mkdtempSync(join(tmpdir(), "phasebit-images-"));
afterAll(() => rmSync(images, { recursive: true, force: true }));

/** Data of which each block is another, so that a read from a wrong place shows. */
function image(name: string): string {
  const path = join(images, `${name}.img`);
  writeFileSync(path, pattern(16 << 20, 11));
  return path;
}

/**
 * A controller alone behind a bridge, whose link can be reset. QEMU's faster ports report whether their link is active, and
 * say no whatever hangs on it: the kernel does not believe then that the link came back. A port of 2.5 GT/s reports nothing.
 */
const behindBridge = (file: string): string[] => [
  ...["-device", "pcie-root-port,id=above,chassis=1,slot=1,addr=8,x-speed=2_5,x-width=1"],
  ...["-drive", `file=${file},format=raw,cache=unsafe,if=none,id=behind`],
  ...["-device", "nvme,serial=behind,drive=behind,bus=above"],
];

const COUNT = 3;
const kinds = ["controller", "shutdown", "abrupt", "function", "hot"] as const;
const refused = [
  ["subsystem", /CAP\.NSSRS is 0/],
  ["hot", /its link has no hot reset \(as on a root bus\)/],
] as const;

/** QEMU's controller keeps AQA, ASQ and ACQ over every reset: these are to clear them. */
const KEPT: Readonly<Record<string, string>> = {
  function: "registers-kept",
  hot: "registers-kept",
};

/** The part of `phasebit reset --json` that is looked at. */
interface Document {
  readonly kind: string;
  readonly done: number;
  readonly comparedBytes: number;
  readonly steps: readonly { readonly name: string; readonly count: number }[];
  readonly load: Readonly<Record<"submitted" | "completed" | "failed" | "lost", number>>;
  readonly findings: readonly { readonly name: string }[];
}

guestSuite("resets through vfio-pci", () => {
  const guest = sharedBoot(() => ({
    name: "resets",
    drives: [{ serial: "root", file: image("root") }],
    further: behindBridge(image("behind")),
    script: `
      STEP_SECONDS=180 cli="${commandLine()}"
      for kind in ${kinds.join(" ")}; do
        [ $kind = hot ] && drive=$NVME1 || drive=$NVME0
        step $kind $cli reset -d $drive --kind $kind --count ${COUNT} --under-load --json
      done
      ${refused
        .map(([kind]) => `step no-${kind} $cli reset -d $NVME0 --kind ${kind}`)
        .join("\n      ")}
    `,
    timeoutMs: 590_000,
  }));

  test.each(refused)("%s is refused by what the controller does not have", async (kind, words) => {
    const result = await guest();
    const { exit, out, err } = step(result, `no-${kind}`);
    expect(exit, said(result, `no-${kind}`)).toBe(exitCodes.usage);
    expect(err).toMatch(words);
    expect([out, err.trim().split("\n").length]).toEqual(["", 1]);
  });

  test.each(kinds)("%s, with reads in flight, and it comes back each time", async (kind) => {
    const result = await guest();
    const kept = KEPT[kind];
    const exit = kept === undefined ? exitCodes.ok : exitCodes.device;
    expect(step(result, kind).exit, said(result, kind)).toBe(exit);
    const { load, findings, ...told } = json<Document>(result, `${kind}.out`);
    expect(told).toMatchObject({ kind, done: COUNT });
    expect(findings.map(({ name }) => name)).toEqual(
      kept === undefined ? [] : Array(COUNT).fill(kept),
    );
    expect(told.steps.map(({ count }) => count)).toEqual(told.steps.map(() => COUNT));
    expect(told.comparedBytes).toBeGreaterThan(0);
    expect(load.submitted).toBeGreaterThanOrEqual(256 * COUNT);
    expect(load.completed + load.failed + load.lost).toBe(load.submitted);
  });
});
