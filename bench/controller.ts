// The whole tool on the embedded controller: 4 KiB random reads of a medium without contents, through the
// command line as a user would, with the controller in the same process and behind `phasebit serve` in another one.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PhasebitError } from "../src/ground/errors.ts";
import { packageRoot } from "../src/ground/package.ts";
import { type Spread, spread } from "./statistics.ts";

const CONTROLLER = "embedded?medium=null";
const CLI = `${packageRoot}/dist/src/cli.js`;
const RUN = "run --rw randread --bs 4k --runtime 1 --output-format json";

/** By which transport the command line reaches the controller. */
export type Via = "embedded" | "vfio-user";

export interface ControllerRow {
  readonly case: Via;
  readonly depth: number;
  readonly iops: Spread;
  readonly nsPerCommand: Spread;
  /** Of each round's time to that of the controller in the same process in the same round. */
  readonly ratioToEmbedded: Spread;
}

/** Runs every depth by both transports once a round, one right after the other. */
export async function measureController(
  rounds: number,
  depths: readonly number[],
  progress: (text: string) => void,
): Promise<ControllerRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "phasebit-bench-"));
  const server = await served(folder);
  try {
    const devices = { embedded: CONTROLLER, "vfio-user": `vfio-user:${folder}/cntrl` };
    const samples = depths.map((depth) => ({
      depth,
      iops: { embedded: [] as number[], "vfio-user": [] as number[] },
    }));
    for (let round = 0; round < rounds; round++) {
      for (const { depth, iops } of samples) {
        progress(`embedded controller, depth ${depth}, round ${round + 1} of ${rounds}`);
        for (const via of ["embedded", "vfio-user"] as const) {
          iops[via].push(iopsAt(devices[via], depth));
        }
      }
    }
    return (["embedded", "vfio-user"] as const).flatMap((via) =>
      samples.map(({ depth, iops }) => rowOf(via, depth, iops[via], iops.embedded)),
    );
  } finally {
    const ended = once(server, "exit");
    server.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowOf(
  via: Via,
  depth: number,
  iops: readonly number[],
  embedded: readonly number[],
): ControllerRow {
  return {
    ...{ case: via, depth, iops: spread(iops) },
    nsPerCommand: spread(iops.map((value) => 1e9 / value)),
    ratioToEmbedded: spread(iops.map((value, round) => embedded[round]! / value)),
  };
}

/** @throws PhasebitError ENVIRONMENT when it does not get ready */
async function served(folder: string): Promise<ChildProcess> {
  const argv = [CLI, "serve", "--socket", folder, "--device", CONTROLLER];
  const server = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "ignore"] });
  const first = await Promise.race([once(server.stdout, "data"), once(server, "exit")]);
  if (String(first[0]).startsWith("ready")) return server;
  throw new PhasebitError("ENVIRONMENT", `run ${argv.join(" ")}: it ended before it was ready`);
}

function iopsAt(device: string, depth: number): number {
  const argv = [CLI, ...RUN.split(" "), "--device", device, "--iodepth", String(depth)];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  if (status !== 0) {
    throw new PhasebitError("ENVIRONMENT", `run ${argv.join(" ")}: exit code ${status}: ${stderr}`);
  }
  return JSON.parse(stdout).jobs[0].read.iops;
}
