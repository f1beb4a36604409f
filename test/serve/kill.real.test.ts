// kill -9 of either side at random moments: a client that is killed leaves the server as before, one whose server is killed keeps
// what it has. The seed is printed; PHASEBIT_SOCKET_SEED gives it again, PHASEBIT_SOCKET_KILLS kills more often than three times.
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import { open } from "../../src/nvme/device.ts";
import { folder } from "../cli/cli.ts";
import { started } from "../cli/real.ts";

const ROUNDS = Number(process.env.PHASEBIT_SOCKET_KILLS ?? 3);
const SEED = Number(process.env.PHASEBIT_SOCKET_SEED ?? Date.now() % 32_768);
/** From a client's start to where it measures, and a good part of that. */
const LIFE_MS = 1500;
/** Each round takes the time of a start or two. */
const patience = { timeout: 120_000 + ROUNDS * 20_000 };

/** Random moments, which the seed repeats (Park and Miller). */
function moments(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647) * LIFE_MS;
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await passed(1);
}

type Started = ReturnType<typeof started>;

function begun(args: readonly string[], cwd: string): Started {
  const one = started(args, cwd);
  onTestFinished(() => void one.child.kill("SIGKILL"));
  return one;
}

async function serving(cwd: string): Promise<Started> {
  const server = begun(["serve", "--socket", "s", "-d", "embedded?size=16m"], cwd);
  await until(() => server.said.stdout.endsWith("\n") || server.child.exitCode !== null);
  expect(server.said).toEqual({ stdout: "ready s/cntrl\n", stderr: "" });
  return server;
}

const running = (device: string, cwd: string): Started =>
  begun(["run", "-d", device, "-t", "60s", "--live", "ndjson", "--output", "run.json"], cwd);

/** What a process has open and mapped: the memory of others is files. */
function holdings(pid: number): { open: string[]; files: string[] } {
  const fds = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const maps = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n");
  const files = maps.map((line) => line.split(/\s+/)[5] ?? "").filter((path) => path !== "");
  return { open: fds.sort(), files: files.sort() };
}

const RESULT = /^run\.(json|hgrm)$/;
const results = (cwd: string): string[] => readdirSync(cwd).filter((file) => RESULT.test(file));

/** A client comes in and finds the controller as after power on. */
async function visit(device: string): Promise<void> {
  const visitor = await open(device);
  const { registers, config } = visitor;
  expect([registers.read(Register.CC), registers.read(Register.AQA)]).toEqual([0, 0]);
  expect(config.read16(4) & 4).toBe(0);
  const controller = await visitor.bringUp({ ioQueues: 1 });
  expect(controller.identity.model).toMatch(/phasebit/i);
  await visitor.close();
}

console.log(`socket kill: PHASEBIT_SOCKET_SEED=${SEED}`);

test("a client that is killed leaves nothing in the server", patience, async () => {
  const cwd = folder();
  const server = await serving(cwd);
  const device = `vfio-user:${join(cwd, "s/cntrl")}`;
  const hasLeft = (pid: number): boolean =>
    server.said.stderr.includes(`process ${pid} has left`) ||
    !server.said.stderr.includes(`process ${pid} has`);
  const visits = (): number => server.said.stderr.split(" has left").length - 1;
  const alone = async (): Promise<void> => {
    const before = visits();
    await visit(device);
    await until(() => visits() > before);
  };
  await alone();
  const before = holdings(server.child.pid!);
  const moment = moments(SEED);
  let had = 0;
  for (let round = 0; round < Math.ceil(ROUNDS / 2); round++) {
    const client = running(device, cwd);
    const { pid } = client.child;
    // every other one has the controller by then
    if (round % 2 === 0) await until(() => server.said.stderr.includes(`process ${pid} has the`));
    await passed(moment());
    client.child.kill("SIGKILL");
    await client.ended;
    // the server answers the next one only when it has seen this one's end
    await alone();
    if (server.said.stderr.includes(`process ${pid} has the`)) had += 1;
    expect(hasLeft(pid!)).toBe(true);
    // the controller's thread lets go of what it had when its slice ends
    await expect.poll(() => holdings(server.child.pid!)).toEqual(before);
  }
  if (ROUNDS > 6) console.log(`socket kill: ${had} clients had the controller`);
  server.child.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ status: 0 });
});

test("a client whose server is killed ends with what it has", patience, async () => {
  const cwd = folder();
  const device = `vfio-user:${join(cwd, "s/cntrl")}`;
  const moment = moments(SEED + 1);
  const took: number[] = [];
  let kept = 0;
  for (let round = 0; round < Math.floor(ROUNDS / 2); round++) {
    for (const file of results(cwd)) rmSync(join(cwd, file));
    // the socket that the one before has left is in nobody's way
    const server = await serving(cwd);
    const client = running(device, cwd);
    const hasEnded = (): boolean => client.child.exitCode !== null;
    const hasMeasured = (): boolean => client.said.stderr.includes('"event":"sample"');
    await until(() => server.said.stderr.includes("has the controller") || hasEnded());
    // every other one measures by then
    if (round % 2 === 0) await until(() => hasMeasured() || hasEnded());
    await passed(moment());
    const isKept = hasMeasured();
    server.child.kill("SIGKILL");
    const begin = performance.now();
    await server.ended;
    const { status, stderr } = await client.ended;
    took.push(performance.now() - begin);
    expect([status, stderr]).toEqual([5, expect.stringContaining("the server is lost")]);
    const hasResult = existsSync(join(cwd, "run.json"));
    if (isKept) expect(hasResult).toBe(true);
    if (hasResult) {
      kept += 1;
      expect(JSON.parse(readFileSync(join(cwd, "run.json"), "utf8"))).toHaveProperty("jobs");
    }
    expect(readdirSync(cwd).filter((file) => !RESULT.test(file))).toEqual(["s"]);
    expect(readdirSync(join(cwd, "s")).sort()).toEqual(["cntrl", "cntrl.client"]);
  }
  if (ROUNDS > 6) {
    console.log(
      `socket kill: ${took.length} servers, ${kept} results, ended in ${Math.max(...took)} ms at most`,
    );
  }
});
