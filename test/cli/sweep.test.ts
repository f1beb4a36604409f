// phasebit sweep as it is typed: axes that name a setting twice.
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { folder } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const USAGE = 2;

test.each([
  ["--iodepth 1,1: names 1 twice", ["--iodepth", "1,1"]],
  ["--iodepth 1,8,01: names 1 twice", ["--iodepth", "1,8,01"]],
  ["--thresholds 7,7: names 7 twice", ["--thresholds", "7,7"]],
  ["--times 1,10,1: names 1 twice", ["--thresholds", "7", "--times", "1,10,1"]],
  ["--poll-pause 0,1us,1000ns: names 1us twice", ["--poll-pause", "0,1us,1000ns"]],
  ["--modes poll,poll: names poll twice", ["--modes", "poll,poll"]],
])("is refused: %s", async (words, args) => {
  const cwd = folder();
  const { status, stdout, stderr } = await phasebitInside(["sweep", ...args], cwd);
  expect(stderr).toBe(`phasebit: ${words}\n`);
  expect(status).toBe(USAGE);
  expect(stdout).toBe("");
  expect(readdirSync(cwd)).toEqual([]);
});
