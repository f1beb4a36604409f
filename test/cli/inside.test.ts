// The command line inside of a test says, writes and ends as a process of its own does.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { folder, phasebit } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const RESULT = join(packageRoot, "results/example-run-qd1.json");

describe("as a process of its own", () => {
  test.each<[string, string[], number]>([
    ["a misuse", ["run", "--iodepht", "4"], 2],
    ["no command", [], 2],
    ["a refusal", ["run", "--rw", "randwrite"], 4],
    ["a help", ["compare", "--help"], 0],
    ["the version", ["-V"], 0],
    ["an answer on stdout", ["export", RESULT, "--format", "hlog"], 0],
    ["a file", ["export", RESULT, "--format", "markdown", "--output", "x.md"], 0],
    ["a condition that is not met", ["diff", RESULT, RESULT, "--fail-if", "b:p50 > 1ns"], 99],
  ])("%s", async (_name, args, status) => {
    const [inside, outside] = [folder(), folder()];
    const outcome = await phasebitInside(args, inside);
    expect(outcome).toEqual(phasebit(args, outside));
    expect(outcome.status).toBe(status);
    expect(contentsOf(inside)).toEqual(contentsOf(outside));
  });
});

test("leaves this process as it was", async () => {
  const state = () => [
    ...[process.cwd(), process.argv, process.env, process.exitCode, process.stdout.write],
    ...["SIGINT", "SIGTERM", "SIGHUP", "exit"].map((name) => process.listenerCount(name)),
  ];
  const before = state();
  // gets as far as to listen for signals
  const { status } = await phasebitInside(["run", "--nsid", "9"]);
  expect(status).toBe(2);
  expect(state()).toEqual(before);
});

function contentsOf(path: string): string[][] {
  return readdirSync(path).map((file) => [file, readFileSync(join(path, file), "utf8")]);
}
