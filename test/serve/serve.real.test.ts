// A controller in one process, hosts in others.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { open } from "../../src/nvme/device.ts";
import { folder } from "../cli/cli.ts";
import { started } from "../cli/real.ts";
import { phasebitInside } from "../cli/real-inside.ts";

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A server that is ready. */
async function serving(...args: readonly string[]) {
  const cwd = folder();
  const server = started(["serve", "--socket", "s", "-d", "embedded?size=16m", ...args], cwd);
  // a test that fails leaves no server behind
  onTestFinished(() => void server.child.kill("SIGKILL"));
  await until(() => server.said.stdout.endsWith("\n") || server.child.exitCode !== null);
  expect(server.said.stdout).toBe("ready s/cntrl\n");
  return { ...server, cwd, device: `vfio-user:${join(cwd, "s/cntrl")}` };
}

test("commands of all kinds go through the socket, one client at a time", async () => {
  const { child, said, ended, cwd, device } = await serving();
  const data = Uint8Array.from({ length: 256 * 1024 }, (_, at) => (at * at) >> 3);
  writeFileSync(join(cwd, "in.bin"), data);
  const range = ["-d", device, "--offset", "1m"];
  const written = await phasebitInside(
    ["write", ...range, "--input", "in.bin", "--destructive"],
    cwd,
  );
  expect(written).toMatchObject({ status: 0 });
  const read = await phasebitInside(
    ["read", ...range, "--size", "256k", "--output", "out.bin"],
    cwd,
  );
  expect(read).toMatchObject({ status: 0 });
  expect(Buffer.compare(readFileSync(join(cwd, "out.bin")), data)).toBe(0);

  const measured = await phasebitInside(
    ["run", "-d", device, "-t", "100ms", "--completion", "interrupt", "--output", "run.json"],
    cwd,
  );
  expect(measured).toMatchObject({ status: 0 });
  const { jobs, phasebit } = JSON.parse(readFileSync(join(cwd, "run.json"), "utf8"));
  expect(jobs[0].read.total_ios).toBeGreaterThan(0);
  expect(JSON.stringify(phasebit)).toContain('"transport":"vfio-user"');

  for (const args of [["info"], ["regs"], ["identify"], ["pci"], ["reset", "--kind", "function"]]) {
    const { status, stderr } = await phasebitInside([...args, "-d", device], cwd);
    expect([args, status, stderr]).toEqual([args, 0, ""]);
  }

  const sides = ["--a", "-d embedded?size=16m", "--b", `-d ${device}`];
  const short = ["-t", "50ms", "--ramp-time", "0", "--rounds", "1", "--output", "sides.json"];
  expect(await phasebitInside(["compare", ...sides, ...short], cwd)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^device {2}embedded.*device {2}vfio-user:\S+ {2}vfio-user/s),
  });
  const compared = JSON.parse(readFileSync(join(cwd, "sides.json"), "utf8"));
  expect(compared.devices.map(({ transport }: { transport: string }) => transport)).toEqual([
    "embedded",
    "vfio-user",
  ]);
  expect(compared.blocks).toHaveLength(2);

  const holder = await open(device);
  const second = await phasebitInside(["info", "-d", device], cwd);
  expect(second).toMatchObject({
    status: 4,
    stderr: `phasebit: open ${device}: process ${process.pid} has the device\n`,
  });
  await holder.transport.close();

  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ status: 0 });
  expect(said.stderr).toContain(`refused process ${process.pid} at VERSION: `);
  expect(existsSync(join(cwd, "s/cntrl"))).toBe(false);
});

test("a server that is killed is a lost device: what was measured is kept", async () => {
  const { child, ended, cwd, device } = await serving();
  const args = ["run", "-d", device, "-t", "60s", "--live", "ndjson", "--output", "run.json"];
  const run = started(args, cwd);
  await until(() => run.said.stderr.includes('"event":"sample"') || run.child.exitCode !== null);
  child.kill("SIGKILL");
  await ended;
  expect(await run.ended).toMatchObject({ status: 5 });
  const { phasebit } = JSON.parse(readFileSync(join(cwd, "run.json"), "utf8"));
  const gone = phasebit.warnings.filter(({ kind }: { kind: string }) => kind === "device-gone");
  expect(gone).toMatchObject([{ why: expect.stringContaining("the server is lost, at ") }]);
  expect(JSON.stringify(phasebit)).not.toMatch(/not-closed|65535/);
  // what it has left behind is in nobody's way
  const again = started(["serve", "--socket", "s", "--once"], cwd);
  await until(() => again.said.stdout.endsWith("\n") || again.child.exitCode !== null);
  expect(await phasebitInside(["regs", "CAP", "-d", device], cwd)).toMatchObject({ status: 0 });
  expect(await again.ended).toMatchObject({ status: 0 });
});
