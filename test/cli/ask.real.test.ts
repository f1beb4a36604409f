// phasebit identify, log and feature, as a user starts them: a table for people, a document for programs.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { folder } from "./cli.ts";
import { phasebit } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));

async function documentOf(args: readonly string[]) {
  const { status, stdout, stderr } = await phasebitInside([...args, "--json"]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const document = JSON.parse(stdout);
  expect(matches(document) || matches.errors).toBe(true);
  return document;
}

function linesOf(args: readonly string[]): string {
  const { status, stdout, stderr } = phasebit(args);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout.split("\n").filter(({ length }) => length > 80)).toEqual([]);
  return stdout;
}

const valueIn = (fields: { name: string; value: unknown }[], wanted: string): unknown =>
  fields.find(({ name }) => name === wanted)?.value;

test("a controller by field, whose strings cannot break the terminal", async () => {
  const device = ["-d", "embedded?size=16m&model=%1b[2Jevil"];
  expect(linesOf(["identify", ...device])).toMatch(/^ {2}MN +\\x1b\[2Jevil +Model Number$/m);
  const { fields } = await documentOf(["identify", ...device]);
  expect(valueIn(fields, "MN")).toBe("\\x1b[2Jevil");
});

test("a namespace, and a page that no table knows as its bytes", async () => {
  const namespace = await documentOf(["identify", "--nsid", "1", "-d", "embedded?size=16m"]);
  expect(namespace).toMatchObject({ cns: 0, name: "Identify Namespace", nsid: 1, hex: null });
  expect(valueIn(namespace.fields, "NSZE")).toBe("4096");
  const raw = await documentOf(["identify", "--cns", "5", "-d", "embedded?size=16m&version=2.0"]);
  expect(raw.fields).toBeNull();
  expect(raw.hex).toHaveLength(8192);
});

test("what the controller refuses is one line with status, remedy and the field that was wrong", async () => {
  const args = ["identify", "--nsid", "99", "-d", "embedded?size=16m"];
  const { status, stdout, stderr } = await phasebitInside(args);
  expect(status).toBe(5);
  expect(stdout).toBe("");
  expect(stderr).toMatch(
    /^phasebit: Identify Namespace, CNS 00h, NSID 99: Invalid Namespace or Format \(0\/0b\), More, DNR: .*; error log entry 1: Command Dword 1, byte 4, bit 0\n$/,
  );
});

test("log pages by field, and their bytes to a file", async () => {
  const cwd = folder();
  const smart = await documentOf(["log", "smart", "-d", "embedded?size=16m"]);
  expect(smart).toMatchObject({ lid: 2, offset: "0", bytes: 512 });
  expect(valueIn(smart.fields, "HRC")).toBe("0");
  expect(linesOf(["log", "effects", "-d", "embedded?size=16m"])).toMatch(
    /^ {4}06h +CSUPP +Identify$/m,
  );
  const args = ["log", "--log-id", "5", "--length", "1k", "--offset", "1024", "--output", "page"];
  expect((await phasebitInside([...args, "-d", "embedded?size=16m"], cwd)).status).toBe(0);
  const page = readFileSync(join(cwd, "page"));
  expect([page.length, page.readUInt32LE(4)]).toEqual([1024, 3]);
});

test("a feature before and after it is set, and whether that lasts", async () => {
  const device = ["-d", "embedded?size=16m"];
  const text = linesOf(["feature", "set", "write-cache", "--value", "0", ...device]);
  expect(text).toMatch(
    /^before {2}0x00000001\n.*\nafter {2}0x00000000\n.*\nThe value is not saved/m,
  );
  const { got, after, saved } = await documentOf([
    "feature",
    "get",
    "0x0b",
    "--sel",
    "default",
    ...device,
  ]);
  expect([got.value, after, saved]).toEqual([0, null, false]);
  const { features } = await documentOf(["feature", "list", ...device]);
  expect(features.map(({ fid }: { fid: number }) => fid)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
});
