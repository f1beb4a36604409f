// The live stream of real runs: on pipes, on a pseudo-terminal, over HTTP.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import type { EndEvent, LiveEvent } from "../../src/live/events.ts";
import { CLI, folder, resultFiles } from "../cli/cli.ts";
import { started } from "../cli/real.ts";
import { phasebitInside } from "../cli/real-inside.ts";
import { Emulator } from "./emulator.ts";
import { samplesAmong } from "./samples.ts";

const USAGE = 2;
const ENVIRONMENT = 3;
const INTERRUPTED = 130;

function eventsIn(stderr: string): LiveEvent[] {
  return stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("a port that another program has, before anything is measured", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => {
    other.close();
  });
  const { port } = other.address() as { port: number };
  const cwd = folder();
  const { ended } = started(["run", "--runtime", "1", "--live-port", String(port)], cwd);
  const outcome = await ended;
  expect(outcome.stderr).toMatch(new RegExp(`--live-port ${port}: .*EADDRINUSE; choose another`));
  expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
  expect(outcome.status).toBe(ENVIRONMENT);
  expect(resultFiles(cwd)).toEqual([]);
});

describe("--live ndjson", () => {
  test("tells of a run from its start to its files, and the report is what it was", async () => {
    const cwd = folder();
    const args = ["run", "--runtime", "1", "--live", "ndjson", "--output-format", "json"];
    const outcome = await phasebitInside(args, cwd);
    expect(outcome.status).toBe(0);
    const events = eventsIn(outcome.stderr);
    expect(events[0]).toMatchObject({
      event: "start",
      command: "run",
      device: "embedded",
      jobs: 1,
    });
    const end = events.at(-1) as EndEvent;
    expect(end).toMatchObject({ event: "end", interrupted: false, exitCode: 0 });
    expect(end.files.map((file) => file.replace(/^results\//, "")).sort()).toEqual(
      resultFiles(cwd).sort(),
    );
    const totals = samplesAmong(events).map(({ total }) => total.ios);
    expect(totals.length, "one at the end, if the machine has time for no other").toBeGreaterThan(
      0,
    );
    expect([...totals].sort((a, b) => a - b)).toEqual(totals);
    const document = JSON.parse(outcome.stdout) as { jobs: { read: { total_ios: number } }[] };
    expect(totals.at(-1)).toBeLessThanOrEqual(document.jobs[0]!.read.total_ios);
  });

  test("tells of each block of a comparison", async () => {
    const outcome = await phasebitInside([
      ...["compare", "--rounds", "2", "--runtime", "300ms", "--ramp-time", "0"],
      ...["--live", "ndjson"],
    ]);
    const samples = samplesAmong(eventsIn(outcome.stderr));
    expect([...new Set(samples.map(({ block }) => block.number))]).toEqual([1, 2, 3, 4]);
    expect([...new Set(samples.map(({ block }) => block.name))].sort()).toEqual([
      "interrupt",
      "poll",
    ]);
    const progress = samples.map((sample) => sample.progress);
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);
  });

  test("tells of faults as they come, and of the exit code", async () => {
    const device = "embedded?size=16m&fault=error-status:every=2";
    const args = ["run", "--device", device, "--runtime", "400ms", "--live", "ndjson"];
    const outcome = await phasebitInside(args);
    const events = eventsIn(outcome.stderr);
    const warning = events.findIndex(({ event }) => event === "warning");
    expect(events[warning]).toMatchObject({ kind: "io-errors" });
    expect(events.slice(warning).some(({ event }) => event === "sample")).toBe(true);
    expect(events.at(-1)).toMatchObject({ event: "end", exitCode: outcome.status });
    expect(outcome.status).not.toBe(0);
  });

  test("ends when the run fails before it began; the error comes after", async () => {
    const outcome = await phasebitInside(["run", "--nsid", "9", "--live", "ndjson"]);
    const lines = outcome.stderr.trimEnd().split("\n");
    const message = lines.pop();
    expect(message).toMatch(/^phasebit: --nsid 9/);
    const last = eventsIn(lines.join("\n")).at(-1);
    const error = message?.replace("phasebit: ", "");
    expect(last).toEqual({ event: "end", files: [], interrupted: false, exitCode: USAGE, error });
  });

  test("says that it was interrupted, and where what was measured lies", async () => {
    const { child, said, ended } = started(
      ["run", "--runtime", "10m", "--live", "ndjson"],
      folder(),
    );
    await until(() => said.stderr.includes('"event":"sample"'));
    child.kill("SIGINT");
    const outcome = await ended;
    const end = eventsIn(outcome.stderr).at(-1) as EndEvent;
    expect(end).toMatchObject({ event: "end", interrupted: true, exitCode: INTERRUPTED });
    expect(end.files).toHaveLength(2);
  });

  test("a reader that goes away is no failure", async () => {
    const cwd = folder();
    const { child, said, ended } = started(["run", "--runtime", "600ms", "--live", "ndjson"], cwd);
    await until(() => said.stderr.includes('"event":"start"'));
    child.stderr.destroy();
    expect((await ended).status).toBe(0);
    expect(resultFiles(cwd)).toHaveLength(2);
  });
});

describe("without --live", () => {
  test("nothing goes to a pipe", async () => {
    const { stderr } = await phasebitInside(["run", "--runtime", "400ms"]);
    expect(stderr).toBe("");
  });
});

describe("on a terminal", () => {
  /** Leaves the main thread a CPU, so that it draws in time even on a busy machine with two. */
  const CALM = "--completion interrupt --device 'embedded?latency=lognormal:80us,0.3'";

  /** Runs in a pseudo-terminal of 80 by 24, to its end. */
  function onTerminal(args: string, env: NodeJS.ProcessEnv = {}) {
    const terminal = new Emulator(80, 24);
    const command = `stty cols 80 rows 24; exec ${process.execPath} ${CLI} ${args}`;
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      cwd: folder(),
      env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8", TERM: "xterm-256color", ...env },
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => terminal.write(text));
    const ended = once(child, "close").then(([status]) => status as number);
    return { terminal, child, ended };
  }

  /** All that is left: what scrolled away and what is on the screen. */
  const remains = ({ scrolled, lines }: Emulator): string[] => [...scrolled, ...lines];

  test("at the end only the report is left", async () => {
    const { terminal, ended } = onTerminal(`run --runtime 600ms ${CALM}`);
    expect(await ended).toBe(0);
    expect(terminal.isCursorShown).toBe(true);
    expect(remains(terminal)[0]).toMatch(/^device {2}embedded/);
    expect(remains(terminal).join("\n")).not.toMatch(/ left/);
    expect(remains(terminal).join("\n")).toMatch(/saved {3}results/);
  });

  test("a run that fails leaves its one line", async () => {
    const { terminal, ended } = onTerminal("run --nsid 9");
    expect(await ended).toBe(USAGE);
    expect(remains(terminal)[0]).toMatch(/^phasebit: --nsid 9/);
    expect(terminal.isCursorShown).toBe(true);
  });

  test("the view is drawn, and an interruption leaves the report", async () => {
    const { terminal, child, ended } = onTerminal(`run --runtime 10m ${CALM}`);
    await until(() => terminal.lines.some((line) => /^now +[0-9]/.test(line)));
    expect(terminal.isCursorShown).toBe(false);
    child.stdin.write("\x03");
    expect(await ended).toBe(INTERRUPTED);
    expect(remains(terminal)[0]).toMatch(/^partial Only \S+ of 600s were measured/);
    expect(remains(terminal).join("\n")).not.toMatch(/ left/);
    expect(terminal.isCursorShown).toBe(true);
  });

  test("a second one, which ends it at once, leaves a clean screen and a cursor", async () => {
    // a job that waits for an interrupt hears of the first one late
    const { terminal, child, ended } = onTerminal(
      "run --device 'embedded?fault=never-complete:every=1' --runtime 10m " +
        "--completion interrupt --interrupt-timeout 1s",
    );
    await until(() => terminal.lines.some((line) => /^now +0/.test(line)));
    const again = setInterval(() => child.stdin.write("\x03"), 100);
    ended.finally(() => clearInterval(again));
    expect(await ended).toBe(INTERRUPTED);
    expect(remains(terminal).filter((line) => !/^(\^C)+$/.test(line))).toEqual([]);
    expect(terminal.isCursorShown).toBe(true);
  });

  test("--live off and TERM=dumb show nothing", async () => {
    for (const [args, env] of [
      ["--live off", {}],
      ["", { TERM: "dumb" }],
    ] as const) {
      const { terminal, ended } = onTerminal(`run --runtime 400ms ${args}`, env);
      expect(await ended).toBe(0);
      expect(terminal.writes.join("")).not.toMatch(/left|\?25l/);
    }
  });
});

