// A medium's file that somebody cuts short while it is measured: the host's doing, told as that, and what was measured
// before is kept.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { presentationOf } from "../../src/actions/presentation.ts";
import { exitCodes } from "../../src/ground/errors.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import { runWorkload } from "../../src/run/runner.ts";

const MiB = 1024 ** 2;

test("a run ends with what became of the medium, and keeps what it has", async () => {
  const folder = mkdtempSync(join(tmpdir(), "phasebit-lost-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const medium = join(folder, "medium.img");
  writeFileSync(medium, Buffer.alloc(4 * MiB));
  const device = `embedded?medium=${medium}`;
  // an hour, which only the loss ends
  const workload = parseWorkload({ device, iodepth: "4", runtime: "3600s" });
  const measurement = await runWorkload(workload, {
    argv: [],
    onSample: ({ total }) => {
      if (total.total > 0) truncateSync(medium, 0);
    },
  });
  const { warnings, blocks } = measurement;
  expect(warnings.slice(0, 2)).toMatchObject([
    { kind: "partial", unit: "ms", planned: 3_600_000 },
    {
      kind: "medium-lost",
      why: `medium=${medium}: was truncated from ${4 * MiB} to 0 bytes while it was in use`,
    },
  ]);
  const kinds = warnings.map(({ kind }) => kind);
  for (const blame of ["commands-lost", "timed-out", "controller-fatal", "not-closed"]) {
    expect(kinds).not.toContain(blame);
  }
  const { completed, failed } = blocks[0]!.work;
  expect(completed - failed!).toBeGreaterThan(0);
  expect(presentationOf(measurement, "-").exitCode).toBe(exitCodes.ENVIRONMENT);
});
