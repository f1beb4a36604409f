// The text of the compiled hot loop. A difference here is a decision: look at it, measure it (bench/), and
// then accept it with UPDATE_GOLDEN=1 npx vitest run test/golden.test.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../src/ground/package.ts";

const golden = join(packageRoot, "test/golden/sweep.wat");

/** The function `name` in the host module's text. */
function compiled(name: string): string {
  const text = readFileSync(join(packageRoot, "build/host.wat"), "utf8");
  const start = text.indexOf(`\n (func ${name} `) + 1;
  const end = text.indexOf("\n )\n", start) + 3;
  expect(start).toBeGreaterThan(0);
  return `${text.slice(start, end)}\n`;
}

/** What `sweep` and `run` call once an entry is new: the loop itself. */
const sweep = compiled("$assembly/host/loop/sweepFrom");

test("each way of sweep, for one command and for many, calls the clock once, and what draws rare patterns", () => {
  const calls = [...sweep.matchAll(/call(?:_indirect)?\s+(\S+)/g)].map(([, name]) => name);
  const [clock, draw] = ["$assembly/host/imports/clock", "$assembly/host/ahead/drawEach"];
  expect(calls).toEqual([clock, clock, draw]);
});

test("sweep has no atomic access and no division", () => {
  expect(sweep).not.toMatch(/atomic|div_|rem_/);
});

test("sweep is the text that was agreed on", () => {
  if (process.env.UPDATE_GOLDEN !== undefined) {
    writeFileSync(golden, sweep);
  }
  expect(sweep).toBe(readFileSync(golden, "utf8"));
});

test("polling reads the completion queue anew each time", () => {
  const run = compiled("$assembly/host/run/run");
  const [, loop = ""] = /\bloop \$([\s\S]*)/.exec(run) ?? [];
  expect(loop).toMatch(/i64\.load offset=8/);
});
