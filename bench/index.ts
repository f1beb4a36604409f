// What the tool itself costs: `npm run bench`. docs/measuring.md says what each figure means.
import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { chooseClock } from "../src/compiled/clock.ts";
import { hertz } from "../src/compiled/clock-scale.ts";
import { PhasebitError } from "../src/ground/errors.ts";
import { type ClockChoice, clockChoices } from "../src/measurement/workload-options.ts";
import { hostConditions } from "../src/run/host.ts";
import { type ControllerRow, measureController } from "./controller.ts";
import { DEPTHS, DEVICES, type LoopRow, measureLoops } from "./loops.ts";
import { measureStartup, type StartupRow } from "./startup.ts";
import { controllerTable, loopTable, startupTable } from "./table.ts";

const SCHEMA = "phasebit-bench-1";

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly embedded: boolean;
  readonly loops: boolean;
  readonly startup: boolean;
  readonly clocksource: ClockChoice;
  readonly output?: string;
}

const program = new Command("bench")
  .description(
    "Measures what phasebit's own loop costs, beside the same loop in C++ and JavaScript, and how soon it starts.",
  )
  .option("--rounds <count>", "times that every case is measured", whole, 7)
  .option("--seconds <s>", "how long one engine runs in one case", positive, 0.2)
  .option("--no-loops", "leave the three loops out")
  .option("--no-embedded", "leave the runs on the embedded controller out")
  .option("--no-startup", "leave the time that --help takes out")
  .addOption(
    new Option("--clocksource <clock>", "which clock the loops read")
      .choices([...clockChoices])
      .default("auto"),
  )
  .option("--output <file>", "write the rows to FILE as JSON")
  .action(main);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof PhasebitError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

async function main(options: Options): Promise<void> {
  const progress = (text: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  };
  // in another process each, and first: this thread is pinned afterwards
  const startup = options.startup ? [measureStartup(options.rounds, progress)] : [];
  const controller = options.embedded
    ? await measureController(options.rounds, DEPTHS, progress)
    : [];
  const scale = await chooseClock(options.clocksource);
  const { rows: loops, pageBytes } = options.loops
    ? await measureLoops({ ...options, scale, depths: DEPTHS, devices: DEVICES }, progress)
    : { rows: [], pageBytes: 0 };
  progress("");
  const clock = { source: scale === null ? "monotonic" : "tsc", hz: scale && hertz(scale) };
  console.log(`clock: ${clock.source}`);
  print(loops, controller, startup);
  if (options.output !== undefined) {
    const host = hostConditions(pageBytes);
    const result = { schema: SCHEMA, host, clock, rows: [...loops, ...controller, ...startup] };
    writeFileSync(options.output, `${JSON.stringify(result, null, 2)}\n`);
  }
}

function print(
  loops: readonly LoopRow[],
  controller: readonly ControllerRow[],
  startup: readonly StartupRow[],
): void {
  if (loops.length > 0) {
    const compilers = new Map(loops.map(({ engine, compiler }) => [engine, compiler]));
    console.log([...compilers].map(([engine, compiler]) => `${engine}: ${compiler}`).join(", "));
    console.log(`\n${loopTable(loops)}`);
  }
  if (controller.length > 0) {
    const what = "embedded controller, null medium, 4 KiB random reads";
    console.log(`\n${what}\n${controllerTable(controller)}`);
  }
  for (const row of startup) console.log(`\nstartup\n${startupTable(row)}`);
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("must be a whole number above 0");
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 60) return value;
  throw new InvalidArgumentError("must be above 0 and at most 60");
}
