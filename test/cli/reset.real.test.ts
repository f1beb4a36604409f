// phasebit reset, as a user starts it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { packageRoot, version } from "../../src/ground/package.ts";
import { phasebit } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));

test.each([
  [["--kind", "cold"], /--kind/],
  [["--count", "0"], /--count 0/],
  [["--nsid", "9"], /nsid/],
  [["-d", "embedded?fault=bad-cap:field=nssrs,value=0", "--kind", "subsystem"], /CAP\.NSSRS is 0/],
] as const)("misuse: %s", async (args, words) => {
  const typed = ["reset", "-d", "embedded?size=16m", ...args];
  const { status, stdout, stderr } = await phasebitInside(typed);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(words);
});

test("a table of 80 columns for people, and exit code 0 for a device that comes back", () => {
  const args = ["reset", "-d", "embedded?size=16m&latency=50us", "--kind", "hot", "--under-load"];
  const { status, stdout, stderr } = phasebit([...args, "--count", "3"]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout.split("\n").every(({ length }) => length <= 80)).toBe(true);
  expect(stdout).toMatch(/^reset {3}hot reset, 3 times, reads in flight$/m);
  expect(stdout).toMatch(/^first read +3 /m);
  expect(stdout).toMatch(/none\s+was completed after\s+it$/m);
  expect(stdout).toMatch(/^found {3}nothing$/m);
});

test("one JSON document, a finding with its name, and exit code 5", async () => {
  const device = "embedded?size=16m&fault=nssro-lost";
  const { status, stdout, stderr } = await phasebitInside([
    ...["reset", "-d", device, "--kind", "subsystem", "--json"],
  ]);
  expect(status).toBe(5);
  expect(stderr).toMatch(/^phasebit: reset 1 of embedded\?.*: nssro-missing: CSTS\.NSSRO is 0/);
  const document = JSON.parse(stdout);
  expect(matches(document) || matches.errors).toBe(true);
  expect(document.phasebit).toEqual({ kind: "reset", version });
  expect(document).toMatchObject({ kind: "subsystem", asked: 1, done: 1, load: null });
  expect(document.findings).toMatchObject([{ name: "nssro-missing", reset: 1 }]);
});