describe("--live http", () => {
  test("serves the run on loopback, and is gone when it is over", async () => {
    const run = ["run", "--runtime", "10m", "--live", "http"];
    const { child, said, ended } = started(run, folder());
    await until(() => said.stderr.includes("\n"));
    expect(said.stderr).toMatch(/^live view at http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const url = said.stderr.trim().split(" ").at(-1)!;
    const page = await fetch(url);
    expect(await page.text()).toContain('<html lang="en" data-page="live">');
    expect(page.headers.get("content-security-policy")).toMatch(
      /script-src 'sha256-.*connect-src 'self'/,
    );
    let stream = "";
    for await (const text of (await fetch(`${url}events`)).body!.pipeThrough(
      new TextDecoderStream(),
    )) {
      stream += text;
      // enough seen: this ends the run, and with it the stream
      if (!child.killed && stream.split('"event":"sample"').length > 3) child.kill("SIGINT");
    }
    const events = [...stream.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data!));
    expect(events[0]).toMatchObject({ event: "start" });
    expect(samplesAmong(events).length).toBeGreaterThan(2);
    expect(events.at(-1)).toMatchObject({ event: "end", exitCode: INTERRUPTED });
    const outcome = await ended;
    expect(outcome.status).toBe(INTERRUPTED);
    expect(outcome.stdout).toMatch(/saved/);
    await expect(fetch(url)).rejects.toThrow();
  });
});

/** Resolves once `condition` holds; the test's own time limit ends a wait that is in vain. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
