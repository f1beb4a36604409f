// Other programs' names of options: what cannot be taken is answered with our name, what can is the same option.
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { phasebit as program } from "../../src/commands/program.ts";
import { takeSpellings } from "../../src/commands/spellings.ts";
import { folder, resultFiles } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const USAGE = 2;

describe("what means something else here is named", () => {
  test.each([
    [
      ["run", "-r", "trtype:PCIe"],
      "unknown option '-r'; SPDK's -r is --device here, and takes the",
    ],
    [["run", "--jobs", "2"], "unknown option '--jobs'; that is --numjobs here"],
    [["compare", "--duration=5"], "unknown option '--duration=5'; that is --runtime here"],
    [["sweep", "--queue_depth", "5"], "unknown option '--queue_depth'; that is --iodepth here"],
    [["run", "--hipri"], "unknown option '--hipri'; that is --completion poll here"],
    [["run", "--direct=1"], "unknown option '--direct=1'; leave it out: I/O goes to the"],
    [["run", "--group_reporting"], "unknown option '--group_reporting'; leave it out: jobs are"],
    [["identify", "--jobs", "2"], "unknown option '--jobs'; \"phasebit identify --help\" lists"],
    [["list", "--direct"], "unknown option '--direct'; \"phasebit list --help\" lists what there"],
    [["run", "--constructor"], "unknown option '--constructor'; \"phasebit run --help\" lists"],
    [["run", "-o", "4096"], "-o 4096: SPDK's -o is --bs here, as in --bs 4096"],
    [["sweep", "-w", "rw"], "--rw rw: reads and writes in sequence are not mixed here; randrw"],
    [["run", "--readwrite", "readwrite"], "--readwrite readwrite: reads and writes in sequence"],
    [["run", "--readwrite", "randreda"], "--readwrite randreda: did you mean randread?"],
    [["run", "--time_based=0"], "--time_based 0: what is measured always lasts its --runtime"],
    [["run", "--cpus_allowed", "0x0"], "--cpus 0x0: is a mask of no CPUs"],
    [["run", "-c", "[0,3-1]"], "--cpus [0,3-1]: must be CPUs and rising ranges"],
    [["run", "--filename", "/dev/nvme0n1"], "--device /dev/nvme0n1: expected"],
    [["run", "--randseed", "x"], "--seed x: must be a whole number"],
    [["compare", "--a", "--blocksize 3k", "--b", "--bs 4k"], "--bs 3k:"],
    [
      ["compare", "--a", "--blocksiez 3k", "--b", "--bs 4k"],
      '--a "--blocksiez 3k": unknown option',
    ],
  ])("phasebit %j", async (args, words) => {
    const cwd = folder();
    const outcome = await phasebitInside(args, cwd);
    expect(outcome.stderr).toContain(`phasebit: ${words}`);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(outcome.status).toBe(USAGE);
    expect(resultFiles(cwd)).toEqual([]);
  });
});

describe("the same option", () => {
  test.each([
    ["--readwrite=randwrite", { rw: "randwrite" }],
    ["--blocksize=4KiB", { bs: "4KiB" }],
    ["--filename=0000:01:00.0", { device: "0000:01:00.0" }],
    ["--cpus_allowed=0-1", { cpus: "0-1" }],
    ["--cpus-allowed=0-1", { cpus: "0-1" }],
    ["--randseed=7", { seed: "7" }],
    ["--log_hist_msec=100", { logHistMsec: "100" }],
    ["--ramp_time=1s", { rampTime: "1s" }],
    ["--iodepth_batch_complete_max=4", { iodepthBatchCompleteMax: "4" }],
  ])("%s", (typed, options) => {
    const run = program().commands.find((command) => command.name() === "run")!;
    run.parseOptions([typed, "--time_based"]);
    expect(run.opts()).toMatchObject(options);
    const [name] = Object.keys(options);
    expect(run.getOptionValueSource(name!)).toBe("cli");
  });

  test("only where there is one of ours, and never in a help", async () => {
    const names = (command: Command): unknown[] => command.options.map(({ long }) => long);
    const command = takeSpellings(new Command().option("--seed <n>"));
    expect(names(command)).toEqual(["--seed", "--randseed", "--time-based", "--time_based"]);
    expect((await phasebitInside(["run", "--help"])).stdout).not.toMatch(
      /blocksize|cpus.allowed|time.based/,
    );
  });
});
