// phasebit rings, as a user starts it: on a pipe it plays by itself, on a terminal by keys, and leaves that as it was.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { CLI, COLOURLESS } from "./cli.ts";
import { phasebit } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const device = "embedded?size=16m&latency=lognormal:20us,1&seed=7";

describe("misuse", () => {
  test.each([
    [["--step"], /^phasebit: --step: it reads keys from a terminal; .*--steps/],
    [["--entries", "1"], /^phasebit: --entries 1: must be a whole number from 2 to 65536\n$/],
    [["--sqs", "0"], /^phasebit: --sqs 0: must be a whole number from 1 to 8\n$/],
    [["--steps", "many"], /^phasebit: --steps many: must be a whole number/],
    [["-d", "nvme0"], /^phasebit: --device nvme0: expected/],
  ])("%s", async (args, line) => {
    const { status, stdout, stderr } = await phasebitInside(["rings", ...args]);
    expect(stderr).toMatch(line);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  test("a ring that the controller cannot have is the controller's refusal", async () => {
    const args = ["rings", "-d", "embedded?size=16m&entries=16", "--entries", "17", "--steps", "1"];
    const { status, stderr } = await phasebitInside(args);
    expect(stderr).toMatch(/^phasebit: Create I\/O Completion Queue 1: Invalid Queue Size/);
    expect(status).toBe(5);
  });
});

test("it tells each act and draws the rings after it", () => {
  const { status, stdout, stderr } = phasebit(["rings", "-d", device, "--steps", "2"]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(`\n${stdout}`).toMatchInlineSnapshot(`
    "
    embedded?size=16m&latency=lognormal:20us,1&seed=7  phasebit embedded

    start   The rings are empty: head and tail are the same entry. All entries of a
            submission queue are the host's, all of a completion queue the
            controller's. (4.1.1)

    SQ 1 → CQ 1, 4 entries                   CQ 1, 4 entries
    tail 0, doorbell 0, SQHD 0               head 0, doorbell 0, new phase 1
    HDT▸ 0 ·                         free ╮   HD▸ 0 · p0                      free ╮
         1 ·                         free │       1 · p0                      free │
         2 ·                         free │       2 · p0                      free │
         3 ·                         free ╯       3 · p0                      free ╯

    post    The host writes a Read with CID 0000h into entry 0 of SQ 1. The
            controller does not know of it. (4.1)

    SQ 1 → CQ 1, 4 entries                   CQ 1, 4 entries
    tail 1, doorbell 0, SQHD 0               head 0, doorbell 0, new phase 1
     HD▸ 0 ○ 0000h Read            posted ╮   HD▸ 0 · p0                      free ╮
      T▸ 1 ·                         free │       1 · p0                      free │
         2 ·                         free │       2 · p0                      free │
         3 ·                         free ╯       3 · p0                      free ╯

    post    The host writes a Read with CID 0001h into entry 1 of SQ 1. The
            controller does not know of it. (4.1)

    SQ 1 → CQ 1, 4 entries                   CQ 1, 4 entries
    tail 2, doorbell 0, SQHD 0               head 0, doorbell 0, new phase 1
     HD▸ 0 ○ 0000h Read            posted ╮   HD▸ 0 · p0                      free ╮
         1 ○ 0001h Read            posted │       1 · p0                      free │
      T▸ 2 ·                         free │       2 · p0                      free │
         3 ·                         free ╯       3 · p0                      free ╯

    "
  `);
});

test("the whole lesson goes round: every act, the other phase, and nothing is left over", async () => {
  const { status, stdout } = await phasebitInside(["rings", "-d", device]);
  expect(status).toBe(0);
  for (const act of ["start", "post", "ring", "device", "reap", "free"]) {
    expect(stdout).toMatch(new RegExp(`^${act} `, "m"));
  }
  expect(stdout.replace(/\s+/g, " ")).toContain(
    "The head goes round: new entries have phase 0 now.",
  );
  expect(stdout).toContain("new phase 0");
  expect(stdout.split("\n").every(({ length }) => length <= 80)).toBe(true);
});

test("several queues, and the admin queues too", async () => {
  const args = ["rings", "-d", device, "--sqs", "2", "--entries", "8", "--admin", "--steps", "8"];
  const { stdout } = await phasebitInside(args);
  expect(stdout).toContain("Admin SQ, 64 entries");
  expect(stdout).toContain("SQ 2 → CQ 1, 8 entries");
  expect(stdout).toMatch(/sq2 0001h/);
});

test("one document for programs", async () => {
  const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
  const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));
  const args = ["rings", "-d", device, "--json", "--steps", "20"];
  const { status, stdout } = await phasebitInside(args);
  expect(status).toBe(0);
  const document = JSON.parse(stdout);
  expect(matches(document) || matches.errors).toBe(true);
  expect(document.acts).toHaveLength(21);
  expect(document.acts[4]).toMatchObject({ act: "ring", section: "3.1.25" });
  expect(document.acts[4].rings[0].sqs[0].entries[0]).toMatchObject({
    ...{ state: "rung", owner: "controller" },
  });
});

/** A terminal of 80 by 24 with `phasebit rings`, for which `act` is called once it has drawn something. */
async function onTerminal(act: (terminal: ChildProcess) => void): Promise<string> {
  const command = `${process.execPath} ${CLI} rings -d '${device}'`;
  const line = `stty rows 24 cols 80; ${command}; echo ended $?; stty -a`;
  const terminal = spawn("script", ["-qefc", line, "/dev/null"], {
    env: { ...COLOURLESS, TERM: "xterm" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  onTestFinished(() => void terminal.kill("SIGKILL"));
  let output = "";
  let hasActed = false;
  for await (const chunk of terminal.stdout) {
    output += chunk;
    if (hasActed || !output.includes("q: end")) continue;
    hasActed = true;
    act(terminal);
  }
  return output;
}

const pressing = (keys: string): Promise<string> =>
  onTerminal((terminal) => terminal.stdin!.write(keys));

describe("on a terminal", () => {
  test("keys act, and the terminal is as it was", async () => {
    const output = await pressing("   x  lq");
    expect(output).toContain("\x1b[?1049h");
    expect(output).toContain("0 ● 0000h Read");
    const [, after = ""] = output.split("\x1b[?1049l");
    expect(after).toContain("\x1b[?25h");
    expect(after).toMatch(/ended 0\r\n/);
    expect(after).toMatch(/[^-]icanon/);
    expect(after).toMatch(/[^-]echo /);
  });

  test("a key for something that makes no sense just now says so", async () => {
    const output = await pressing("tfrdppppq");
    expect(output).toContain("has not phase 1, which is this lap's");
    expect(output).toContain("Nothing was taken");
    expect(output).toContain("Nothing was posted");
    expect(output).toContain("Nothing is rung");
    expect(output).toContain("SQ 1 is full with 3 commands in 4 entries");
  });

  test("Ctrl-C and Ctrl-D end it in order", async () => {
    for (const key of ["\x03", "\x04"]) expect(await pressing(`  ${key}`)).toMatch(/ended 0\r\n/);
  });

  test("a signal ends it in order", async () => {
    const output = await onTerminal(({ pid }) => {
      const shell = childOf(pid!);
      process.kill(childOf(shell), "SIGTERM");
    });
    expect(output).toContain("\x1b[?1049l");
    expect(output).toMatch(/ended 0\r\n/);
  });
});

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}
