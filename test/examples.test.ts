// The programs in examples/, compiled with everything else, against the embedded controller.
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../src/ground/package.ts";

const run = promisify(execFile);

/** What each prints. */
const outputs: Record<string, RegExp> = {
  identify:
    /^.+, serial .+, NVMe 1\.4\.0\nstatus 0, NN (\d+) of \1\nnamespace 1: 4096 blocks of 4096 bytes\n$/,
  "read-write": /^65536 bytes are as they were written\n$/,
  "raw-entry":
    /^cid 1234h, SQHD [12], Success.*\ncid 1234h, SQHD 2, Success.*\ncid beefh, Invalid Namespace or Format \(0\/0b\), DNR true\n$/,
  "two-queues":
    /^SQ 1: 10 commands\nSQ 7: 40 commands\nCQ 3: head 2, phase 1, 0 strays\ndeleting it before them: status 10ch\n$/,
  reset:
    /^status 0, controller reset, RDY 0, .*: reset\nUSAGE: post to submission queue 1: .*reset since\nstatus 0, function reset, RDY 0, .*: reset\nUSAGE: .*\n$/,
};

const names = readdirSync(join(packageRoot, "examples")).map((file) => file.replace(/\.ts$/, ""));

test("every example is known here", () => {
  expect(names.sort()).toEqual(Object.keys(outputs).sort());
});

describe.each(names)("%s", (name) => {
  const file = join(packageRoot, "dist/examples", `${name}.js`);

  test("was compiled", () => {
    expect(existsSync(file), `${file}: run "npm run build:ts"`).toBe(true);
  });

  test.each([[], ["embedded?size=16m&latency=20us&seed=7"]])("runs: %s", async (...address) => {
    const { stdout, stderr } = await run(process.execPath, [file, ...address]);
    expect(stdout).toMatch(outputs[name]!);
    expect(stderr).toBe("");
  });

  test("says what is wrong with an address that is none", async () => {
    await expect(run(process.execPath, [file, "floppy"])).rejects.toThrow(
      /device floppy: expected/,
    );
  });
});
