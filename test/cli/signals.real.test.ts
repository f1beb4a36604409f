// A single signal, whenever it comes, leaves a result that is whole.
import { readdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../../src/ground/errors.ts";
import { folder, resultFiles } from "./cli.ts";
import { started } from "./real.ts";

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

describe("a single signal loses nothing", () => {
  const cases = Object.entries(moments).flatMap(([name, moment]) =>
    (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => [signal, name, moment] as const),
  );
  test.each(cases)("%s %s", async (signal, _name, moment) => {
    const { stdout, ios, files } = await signalledAt(signal, moment);
    expect(ios).toBeGreaterThan(0);
    expect(files).toEqual(["out.hgrm", "out.json"]);
    expect(stdout).toMatch(/^saved {3}out\.json$/m);
  });
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
});
