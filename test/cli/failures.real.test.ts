// Whatever fails half-way: what was measured is kept, everything is given back, one clear line says why.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { folder, type Outcome, resultFiles } from "./cli.ts";
import { started } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

/** A busy host's time is not the device's: ten seconds of a shutdown may take minutes. */
const LONG_MS = 600_000;
const USAGE = 2;
const DEVICE_FAULT = 5;
const CLI = join(packageRoot, "dist/src/cli.js");

const device = (fault: string): string => `embedded?size=16m&latency=20us&fault=${fault}`;

const BRIEFLY = ["--runtime", "50ms", "--output", "it.json"];
const stuck = ["run", "--device", device("shutdown-stuck"), ...BRIEFLY];
const stuckFolder = mkdtempSync(join(tmpdir(), "phasebit-test-"));
let stuckEnd: Promise<Outcome>;
// its ten seconds of waiting pass while other tests are at work
beforeAll(() => {
  stuckEnd = started(stuck, stuckFolder).ended;
});
afterAll(async () => {
  await stuckEnd;
  rmSync(stuckFolder, { recursive: true });
});

describe("a measurement that was made is kept", () => {
  test("when its queue cannot be deleted", async () => {
    const cwd = folder();
    const args = ["run", "--device", device("error-status:op=delete-io-sq"), "--runtime", "50ms"];
    const outcome = await phasebitInside(args, cwd);
    expect(outcome.status).toBe(DEVICE_FAULT);
    expect(outcome.stdout.replace(/\s+/g, " ")).toMatch(/queue was not deleted/);
    expect(resultFiles(cwd)).toHaveLength(2);
  });

  test("when a later block of a comparison cannot be run", async () => {
    const cwd = folder();
    const outcome = await phasebitInside(
      [
        ...["compare", "--device", device("error-status:op=create-io-cq,nth=4")],
        ...["--rounds", "4", "--runtime", "50ms", "--ramp-time", "0"],
      ],
      cwd,
    );
    expect(outcome.status).toBe(DEVICE_FAULT);
    expect(outcome.stdout.replace(/\s+/g, " ")).toMatch(/ended before all was measured/);
    expect(resultFiles(cwd)).toHaveLength(1);
  });

  test("when commands were lost, and no further block uses their slots", async () => {
    const outcome = await phasebitInside([
      ...["compare", "--device", device("never-complete:op=read,nth=1"), "--timeout", "300ms"],
      ...["--rounds", "4", "--runtime", "50ms", "--ramp-time", "0"],
      ...["--output-format", "json"],
    ]);
    expect(outcome.status).toBe(DEVICE_FAULT);
    const { warnings } = JSON.parse(outcome.stdout) as { warnings: readonly { kind: string }[] };
    expect(warnings.map(({ kind }) => kind)).toContain("commands-lost");
  });
});

test("successes with what is for errors are told by name, of loop and control plane", async () => {
  const faults = "cqe-bits:nth=1;cqe-bits:dnr=1,every=1000;cqe-bits:op=identify,crd=1";
  const args = ["run", "-d", device(`${faults};cqe-bits:dword1=9`), "-t", "50ms"];
  const cwd = folder();
  const outcome = await phasebitInside([...args, "--output", "out.json"], cwd);
  expect(outcome.status).toBe(DEVICE_FAULT);
  const text = outcome.stdout.replace(/\s+/g, " ");
  expect(text).toMatch(/odd 1 successes with More /);
  expect(text).toMatch(/of admin commands had something set .*: 2 with Command Retry Delay\./);
  const { flags, warnings } = JSON.parse(readFileSync(join(cwd, "out.json"), "utf8")).phasebit;
  expect(flags).toMatchObject({ more: 1, crd: 0 });
  expect(flags.dword1).toBeGreaterThan(0);
  expect(warnings.map(({ kind }: { kind: string }) => kind)).toContain("flagged-successes");
});

