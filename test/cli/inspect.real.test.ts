// phasebit info and pci, as a user starts them: a table of 80 columns, a document that matches its schema, refusals.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { phasebit } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));
const device = "embedded?size=16m";

test.each([
  [["pci", device, "--set", "4.w=0"], 4, /add --destructive to allow it/],
  [["pci", device, "-d", device], 2, /the device was given twice/],
  [["pci", device, "--set", "4.w=65536"], 2, /^phasebit: --set 4\.w=65536: the largest value/],
])("%j is refused in one line", async (args, code, message) => {
  const { status, stdout, stderr } = await phasebitInside(args);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd()).not.toContain("\n");
  expect(stdout).toBe("");
  expect(status).toBe(code);
});

test.each([[["info", "-d", device]], [["info", "-d", device, "--no-admin"]], [["pci", device]]])(
  "%j: a table, and a document",
  async (args) => {
    const table = phasebit(args);
    expect(table.stderr).toBe("");
    expect(table.status).toBe(0);
    expect(table.stdout.split("\n").every(({ length }) => length <= 80)).toBe(true);
    expect(table.stdout).toMatch(/^device {2}embedded/);
    const document = JSON.parse((await phasebitInside([...args, "--json"])).stdout);
    expect(matches(document) || matches.errors).toBe(true);
    expect(document.phasebit.kind).toBe(args[0]);
  },
);

test("a controller that fails its first command is shown, and then told", async () => {
  const address = `${device}&fault=error-status:op=identify,sct=0,sc=6`;
  const { status, stdout, stderr } = await phasebitInside(["info", "-d", address]);
  expect(stdout).toMatch(/^state {3}disabled$/m);
  expect(stderr).toMatch(/^phasebit: Identify/);
  expect(status).toBe(5);
});
