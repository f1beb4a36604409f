// The whole tool on the embedded controller: 4 KiB random reads of a medium without contents, through the
// command line as a user would.
import { spawnSync } from "node:child_process";
import { PhasebitError } from "../src/ground/errors.ts";
import { packageRoot } from "../src/ground/package.ts";
import { type Spread, spread } from "./statistics.ts";

export const EMBEDDED_DEPTHS: readonly number[] = [1, 32, 128];
const RUN =
  "run --device embedded?medium=null --rw randread --bs 4k --runtime 2 --output-format json";

export interface EmbeddedRow {
  readonly case: "embedded";
  readonly depth: number;
  readonly iops: Spread;
  readonly nsPerCommand: Spread;
}

/** Runs every depth once a round. */
export function measureEmbedded(rounds: number, progress: (text: string) => void): EmbeddedRow[] {
  const samples = new Map(EMBEDDED_DEPTHS.map((depth) => [depth, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [depth, iops] of samples) {
      progress(`embedded controller, depth ${depth}, round ${round + 1} of ${rounds}`);
      iops.push(iopsAt(depth));
    }
  }
  return [...samples].map(([depth, iops]) => ({
    case: "embedded",
    depth,
    iops: spread(iops),
    nsPerCommand: spread(iops.map((value) => 1e9 / value)),
  }));
}

function iopsAt(depth: number): number {
  const argv = [`${packageRoot}/dist/src/cli.js`, ...RUN.split(" "), "--iodepth", String(depth)];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  if (status !== 0) {
    throw new PhasebitError("ENVIRONMENT", `run ${argv.join(" ")}: exit code ${status}: ${stderr}`);
  }
  return JSON.parse(stdout).jobs[0].read.iops;
}
