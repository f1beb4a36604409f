// What --live refuses; cli.real.test.ts has the streams of real runs.
import { describe, expect, test } from "vitest";
import { folder, resultFiles } from "../cli/cli.ts";
import { phasebitInside } from "../cli/inside.ts";

const USAGE = 2;

describe("misuse", () => {
  const cases: readonly [string, string[], RegExp][] = [
    ["a way to look that is none", ["--live", "htpp"], /--live htpp: did you mean http\?/],
    ["a terminal view of a pipe", ["--live", "terminal"], /stderr is no terminal/],
    ["a line on a pipe", ["--live", "line"], /stderr is no terminal/],
    ["two that write to stderr", ["--live", "ndjson", "--trace"], /--trace writes to stderr too/],
    ["a port that is none", ["--live-port", "70000"], /--live-port 70000: .* from 1 to 65535/],
    ["a port for nothing", ["--live", "off", "--live-port", "80"], /goes with --live http/],
  ];
  test.each(cases)("%s", async (_name, args, words) => {
    const cwd = folder();
    const outcome = await phasebitInside(["run", "--runtime", "1", ...args], cwd);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(outcome.status).toBe(USAGE);
    expect(outcome.stdout).toBe("");
    expect(resultFiles(cwd)).toEqual([]);
  });
});
