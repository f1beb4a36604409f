// A process that stood still and goes on says so, and accuses the device of nothing.
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { folder } from "./cli.ts";
import { started } from "./real.ts";

/** Longer than the limit for a command. */
const STOPPED_MS = 400;
const LIMIT = "200ms";
const ACCUSATIONS = ["commands-lost", "timed-out", "lost-interrupts", "spurious-interrupts"];

test.each(["poll", "interrupt"])("--completion %s", async (mode) => {
  const { child, said, ended } = started(
    [
      ...["run", "--device", "embedded?size=16m&latency=100us", "--completion", mode],
      ...["--timeout", LIMIT, "--runtime", "1s", "--live", "ndjson", "--output-format", "json"],
    ],
    folder(),
  );
  while (!said.stderr.includes('"event":"sample"')) await once(child.stderr, "data");
  child.kill("SIGSTOP");
  await setTimeout(STOPPED_MS);
  child.kill("SIGCONT");
  const { status, stdout } = await ended;
  const { warnings } = JSON.parse(stdout).phasebit as { warnings: readonly { kind: string }[] };
  expect(warnings.find(({ kind }) => kind === "process-stopped")).toMatchObject({ count: 1 });
  expect(warnings.filter(({ kind }) => ACCUSATIONS.includes(kind))).toEqual([]);
  expect(status).toBe(0);
});
