// phasebit feature list: the controller is asked for what it says that it has, and for nothing that it would refuse.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { phasebitInside } from "./inside.ts";

const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));
const OFFERED = [1, 2, 4, 5, 6, 7, 8, 9, 10, 11];

/** The document, and the statuses of all commands but the successes. */
async function listOf(parameters: string, ...args: readonly string[]) {
  const device = ["-d", `embedded?size=16m&${parameters}`];
  const command = ["feature", "list", ...device, "--json", "--trace", ...args];
  const { status, stdout, stderr } = await phasebitInside(command);
  expect(status).toBe(0);
  const document = JSON.parse(stdout);
  expect(matches(document) || matches.errors).toBe(true);
  const failures = stderr.match(/^.*done .*(?<!Successful Completion \(0\/00\))$/gm) ?? [];
  const fids: number[] = document.features.map(({ fid }: { fid: number }) => fid);
  const why: Record<string, number[]> = {};
  for (const { fid, why: reason } of document.unlisted) why[reason] = [...(why[reason] ?? []), fid];
  return { document, fids, why, failures };
}

describe("misuse", () => {
  test.each([
    [["get", "1", "--all"], /--all: goes with list/],
    [["list", "1"], /lists all/],
  ])("%j", async (args, words) => {
    const { status, stderr } = await phasebitInside(["feature", ...args]);
    expect(stderr).toMatch(words);
    expect(status).toBe(2);
  });
});

test("of 1.4: what is mandatory and what Identify tells; of the others it says that nobody asked", async () => {
  const { document, fids, why, failures } = await listOf("version=1.4");
  expect(document.source).toBe("identify");
  expect(fids).toEqual(OFFERED);
  expect(failures).toEqual([]);
  expect(Object.keys(why)).toEqual(["not told"]);
  expect(why["not told"]).toContain(0x16);
  expect(why["not told"]).not.toContain(0x0e); // ONCS bit 6 says that there is no Timestamp
});

test("of 2.0 its log page says all", async () => {
  const { document, fids, why, failures } = await listOf("version=2.0");
  expect(document.source).toBe("log");
  expect([fids, why, failures]).toEqual([OFFERED, {}, []]);
});

test("with --all every feature with a name is asked for, and the refusals are the controller's", async () => {
  const { fids, why, failures } = await listOf("version=2.0", "--all");
  expect(fids).toEqual(OFFERED);
  expect(why).toEqual({});
  expect(failures.length).toBeGreaterThan(10);
});

test("one that Identify tells, and the controller refuses, is named", async () => {
  const timestamp = "fault=bad-identify:cns=1,offset=520,bytes=2,value=0x5d";
  const { fids, why, failures } = await listOf(timestamp);
  expect(fids).toEqual(OFFERED);
  expect(why.refused).toEqual([0x0e]);
  expect(failures).toHaveLength(1);
});

test("one that Identify denies is not asked for", async () => {
  const { fids, failures } = await listOf("fault=bad-identify:field=vwc,value=0");
  expect(fids).toEqual(OFFERED.filter((fid) => fid !== 6));
  expect(failures).toEqual([]);
});

test("a namespace's own is asked of the first one that is active, of --nsid, or of none", async () => {
  const none = await listOf("fault=bad-identify:cns=2,offset=0,bytes=4,value=0");
  expect(none.why["no namespace"]).toEqual([5]);
  expect(none.failures).toEqual([]);
  const second = await listOf("namespaces=2", "--nsid", "2");
  expect([second.fids, second.failures]).toEqual([OFFERED, []]);
});

test("people read why features are not listed", async () => {
  const device = ["-d", "embedded?size=16m"];
  const { stdout } = await phasebitInside(["feature", "list", ...device]);
  expect(stdout).toMatch(/^Not listed: 03h LBA Range Type, /m);
  expect(stdout.split("\n").every(({ length }) => length <= 80)).toBe(true);
});