test("an SQHD that cannot be is told of admin commands and of copies too, and what was asked for is there", async () => {
  const cwd = folder();
  const admin = device("bad-sqhd:op=identify,nth=2,value=inside");
  const run = await phasebitInside(["run", "-d", admin, "-t", "50ms", "--output", "it.json"], cwd);
  expect(run.status).toBe(DEVICE_FAULT);
  expect(run.stdout.replace(/\s+/g, " ")).toMatch(
    /1 completion of admin commands had a wrong SQHD/,
  );
  const { warnings } = JSON.parse(readFileSync(join(cwd, "it.json"), "utf8")).phasebit;
  const told = warnings.find(({ kind }: { kind: string }) => kind === "wrong-sqhd");
  expect(told).toMatchObject({ queue: "admin", count: 1 });
  const copied = device("bad-sqhd:op=read,nth=1");
  const read = await phasebitInside(
    ["read", "-d", copied, "--size", "64k", "--output", "out.img"],
    cwd,
  );
  expect(read.status).toBe(DEVICE_FAULT);
  expect(read.stderr).toMatch(
    /64KiB copied\nphasebit: .*: 1 completion\(s\) had an SQHD outside of the queue/,
  );
  expect(readFileSync(join(cwd, "out.img"))).toHaveLength(65_536);
});

test("a copy whose successes have what is for errors has its data, and tells of them", async () => {
  const cwd = folder();
  const copied = device("cqe-bits:op=read,nth=1,dnr=1;cqe-bits:op=identify,nth=1,dword1=7");
  const args = ["read", "-d", copied, "--size", "64k", "--output", "out.img"];
  const read = await phasebitInside(args, cwd);
  expect(read.status).toBe(DEVICE_FAULT);
  expect(read.stderr).toMatch(
    /64KiB copied\nphasebit: .*: 1 success\(es\) had Do Not Retry; 1 success\(es\) had a Dword 1 that is not 0;/,
  );
  expect(readFileSync(join(cwd, "out.img"))).toHaveLength(65_536);
});

test.each([
  "duplicate-cqe:op=read,nth=1",
  "bad-cid:op=read,nth=1,extra=1",
  "fuzz-cqe:op=read,nth=1",
])("%s: a copy tells of completions that fitted no command, and has its data", async (fault) => {
  const cwd = folder();
  const args = ["read", "-d", device(fault), "--size", "2m", "--output", "out.img"];
  const read = await phasebitInside(args, cwd);
  expect(read.stderr).toMatch(
    /2MiB copied\nphasebit: .*: 1 completion\(s\) fitted no command in flight; --trace shows them\n$/,
  );
  expect(read.status).toBe(DEVICE_FAULT);
  expect(readFileSync(join(cwd, "out.img"))).toHaveLength(2 * 1024 ** 2);
});

describe("--timeout", () => {
  test("a command that takes longer than the rest of the run is waited for, and is not lost", async () => {
    const device = "embedded?size=16m&latency=4s";
    const args = ["run", "-d", device, "-t", "100ms", "--output-format", "json"];
    const outcome = await phasebitInside(args);
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toBe(
      "waiting for 1 command in flight, for up to 30s each (--timeout)\n",
    );
    const { jobs, phasebit: own } = JSON.parse(outcome.stdout);
    expect(jobs[0].read.total_ios).toBe(1);
    expect(jobs[0].read.clat_ns.min).toBeGreaterThanOrEqual(4e9);
    expect(own.blocks[0].jobs[0]).toMatchObject({ lost: 0, unfinished: 0, timedOut: false });
  });

  test("a run that it ends says so, and names the command", async () => {
    const fault = device("never-complete:op=read,nth=1");
    const options = ["--numjobs", "2", "--timeout", "100ms", "--runtime", "10m"];
    const args = ["run", "-d", fault, ...options, "--output-format", "json"];
    const outcome = await phasebitInside(args);
    expect(outcome.status).toBe(DEVICE_FAULT);
    const { jobs, phasebit: own } = JSON.parse(outcome.stdout);
    expect(jobs.some(({ error }: { error: number }) => error !== 0)).toBe(true);
    const told = own.warnings.find(({ kind }: { kind: string }) => kind === "timed-out");
    expect(told).toMatchObject({ op: "read", timeoutMs: 100, runtimeMs: 600_000 });
    const of = own.blocks[0].jobs.find(({ timedOut }: { timedOut: boolean }) => timedOut);
    expect(of.overdue).toMatchObject({ cid: told.cid, lba: told.lba });
    expect(of.sqid).toBe(told.sqid);
    expect(told.ageNs).toBeGreaterThan(100e6);
  });
});

