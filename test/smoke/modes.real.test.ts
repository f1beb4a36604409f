// Each completion mode once, the first as a user runs it: what a new release of Node.js may break is there at once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder, resultFiles } from "../cli/cli.ts";
import { phasebit } from "../cli/real.ts";
import { phasebitInside } from "../cli/real-inside.ts";

interface Result {
  readonly jobs: readonly {
    readonly error: number;
    readonly read: { readonly total_ios: number };
  }[];
  readonly phasebit: {
    readonly blocks: readonly [{ readonly jobs: readonly { readonly tier: string }[] }];
  };
}

function saved(cwd: string): Result {
  const file = resultFiles(cwd).find((name) => name.endsWith(".json"))!;
  return JSON.parse(readFileSync(join(cwd, "results", file), "utf8"));
}

test.each([
  ["poll", "embedded"],
  ["interrupt", "embedded"],
  ["hybrid", "embedded"],
  ["lhp", "embedded"],
  ["adaptive", "embedded"],
  // a device that has nothing but its pin
  ["interrupt", "embedded?interrupts=intx"],
])(
  "--completion %s on %s ends well, in a loop from V8's optimizing compiler",
  async (mode, device) => {
    const cwd = folder();
    const args = ["run", "--device", device, "--completion", mode, "--runtime", "200ms"];
    const run = mode === "poll" ? phasebit : phasebitInside;
    const { status, stderr } = await run(args, cwd);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const result = saved(cwd);
    expect(result.jobs.map(({ error, read }) => error === 0 && read.total_ios > 0)).toEqual([true]);
    expect(result.phasebit.blocks[0].jobs.map(({ tier }) => tier)).toEqual(["turbofan"]);
  },
);
