// phasebit events, as a user starts it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { folder } from "./cli.ts";
import { started } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));
const device = ["-d", "embedded?size=16m"];

test.each([
  [["--count", "many"], /^phasebit: --count many: must be 0 to /],
  [["--mask", "0x100000000"], /^phasebit: --mask 0x100000000: must be 0 to 0xffffffff/],
  [["--over-temperature", "-1"], /^phasebit: --over-temperature -1: must be 0 to 0x3ff/],
])("events %j is refused", async (args, message) => {
  const { status, stderr } = await phasebitInside(["events", "-d", "0000:ff:1f.7", ...args]);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

test("each event is a line of JSON, and the count ends it", async () => {
  const args = ["--over-temperature", "1", "--count", "2", "--json"];
  const { status, stdout, stderr } = await phasebitInside(["events", ...device, ...args]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const documents = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(documents).toHaveLength(2);
  for (const document of documents) {
    expect(matches(document) || matches.errors).toBe(true);
    expect(document).toMatchObject({ name: "Temperature Threshold", lid: 2, cleared: true });
  }
});

test("a signal ends it, which is no failure", async () => {
  const args = ["events", ...device, "--over-temperature", "1", "--no-clear"];
  const { child, said, ended } = started(args, folder());
  child.stdout.once("data", () => child.kill("SIGINT"));
  const { status } = await ended;
  expect(said.stderr).toBe("");
  expect(status).toBe(0);
  expect(said.stdout).toMatch(
    /^ +[0-9.]+ s {2}SMART \/ Health: Temperature Threshold\n.* was not read\n$/,
  );
});
