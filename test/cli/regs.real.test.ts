// phasebit regs, as a user starts it: the controller stays as it was.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { packageRoot, version } from "../../src/ground/package.ts";
import { folder } from "./cli.ts";
import { phasebit, started } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));

const device = "embedded?size=16m";

test("a device that is none is refused in one line", async () => {
  const { status, stdout, stderr } = await phasebitInside(["regs", "-d", "nvme0"]);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^phasebit: --device nvme0: expected .*\n$/);
});

test("a table of 80 columns for people", () => {
  const { status, stdout, stderr } = phasebit(["regs", "-d", device]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const lines = stdout.split("\n");
  expect(lines.every(({ length }) => length <= 80)).toBe(true);
  expect(lines[0]).toBe("state   disabled");
  expect(lines[1]).toBe("  0h  CAP      0x000000300a010fff  Controller Capabilities");
  expect(stdout).toMatch(/^ {6}MQES +4095 +Maximum Queue Entries Supported: 4096 entries$/m);
  expect(stdout).toMatch(/^ 1ch {2}CSTS {5}0x00000000 {2}Controller Status$/m);
});

test("one JSON document for programs, and the trace beside it", async () => {
  const args = ["regs", "-d", device, "--json", "--trace"];
  const { status, stdout, stderr } = await phasebitInside(args);
  expect(status).toBe(0);
  const document = JSON.parse(stdout);
  expect(matches(document) || matches.errors).toBe(true);
  expect(document.phasebit).toEqual({ kind: "registers", version });
  expect(document.registers[0]).toMatchObject({ name: "CAP", bytes: 8, value: "206326271999" });
  expect(stderr).toMatch(/ms {2}read {2}CC /);
  expect(stderr).not.toMatch(/write/);
});

test("registers by name, as they are after a write", async () => {
  const args = ["regs", "aqa", "-d", device, "--set", "AQA.ASQS=31"];
  const { status, stdout, stderr } = await phasebitInside(args);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout.split("\n").slice(0, 4)).toEqual([
    "state   disabled",
    "wrote   AQA 0x0000001f",
    " 24h  AQA      0x0000001f  Admin Queue Attributes",
    "      ASQS  31  Admin Submission Queue Size: 32 entries",
  ]);
});

test("NSSR is not written without consent", async () => {
  const outcome = await phasebitInside(["regs", "-d", device, "--set", "NSSR=0x4e564d65"]);
  expect(outcome.status).toBe(4);
  expect(outcome.stderr).toMatch(
    /^phasebit: write NSSR of embedded.*add --destructive to allow it\n$/,
  );
});

test("--watch goes on until a signal, which is its end and no failure", async () => {
  const args = ["regs", "CSTS", "-d", device, "--watch", "5ms", "--json"];
  const { child, said, ended } = started(args, folder());
  await expect.poll(() => said.stdout).toMatch(/^\}$/m);
  child.kill("SIGINT");
  const { status, stdout, stderr } = await ended;
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(JSON.parse(stdout).registers).toHaveLength(1);
});
