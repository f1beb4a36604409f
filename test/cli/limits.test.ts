// Limits that the shell, a batch system or a full disk sets: one line and the exit code, and never a stack trace.
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import {
  LEAST,
  missingLimit,
  parseLimits,
  requireLimits,
  startingThreads,
} from "../../src/ground/limits.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { formatBytes } from "../../src/ground/units.ts";
import { CLI, folder } from "./cli.ts";

const ENVIRONMENT = 3;
const RESULTS = 7;
/** What the shell calls the least of private memory, in KiB: it depends on the version of Node.js. */
const KIB_OF_DATA = LEAST.data / 1024;
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
});

describe("less than the program takes to load", () => {
  test.each([
    [
      "ulimit -v 1200000",
      "1.5GiB of address space (little of it memory)",
      "1.14GiB",
      "-v unlimited",
    ],
    [
      `ulimit -d ${KIB_OF_DATA - 32768}`,
      `${formatBytes(LEAST.data)} of private memory, reserved or used`,
      formatBytes((KIB_OF_DATA - 32768) * 1024),
      "-d unlimited",
    ],
    ["ulimit -n 34", "up to 256 open files", "34", "-n 1024"],
  ])("%s", (limit, amount, there, raise) => {
    for (const command of ["phasebit run", `phasebit report ${RUN} --output x`]) {
      const outcome = inShell(`${limit}; ${command}`);
      expect(outcome.stderr).toBe(
        `phasebit: phasebit takes ${amount}, and the limit is ${there}: raise it, as with ulimit ${raise}\n`,
      );
      expect(outcome.status).toBe(ENVIRONMENT);
    }
  });

  test("what is between that and a run's own has its line too", () => {
    const outcome = inShell(`ulimit -d ${KIB_OF_DATA + 131072}; phasebit run`);
    expect(outcome.stderr).toMatch(/^phasebit: reserve .* ulimit -d unlimited\n$/);
    expect(outcome.status).toBe(ENVIRONMENT);
    const small = inShell("ulimit -f 100; phasebit run");
    expect(small.stderr).toMatch(
      /^phasebit: map \d+ bytes of memory: EFBIG, .*: raise the limit .* ulimit -f unlimited\n$/,
    );
    expect(small.status).toBe(ENVIRONMENT);
    const many = inShell("ulimit -n 256; phasebit run --numjobs 64 -d 'embedded?queues=64'");
    expect(many.stderr).toBe(
      "phasebit: a run takes up to 512 open files, and the limit is 256: raise it, as with ulimit -n 1024\n",
    );
    expect(many.status).toBe(ENVIRONMENT);
  });

  test("threads that there are none of", () => {
    const none = (): never => {
      throw new Error("EAGAIN");
    };
    expect(() => startingThreads("4 jobs", none)).toThrow(/^start 4 jobs: EAGAIN; .*ulimit -u/);
    expect(startingThreads("4 jobs", () => 4)).toBe(4);
  });
});

describe("the kernel's table of limits", () => {
  const table = (soft: string) =>
    `Limit   Soft\nMax address space         ${soft}      unlimited   bytes \n` +
    "Max data size             7                    unlimited            bytes     \n" +
    "Max open files            1024                 524288               files     \n";

  test("is read, its soft column", () => {
    expect(parseLimits(table("6144000000"))).toEqual({
      addressSpace: 6_144_000_000,
      data: 7,
      files: 1024,
    });
    expect(parseLimits(table("unlimited")).addressSpace).toBe(Number.POSITIVE_INFINITY);
    const none = { addressSpace: Infinity, data: Infinity, files: Infinity };
    expect(parseLimits("")).toEqual(none);
    expect(missingLimit(LEAST, "it", none)).toBeUndefined();
  });

  test("is enough when it is just enough", () => {
    const limits = { addressSpace: 2, data: 2, files: 2 };
    requireLimits(limits, "it", limits);
    expect(() => requireLimits({ files: 3 }, "it", limits)).toThrow(PhasebitError);
    expect(() => requireLimits({ data: 3 }, "it", limits)).toThrow(/3B of private .* limit is 2B/);
  });
});
