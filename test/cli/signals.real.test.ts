// A single signal, whenever it comes, leaves a result that is whole.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../../src/ground/errors.ts";
import { CLI, folder, resultFiles } from "./cli.ts";
import { started } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const RUN = [
  "run",
  "-d",
  "embedded?size=16m&latency=20us",
  "--runtime",
  "300ms",
  "--live",
  "ndjson",
];

/** Runs until `moment`, sends a signal, and reads what was saved. */
async function signalledAt(
  signal: NodeJS.Signals,
  moment: (cwd: string, said: { readonly stderr: string }) => Promise<unknown>,
) {
  const cwd = folder();
  const { child, said, ended } = started([...RUN, "--output", "out.json"], cwd);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await Promise.race([moment(cwd, said), exited]);
  child.kill(signal);
  const { stdout } = await ended;
  const document = JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"));
  return { stdout, ios: document.jobs[0].read.total_ios as number, files: readdirSync(cwd).sort() };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

const moments = {
  "at the first sample": (_cwd: string, said: { readonly stderr: string }) =>
    until(() => said.stderr.includes('"event":"sample"')),
  "when the result is being written": (cwd: string) =>
    new Promise<void>((resolve) => {
      const watcher = watch(cwd, (_event, name) => {
        if (!name?.includes(".partial") || !name.startsWith("out")) return;
        watcher.close();
        resolve();
      });
    }),
  "when the first file is there": (cwd: string) =>
    until(() => readdirSync(cwd).includes("out.json")),
};

// one handler for all three, so each moment has one of them
describe("a single signal loses nothing", () => {
  test.each([
    ["SIGINT", "at the first sample"],
    ["SIGTERM", "when the result is being written"],
    ["SIGHUP", "when the first file is there"],
  ] as const)("%s %s", async (signal, moment) => {
    const { stdout, ios, files } = await signalledAt(signal, moments[moment]);
    expect(ios).toBeGreaterThan(0);
    expect(files).toEqual(["out.hgrm", "out.json"]);
    expect(stdout).toMatch(/^saved {3}out\.json$/m);
  });
});

describe("a device that hangs while it is given back", () => {
  /** A run that is over, but for its device's shutdown. */
  async function hanging() {
    const cwd = folder();
    const device = "embedded?size=16m&latency=20us&fault=shutdown-stuck";
    const { child, said, ended } = started(
      ["run", "-d", device, "--runtime", "100ms", "--output", "out.json"],
      cwd,
    );
    await until(() => readdirSync(cwd).includes("out.hgrm"));
    expect(said.stdout).toBe("");
    return { cwd, child, ended };
  }

  test("loses nothing when the process is killed", async () => {
    const { cwd, child, ended } = await hanging();
    child.kill("SIGKILL");
    await ended;
    const document = JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"));
    expect(document.jobs[0].read.total_ios).toBeGreaterThan(0);
    expect(document.phasebit.interrupted).toBe(false);
  });

  test("is not waited for after a signal, and what was measured is told as always", async () => {
    const { child, ended } = await hanging();
    child.kill("SIGTERM");
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    expect(stdout).toMatch(/^saved {3}out\.json$/m);
  });
});

test("whoever has no patience for a device that does not stop is told where the result is", async () => {
  const cwd = folder();
  // two minutes, which nobody waits for
  const device = "embedded?size=16m&fault=never-unready;bad-cap:field=to,value=255";
  const args = ["run", "-d", device, "--runtime", "100ms", "--output", "out.json"];
  const { child, ended } = started(args, cwd);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await until(() => readdirSync(cwd).includes("out.hgrm"));
  // what comes within half a second is one wish: the second wish ends it
  const wishing = setInterval(() => child.kill("SIGINT"), 100);
  await exited;
  clearInterval(wishing);
  const { stdout, stderr } = await ended;
  expect(child.signalCode).toBe("SIGINT");
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^phasebit: saved out\.json\nphasebit: saved out\.hgrm\n$/m);
  const { jobs } = JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"));
  expect(jobs[0].read.total_ios).toBeGreaterThan(0);
});

