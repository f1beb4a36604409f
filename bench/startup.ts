// How long `phasebit --help` takes, beside Node.js doing nothing: what a user waits for before anything happens.
import { spawnSync } from "node:child_process";
import { PhasebitError } from "../src/ground/errors.ts";
import { packageRoot } from "../src/ground/package.ts";
import { type Spread, spread } from "./statistics.ts";

/** The time allowed: this many times that of `node -e 0`, and so much on top. */
const ALLOWED_RATIO = 1.5;
const ALLOWED_MS = 60;
/** Starts of each in one round, in turn, so that a slow second of the machine hits both. */
const PAIRS = 5;

const NOTHING = ["-e", "0"];
const HELP = [`${packageRoot}/dist/src/cli.js`, "--help"];

export interface StartupRow {
  readonly case: "startup";
  readonly nodeMs: Spread;
  readonly helpMs: Spread;
  /** Of the medians. */
  readonly ratio: number;
  readonly allowedMs: number;
  readonly holds: boolean;
}

/** Starts both `rounds` times `PAIRS` times, each first in every second pair. */
export function measureStartup(rounds: number, progress: (text: string) => void): StartupRow {
  const nodeMs: number[] = [];
  const helpMs: number[] = [];
  for (let pair = 0; pair < rounds * PAIRS; pair++) {
    progress(`startup, pair ${pair + 1} of ${rounds * PAIRS}`);
    if (pair % 2 === 0) nodeMs.push(startMs(NOTHING));
    helpMs.push(startMs(HELP));
    if (pair % 2 === 1) nodeMs.push(startMs(NOTHING));
  }
  return rowOf(spread(nodeMs), spread(helpMs));
}

function rowOf(nodeMs: Spread, helpMs: Spread): StartupRow {
  const allowedMs = ALLOWED_RATIO * nodeMs.median + ALLOWED_MS;
  const ratio = helpMs.median / nodeMs.median;
  const holds = helpMs.median <= allowedMs;
  return { case: "startup", nodeMs, helpMs, ratio, allowedMs, holds };
}

function startMs(argv: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  const elapsedMs = performance.now() - started;
  if (status === 0) return elapsedMs;
  throw new PhasebitError("ENVIRONMENT", `run ${argv.join(" ")}: exit code ${status}: ${stderr}`);
}
