// Ranges of a namespace to and from files: what is refused, and what a failure leaves behind.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { copyIn, copyOut, readRange } from "../../src/nvme/copy.ts";
import { broughtUp } from "./devices.ts";

const folder = mkdtempSync(join(tmpdir(), "phasebit-copy-"));
const path = join(folder, "data");
const BLOCK = 4096;
const CAPACITY = 1 << 20;
const range = { nsid: 1, offset: 0, size: null };

afterAll(() => rmSync(folder, { recursive: true }));

describe("misuse", () => {
  test.each([
    [-BLOCK, BLOCK, "offset"],
    [-BLOCK, null, "offset"],
    [1, BLOCK, "offset"],
    [Number.NaN, BLOCK, "offset"],
    [0, 0, "size"],
    [0, -BLOCK, "size"],
    [0, CAPACITY + BLOCK, "size"],
    [CAPACITY, null, "size"],
    [CAPACITY - BLOCK, 2 * BLOCK, "size"],
  ])("from %d, %d bytes are no part of the namespace", async (offset, size, what) => {
    const { device } = await broughtUp("size=1m");
    const asked = copyOut(device, { nsid: 1, offset, size }, path);
    await expect(asked).rejects.toMatchObject({ code: "USAGE", what });
  });

  test.each([0, 1.5, Number.NaN, 17])("NSID %d is none", async (nsid) => {
    const { device } = await broughtUp("size=1m");
    const asked = copyOut(device, { ...range, nsid }, path);
    await expect(asked).rejects.toMatchObject({ code: "USAGE", what: "nsid" });
  });

  test("a time that is none is no limit", async () => {
    const { device } = await broughtUp("size=1m");
    const asked = copyOut(device, range, path, { timeoutMs: Number.NaN });
    await expect(asked).rejects.toMatchObject({ code: "USAGE", what: "timeoutMs" });
  });
});

test("a command is waited for as long as was said", async () => {
  const { device } = await broughtUp("size=1m&fault=never-complete:op=read");
  const asked = copyOut(device, range, path, { timeoutMs: 3 });
  await expect(asked).rejects.toThrow(/^wait for opcode 02h .*: no completion within 3 ms$/);
});

test.each(["read", "write"])("an aborted signal ends a copy (%s)", async (op) => {
  const stop = new AbortController();
  const { device } = await broughtUp(`size=1m&fault=never-complete:op=${op}`, stop.signal);
  writeFileSync(path, new Uint8Array(BLOCK));
  const copy = op === "read" ? copyOut : copyIn;
  const asked = copy(device, { ...range, size: BLOCK }, path);
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: "INTERRUPTED" });
});

test("a copy that fails leaves the file that was there, and nothing else", async () => {
  const { device } = await broughtUp("size=1m&fault=error-status:op=read,nth=3");
  writeFileSync(path, "before");
  await expect(copyOut(device, range, path)).rejects.toMatchObject({ code: "DEVICE" });
  expect(readFileSync(path, "utf8")).toBe("before");
  expect(readdirSync(folder)).toEqual(["data"]);
  const nowhere = copyOut(device, range, join(folder, "none", "data"));
  await expect(nowhere).rejects.toMatchObject({ code: "RESULTS" });
});

test("pieces come in their order, one at a time, and not after one that was not taken", async () => {
  const { device } = await broughtUp("size=1m&mdts=1");
  const taken: number[] = [];
  let isTaking = false;
  const take = async (_bytes: Uint8Array, at: number): Promise<void> => {
    expect(isTaking).toBe(false);
    isTaking = true;
    await new Promise((resolve) => setImmediate(resolve));
    isTaking = false;
    taken.push(at);
    if (at === 10 * 2 * BLOCK) throw new Error("enough");
  };
  await expect(readRange(device, range, take)).rejects.toThrow("enough");
  expect(taken).toEqual(Array.from({ length: 11 }, (_, index) => index * 2 * BLOCK));
});

test("there and back, also through two entries and small transfers", async () => {
  const { device } = await broughtUp("size=1m&mdts=1&entries=2");
  const contents = Uint8Array.from({ length: CAPACITY }, (_, at) => (at * 7) >> 3);
  writeFileSync(path, contents);
  expect(await copyIn(device, range, path)).toBe(CAPACITY);
  expect(await copyOut(device, range, path)).toBe(CAPACITY);
  expect(Buffer.compare(readFileSync(path), contents)).toBe(0);
});

test("a command that fails leaves no queue and no memory behind: it can be tried again", async () => {
  const { device } = await broughtUp("size=1m&fault=error-status:op=read,nth=3");
  const { commands, completions, data } = device.memory.used;
  await expect(copyOut(device, range, path)).rejects.toMatchObject({ code: "DEVICE" });
  expect(device.memory.used).toMatchObject({ commands, completions, data });
  expect(await copyOut(device, range, path)).toBe(CAPACITY);
});

test("where the queue cannot be deleted either, the memory goes back with the reset", async () => {
  const faults = "error-status:op=read,nth=3;error-status:op=delete-io-sq";
  const { device } = await broughtUp(`size=1m&fault=${faults}`);
  await expect(copyOut(device, range, path)).rejects.toThrow(/^Read of/);
  expect(device.memory.used.data).toBeGreaterThan(0);
  await device.reset();
  expect(device.memory.used).toMatchObject({ commands: 0, completions: 0, data: 0 });
});
