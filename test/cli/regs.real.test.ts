// phasebit regs, as a user starts it: the controller stays as it was.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { packageRoot, version } from "../../src/ground/package.ts";
import { phasebit } from "./real.ts";

const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));

const device = "embedded?size=16m";

test("a device that is none is refused in one line", () => {
  const { status, stdout, stderr } = phasebit(["regs", "-d", "nvme0"]);
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
  expect(lines[0]).toBe("  0h  CAP      0x000000300a010fff  Controller Capabilities");
  expect(stdout).toMatch(/^ {6}MQES +4095 +Maximum Queue Entries Supported: 4096 entries$/m);
  expect(stdout).toMatch(/^ 1ch {2}CSTS {5}0x00000000 {2}Controller Status$/m);
});

test("one JSON document for programs, and the trace beside it", () => {
  const { status, stdout, stderr } = phasebit(["regs", "-d", device, "--json", "--trace"]);
  expect(status).toBe(0);
  const document = JSON.parse(stdout);
  expect(matches(document) || matches.errors).toBe(true);
  expect(document.phasebit).toEqual({ kind: "registers", version });
  expect(document.registers[0]).toMatchObject({ name: "CAP", bytes: 8, value: "206326271999" });
  expect(stderr).toMatch(/ms {2}read {2}CC /);
  expect(stderr).not.toMatch(/write/);
});
