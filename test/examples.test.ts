// The programs in examples/, compiled with everything else, against the embedded controller.
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../src/ground/package.ts";
import { exampleOutputs } from "./example-outputs.ts";

const run = promisify(execFile);

const names = readdirSync(join(packageRoot, "examples")).map((file) => file.replace(/\.ts$/, ""));

test("every example is known here", () => {
  expect(names.sort()).toEqual(Object.keys(exampleOutputs).sort());
});

describe.each(names)("%s", (name) => {
  const file = join(packageRoot, "dist/examples", `${name}.js`);

  test("was compiled", () => {
    expect(existsSync(file), `${file}: run "npm run build:ts"`).toBe(true);
  });

  test.each([[], ["embedded?size=16m&latency=20us&seed=7"]])("runs: %s", async (...address) => {
    const { stdout, stderr } = await run(process.execPath, [file, ...address]);
    expect(stdout).toMatch(exampleOutputs[name]!);
    expect(stderr).toBe("");
  });

  test("says what is wrong with an address that is none", async () => {
    await expect(run(process.execPath, [file, "floppy"])).rejects.toThrow(
      /device floppy: expected/,
    );
  });
});