describe("one clear line", () => {
  test.each([
    [
      "an input that is a folder",
      ["write", "--destructive", "--input", "/tmp"],
      /not a regular file/,
    ],
    [
      "an input that is stdin",
      ["write", "--destructive", "--input", "-"],
      /^phasebit: --input -: stdin is not read here; give the name of a file$/m,
    ],
    [
      "an input that is not there",
      ["write", "--destructive", "--input", "nofile"],
      /^phasebit: --input nofile: there is no such file$/m,
    ],
    [
      "an interrupt wait that nothing could end",
      ["run", "--interrupt-timeout", "1m"],
      /at most 1s/,
    ],
    [
      "a namespace that is no number",
      ["read", "--output", "x", "--size", "4k", "--nsid", ""],
      /--nsid ""/,
    ],
  ])("%s", async (_name, args, words) => {
    const outcome = await phasebitInside(args);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(outcome.status).toBe(USAGE);
  });

  test("a medium that ends inside a page", async () => {
    const cwd = folder();
    const medium = join(cwd, "medium.img");
    writeFileSync(medium, Buffer.alloc(1536));
    const outcome = await phasebitInside(
      ["run", "--device", `embedded?lba=512&medium=${medium}`],
      cwd,
    );
    expect(outcome.stderr).toMatch(/1536 bytes, which is no multiple of 4096/);
    expect(outcome.status).toBe(USAGE);
  });

  test("a read that fails, after all the others in flight have ended", async () => {
    const cwd = folder();
    const fault = device("error-status:op=read,nth=20");
    const args = ["read", "--device", fault, "--size", "16m", "--output", "out.img"];
    const outcome = await phasebitInside(args, cwd);
    expect(readdirSync(cwd)).toEqual([]);
    expect(outcome.stderr).toMatch(/Read of \d+ blocks from LBA \d+: Internal Error/);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(outcome.status).toBe(DEVICE_FAULT);
  });
});

test("a reader that closes its pipe is no failure", () => {
  const command = `"${process.execPath}" "${CLI}" run --runtime 50ms --output-format json | head -1`;
  const { stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: folder(),
    encoding: "utf8",
  });
  expect(stdout).toBe("{\n");
  expect(stderr).toBe("");
});

describe("a controller that does not stop is a finding, after what was measured was saved", () => {
  /** In the terminal, the document, the page and the exit code. */
  async function expectTold(
    { status, stdout }: Outcome,
    cwd: string,
    { kind, words, limitMs }: { kind: string; words: RegExp; limitMs: number },
  ): Promise<void> {
    expect(status).toBe(DEVICE_FAULT);
    expect(stdout.replace(/\s+/g, " ")).toMatch(words);
    expect(stdout).toMatch(/^saved {3}it\.json$/m);
    const { phasebit: own } = JSON.parse(readFileSync(join(cwd, "it.json"), "utf8"));
    const told = own.warnings.find((warning: { kind: string }) => warning.kind === kind);
    expect(told).toMatchObject({ limitMs, hadReset: true });
    expect(told.text).toMatch(words);
    const reported = await phasebitInside(["report", "it.json", "--output", "it.html"], cwd);
    expect(reported.status).toBe(0);
    expect(readFileSync(join(cwd, "it.html"), "utf8")).toMatch(words);
  }

  test(
    "RDY that stays 1",
    async () => {
      const cwd = folder();
      const fault = device("never-unready;bad-cap:field=to,value=1");
      const outcome = await phasebitInside(["run", "--device", fault, ...BRIEFLY], cwd);
      const words = /did not stop: CSTS\.RDY stayed 1 for 1s/;
      await expectTold(outcome, cwd, { kind: "not-disabled", words, limitMs: 1000 });
    },
    LONG_MS,
  );

  test(
    "of a copy too, after the data is there",
    async () => {
      const cwd = folder();
      const fault = device("never-unready;bad-cap:field=to,value=1");
      const args = ["read", "--device", fault, "--size", "64k", "--output", "out.img"];
      const outcome = await phasebitInside(args, cwd);
      expect(outcome.stderr).toMatch(
        /64KiB copied\nphasebit: .*wait for CSTS\.RDY=0: not within 1000 ms/,
      );
      expect(outcome.status).toBe(DEVICE_FAULT);
      expect(readFileSync(join(cwd, "out.img"))).toHaveLength(65_536);
    },
    LONG_MS,
  );

  test(
    "a shutdown that does not end",
    async () => {
      const words = /did not shut down: CSTS\.SHST did not become 10b/;
      const about = { kind: "not-shut-down", words, limitMs: 10_000 };
      await expectTold(await stuckEnd, stuckFolder, about);
    },
    LONG_MS,
  );
});
