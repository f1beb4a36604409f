// Help, and what is said when it would have been needed. Examples must be true: each is parsed.
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { examplesOf } from "../../src/commands/examples.ts";
import { exitMeanings } from "../../src/commands/exit-codes.ts";
import { phasebit as program } from "../../src/commands/program.ts";
import { exitCodes } from "../../src/ground/errors.ts";
import { phasebit } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const USAGE = 2;
const modes = "poll, interrupt, hybrid, lhp, adaptive";
const patterns = "read, write, randread, randwrite, randrw";
const listed = (command: string): string => `"phasebit ${command}--help" lists what there is`;

describe("one line that says what was wrong and what to do", () => {
  test.each([
    [["runn"], "unknown command 'runn'; did you mean run?"],
    [["frobnicate"], `unknown command 'frobnicate'; ${listed("")}`],
    [["--versoin"], "unknown option '--versoin'; did you mean --version?"],
    [["run", "--iodepht", "4"], "unknown option '--iodepht'; did you mean --iodepth?"],
    [["run", "--frobnicate"], `unknown option '--frobnicate'; ${listed("run ")}`],
    [["run", "-Z"], `unknown option '-Z'; ${listed("run ")}`],
    [["run", "--x\n\x1b[2J"], `unknown option '--x\\x0a\\x1b[2J'; ${listed("run ")}`],
    [
      ["run", "--rw", "randreda"],
      `--rw randreda: did you mean randread? phasebit knows ${patterns}`,
    ],
    [["run", "--rw=trim"], `--rw trim: phasebit knows ${patterns}`],
    [["run", "--rw", ""], `--rw "": phasebit knows ${patterns}`],
    [
      ["run", "--completion", "pol"],
      `--completion pol: did you mean poll? phasebit knows ${modes}`,
    ],
    [["compare", "--modes", "poll,ahp"], `--modes ahp: did you mean lhp? phasebit knows ${modes}`],
    [["run", "-o", "jsn"], "--output-format jsn: did you mean json? phasebit knows normal, json"],
    [["run", "--iodepth"], `option '-q, --iodepth <n>' argument missing; ${listed("run ")}`],
    [
      ["sweep", "fast"],
      `too many arguments for 'sweep': it takes 0 and got 1; ${listed("sweep ")}`,
    ],
    [["read"], `required option '--output <file>' not specified; ${listed("read ")}`],
    [
      ["compare", "--modes", "poll,lhp", "--a", ""],
      `option '--modes <list>' cannot be used with option '--a <options>'; ${listed("compare ")}`,
    ],
    [["completion"], `missing required argument 'shell'; ${listed("completion ")}`],
    [["completion", "bsh"], "shell bsh: did you mean bash? phasebit knows bash, zsh, fish"],
  ])("phasebit %j", async (args, line) => {
    const outcome = await phasebitInside(args);
    expect(outcome.stderr).toBe(`phasebit: ${line}\n`);
    expect(outcome.stdout).toBe("");
    expect(outcome.status).toBe(USAGE);
  });

  test("phasebit help nosuch names the commands", () => {
    const outcome = phasebit(["help", "nosuch"]);
    expect(outcome.stderr).toMatch(/^phasebit: command nosuch: phasebit knows run, compare, .*\n$/);
    expect(outcome.status).toBe(USAGE);
  });

  test("a parameter of the embedded controller that is none", async () => {
    const outcome = await phasebitInside(["run", "--device", "embedded?latecny=20us"]);
    expect(outcome.stderr).toMatch(/^phasebit: .*latecny.*did you mean latency.*\n$/);
    expect(outcome.status).toBe(USAGE);
  });
});

describe("phasebit without a command", () => {
  test("shows the help once, as an error", () => {
    const outcome = phasebit([]);
    expect(outcome.stderr).toBe(phasebit(["--help"]).stdout);
    expect(outcome.stdout).toBe("");
    expect(outcome.status).toBe(USAGE);
  });
});

describe("help", () => {
  const commands = program().commands.map((command) => command.name());

  test("of the program has every command with its line, and every exit code", () => {
    const { stdout, status } = phasebit(["--help"]);
    expect(status).toBe(0);
    for (const command of program().commands) {
      const line = `^  ${command.name()}( [<[]\\S+)* +${command.summary() || command.description()}$`;
      expect(stdout).toMatch(new RegExp(line, "m"));
    }
    for (const code of [0, ...Object.values(exitCodes), 130]) {
      expect(stdout).toMatch(new RegExp(`^  ${code} +\\S`, "m"));
      expect(exitMeanings).toHaveProperty(String(code));
    }
  });

  test("goes to what matters first: commands, then options, exit codes and examples", async () => {
    const headings = (await phasebitInside(["--help"])).stdout.match(/^\S.*:$/gm) ?? [];
    expect(headings[0]).toBe("Measure:");
    expect(headings.slice(-3)).toEqual(["Options:", "Exit codes:", "Examples:"]);
  });

  test.each(commands)(
    "of %s fits a terminal of 80 columns, in ASCII, with examples",
    async (name) => {
      const { stdout, status } = await phasebitInside([name, "--help"]);
      expect(status).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Usage: phasebit ${name}`));
      expect(stdout).toMatch(/^[\n\x20-\x7e]*$/);
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
      if (name !== "help") expect(stdout).toMatch(/^Examples:\n {2}\S.*:\n {4}\S/m);
    },
  );

  test.each(commands)("phasebit help %s is the same", async (name) => {
    const { stdout } = await phasebitInside(["help", name]);
    expect(stdout).toBe((await phasebitInside([name, "--help"])).stdout);
  });

  test("keeps a default on one line with its word", () => {
    expect(phasebit(["compare", "--help"]).stdout).not.toMatch(/\(default:$/m);
  });

  test("has bold headings where there is colour, and none where there is not", () => {
    const helpOf = (env: Record<string, string>): string =>
      phasebit(["run", "--help"], undefined, env).stdout;
    expect(helpOf({ NO_COLOR: "", FORCE_COLOR: "1" })).toContain("\x1b[1mWorkload:\x1b[22m");
    expect(helpOf({})).toContain("\nWorkload:\n");
  });
});

describe("examples", () => {
  const owners = [program(), ...program().commands];
  const lines = owners
    .flatMap((command) => examplesOf(command).map(([, line]) => line))
    .filter((line) => line.startsWith("phasebit "));

  test("there are some of every command", () => {
    const shown = lines.map((line) => line.split(" ")[1]);
    const all = program().commands.map((command) => command.name());
    expect(all.filter((name) => name !== "help" && !shown.includes(name))).toEqual([]);
  });

  test.each(lines)("%s", (line) => {
    const fresh = program();
    for (const command of [fresh, ...fresh.commands]) throwAndDoNothing(command);
    const typed = line.replace(/ >.*$/, "").match(/"[^"]*"|\S+/g)!;
    fresh.parse(
      typed.slice(1).map((word) => word.replaceAll('"', "")),
      { from: "user" },
    );
  });
});

function throwAndDoNothing(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  if (command.parent !== null) command.action(() => {});
}