/** Has a process signalled without end from its "exit" event on, in which no JavaScript of it runs any more. */
const RAIN = `
  import { spawnSync } from "node:child_process";
  import { isMainThread } from "node:worker_threads";
  const rain = "(while kill -TERM " + process.pid + "; do :; done) 2>/dev/null &";
  if (isMainThread) process.once("exit", () => spawnSync("sh", ["-c", rain], { stdio: "ignore" }));
`;

test("a signal at the very end does not change the exit code", async () => {
  const cwd = folder();
  const rain = join(cwd, "rain.mjs");
  writeFileSync(rain, RAIN);
  const args = ["--import", rain, CLI, ...RUN, "--fail-if", "iops > 0"];
  const child = spawn(process.execPath, args, { cwd, stdio: "ignore" });
  const [status, signal] = await once(child, "exit");
  expect({ status, signal }).toEqual({ status: exitCodes.THRESHOLD, signal: null });
});

describe("a copy is ended by the first signal", () => {
  test("while the device is waited for, and leaves no file", async () => {
    const cwd = folder();
    const device = "embedded?size=16m&fault=never-complete:op=read";
    const args = ["read", "-d", device, "--size", "16m", "--output", "out.img", "--trace"];
    const { child, said, ended } = started(args, cwd);
    await until(() => /post {2}sq 1 /.test(said.stderr));
    child.kill("SIGINT");
    const { status, stderr } = await ended;
    expect(status).toBe(exitCodes.INTERRUPTED);
    expect(stderr).toMatch(/^phasebit: .*interrupted while it was waited for$/m);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("while nobody reads what it writes", async () => {
    const args = ["read", "-d", "embedded?size=16m", "--size", "16m", "--output", "-", "--trace"];
    const child = spawn(process.execPath, [CLI, ...args], { cwd: folder() });
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    // all its lanes have read, and the pipe takes no more
    await until(() => (said.match(/done {2}sq 1 /g) ?? []).length >= 16);
    child.kill("SIGTERM");
    const [status, signal] = await once(child, "exit");
    expect({ status, signal }).toEqual({ status: exitCodes.INTERRUPTED, signal: null });
  });
});

test("a copy ends a command that takes longer than --timeout", async () => {
  const device = "embedded?size=16m&fault=never-complete:op=write";
  const cwd = folder();
  writeFileSync(join(cwd, "in.img"), new Uint8Array(4096));
  const args = ["write", "-d", device, "--destructive", "--input", "in.img", "--timeout", "50ms"];
  const { status, stderr } = await phasebitInside(args, cwd);
  expect(status).toBe(exitCodes.DEVICE);
  expect(stderr).toContain("no completion within 50 ms");
});

describe("a device that never answers an admin command", () => {
  test.each(["identify", "create-io-sq"])("%s is not waited for after Ctrl-C", async (op) => {
    const cwd = folder();
    const device = `embedded?size=16m&fault=never-complete:op=${op}`;
    const { child, said, ended } = started(["run", "-d", device, "--trace"], cwd);
    await until(() => /write CC .*EN=1/.test(said.stderr));
    child.kill("SIGINT");
    const { status, stderr } = await ended;
    expect(status).toBe(exitCodes.INTERRUPTED);
    expect(stderr).toMatch(/^phasebit: .*interrupted while it was waited for$/m);
    expect(resultFiles(cwd)).toEqual([]);
  });

  test("delete-io-sq is not waited for either, and what was measured is saved without a word against the device", async () => {
    const cwd = folder();
    const device = "embedded?size=16m&latency=20us&fault=never-complete:op=delete-io-sq";
    const args = ["run", "-d", device, "--runtime", "100ms", "--trace", "--output", "out.json"];
    const { child, said, ended } = started(args, cwd);
    await until(() => /^.*post .*Delete I\/O SQ/m.test(said.stderr));
    child.kill("SIGINT");
    expect((await ended).status).toBe(exitCodes.INTERRUPTED);
    const { jobs, phasebit: own } = JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"));
    expect(jobs[0].read.total_ios).toBeGreaterThan(0);
    const kinds = own.warnings.map(({ kind }: { kind: string }) => kind);
    expect(kinds).not.toContain("queue-not-deleted");
    expect(kinds).not.toContain("not-closed");
  });
});
