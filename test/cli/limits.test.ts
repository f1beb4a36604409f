// Limits that the shell, a batch system or a full disk sets: one line and the exit code, and never a stack trace.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parseAddressSpaceLimit, requireAddressSpace } from "../../src/ground/address-space.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { CLI, folder } from "./cli.ts";

const ENVIRONMENT = 3;
const RESULTS = 7;
const RUN = `${packageRoot}/results/example-run-qd1.json`;

/** `phasebit …` as bash starts it. */
function inShell(line: string) {
  const script = line.replace("phasebit", `'${process.execPath}' '${CLI}'`);
  const env = { ...process.env, NO_COLOR: "1" };
  return spawnSync("bash", ["-c", script], { cwd: folder(), encoding: "utf8", env });
}

describe("a full disk behind stdout", () => {
  test.each([
    "phasebit --version",
    "phasebit run --help",
    "phasebit completion bash",
    `phasebit diff ${RUN} ${RUN}`,
    `phasebit export ${RUN} --format markdown`,
    `phasebit report ${RUN} --output -`,
  ])("%s", (line) => {
    const outcome = inShell(`${line} > /dev/full`);
    expect(outcome.stderr).toBe(
      "phasebit: write stdout: ENOSPC; free some space, or let it go elsewhere\n",
    );
    expect(outcome.status).toBe(RESULTS);
  });

  test("what was wrong besides keeps its line, and a reader that has enough is no failure", () => {
    const both = inShell("phasebit --versoin > /dev/full");
    expect(both.stderr).toMatch(/^phasebit: unknown option/);
    expect(both.status).toBe(2);
    const piped = inShell(`set -o pipefail; phasebit report ${RUN} --output - | head -c 10`);
    expect(piped.status).toBe(0);
    expect(piped.stderr).toBe("");
  });

  test("behind stderr too a success is none", () => {
    expect(inShell(`phasebit report ${RUN} --output r.html 2> /dev/full`).status).toBe(RESULTS);
  });
});

describe("a limit on address space", () => {
  test.each([
    ["phasebit run", "a run takes 22.6GiB"],
    ["phasebit compare --modes poll,lhp", "a run takes 22.6GiB"],
    ["phasebit run --numjobs 4", "a run takes 24.4GiB"],
    ["phasebit read --size 4k --output x", "the embedded controller takes 12GiB"],
  ])("%s", (line, words) => {
    const outcome = inShell(`ulimit -v 6000000; ${line}`);
    expect(outcome.stderr).toBe(
      `phasebit: ${words} of address space (little of it memory), and the limit is 5.72GiB: ` +
        "raise it, as with ulimit -v unlimited\n",
    );
    expect(outcome.status).toBe(ENVIRONMENT);
    expect(outcome.stdout).toBe("");
  });

  test("is read from the kernel's table", () => {
    const limits = (soft: string) =>
      `Limit   Soft\nMax address space         ${soft}      unlimited   bytes \n`;
    expect(parseAddressSpaceLimit(limits("6144000000"))).toBe(6_144_000_000);
    expect(parseAddressSpaceLimit(limits("unlimited"))).toBe(Number.POSITIVE_INFINITY);
    expect(parseAddressSpaceLimit("")).toBe(Number.POSITIVE_INFINITY);
    expect(() => requireAddressSpace(2, "it", 1)).toThrow(PhasebitError);
    requireAddressSpace(2, "it", 2);
  });
});
