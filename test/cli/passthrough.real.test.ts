// phasebit admin and phasebit io, as a user starts them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { folder } from "./cli.ts";
import { phasebit } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));

/** Parses a document and holds it against its schema. */
function documentOf(stdout: string) {
  const document = JSON.parse(stdout);
  expect(matches(document) || matches.errors).toBe(true);
  return document;
}

const device = ["-d", "embedded?size=16m"];

describe("what is refused opens no device", () => {
  test("a command that can destroy data, without consent", async () => {
    const args = ["admin", "-d", "0000:01:00.0", "--opcode", "0x84"];
    const { status, stdout, stderr } = await phasebitInside(args);
    expect(status).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toBe(
      "phasebit: admin command to 0000:01:00.0: Sanitize can destroy data; add --destructive to allow it\n",
    );
  });

  test("a file that is there already", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "data"), "mine");
    const args = ["--opcode", "2", "--data-in", "4k", "--output", "data"];
    const { status, stderr } = await phasebitInside(["io", "-d", "0000:01:00.0", ...args], cwd);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^phasebit: --output data: is there already/);
    expect(readFileSync(join(cwd, "data"), "utf8")).toBe("mine");
  });
});

test("a dry run shows the entry, needs no consent and no device", async () => {
  const args = ["admin", "-d", "0000:01:00.0", "--opcode", "0x80", "--nsid", "1", "--dry-run"];
  const { status, stdout } = await phasebitInside(args);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^command Format NVM NSID 1\nSQE {5}00000080 00000001 /);
});

test("Identify Controller by hand: the entry, the completion, the data", () => {
  const args = ["admin", ...device, "--opcode", "6", "--cdw10", "1", "--data-in", "4k"];
  const { status, stdout, stderr } = phasebit(args);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^status {2}Successful Completion \(0\/00\)$/m);
  expect(stdout).toMatch(/^00000010 .*\|.... {4}phasebit\|$/m);
  expect(stdout.split("\n").every(({ length }) => length <= 80)).toBe(true);
});

test("a command that fails is told in full, with its entry of the error log, and ends in 5", async () => {
  const place = ["--sqid", "3", "--slot", "5", "--cid", "0x1234", "--json"];
  const args = ["io", ...device, "--opcode", "2", "--namespace-id", "1", "--cdw11", "1", ...place];
  const { status, stdout } = await phasebitInside([...args, "--data-len", "4k", "--read"]);
  expect(status).toBe(5);
  const { completion, errorLogEntry, command } = documentOf(stdout);
  expect(command).toMatchObject({ queue: "io", opcode: 2, name: "Read" });
  expect(completion).toMatchObject({ sqid: 3, slot: 5, cid: 0x1234 });
  expect(completion.status).toMatchObject({
    sct: 0,
    sc: 0x80,
    name: "LBA Out of Range",
    dnr: true,
  });
  const valueIn = (wanted: string) =>
    errorLogEntry.find(({ name }: { name: string }) => name === wanted).value;
  expect([valueIn("SQID"), valueIn("CID"), valueIn("NSID")]).toEqual([3, 0x1234, 1]);
});

test("data go out from a file and come in to one, or to stdout beside the rest on stderr", async () => {
  const cwd = folder();
  const medium = Buffer.alloc(1 << 20);
  const block = Buffer.from("block by hand".padEnd(4096, "."));
  writeFileSync(join(cwd, "medium"), medium);
  writeFileSync(join(cwd, "block"), block);
  const io = ["io", "-d", "embedded?medium=medium", "--nsid", "1"];
  const inside = (...args: string[]) => phasebitInside([...io, ...args], cwd);
  const wrote = await inside("--opcode", "1", "--data-out", "--input", "block", "--destructive");
  expect(wrote).toMatchObject({ status: 0, stderr: "" });
  const read = await inside("--opcode", "2", "--data-in", "4k", "--output", "back", "--json");
  expect(documentOf(read.stdout).data).toEqual({ bytes: 4096, file: "back" });
  expect(readFileSync(join(cwd, "back")).equals(block)).toBe(true);
  const piped = phasebit([...io, "--opcode", "2", "--data-in", "4k", "--output", "-"], cwd);
  expect(piped.stdout).toBe(block.toString());
  expect(piped.stderr).toMatch(/^command Read NSID 1/);
});
