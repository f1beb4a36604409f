// Commands with data of any length, log pages in pieces, and the error log entry that belongs to a failed command.
import { expect, test } from "vitest";
import { LogPage } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { decode } from "../../src/decode/decode.ts";
import { smartLog } from "../../src/decode/log-smart.ts";
import { type Carried, carry, type Place } from "../../src/nvme/carried.ts";
import { errorEntryOf, readLog } from "../../src/nvme/log.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { timeoutMs, withPair } from "./devices.ts";

async function opened(parameters?: string) {
  const up = await withPair(parameters);
  const place: Place = { controller: up.controller, memory: up.device.memory };
  const io = (command: sqe.SqeDwords, bytes: number, input?: Uint8Array): Promise<Carried> =>
    carry(place, up.sq, command, { timeoutMs, bytes, ...(input && { input }) });
  return { ...up, place, io };
}

const blocks = (count: number, slba = 0n) => ({ nsid: 1, slba, blocks: count });

test("input that is longer than the memory is refused, and nothing is sent", async () => {
  const { io, sq } = await opened();
  await expect(io(sqe.write(blocks(1)), 4096, new Uint8Array(4097))).rejects.toThrow(RangeError);
  expect(sq.tail).toBe(0);
});

test("a page that is none comes back as the command that was refused", async () => {
  const { place } = await opened();
  const answer = await readLog(place, { lid: 0x70 as LogPage, bytes: 512 });
  expect(answer).toMatchObject({
    ok: false,
    last: { completion: { status: Status.INVALID_LOG_PAGE } },
  });
});

test("a log specific field that is too large is refused by name", async () => {
  const { place } = await opened();
  const range = { lid: LogPage.SMART, bytes: 512, lsp: 128 };
  await expect(readLog(place, range)).rejects.toMatchObject({ code: "USAGE", what: "lsp" });
});

test.each([1, 4096, 8192, 12_288, 2 * 2 ** 20])(
  "%i bytes go out and come in, with a list where it takes one",
  async (bytes) => {
    const { io, device } = await opened("size=16m&mdts=10");
    const input = Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + (at >> 12)) & 0xff);
    const count = Math.ceil(bytes / 4096);
    const before = device.memory.bytes.length;
    const padded = Math.max(bytes, 4096);
    expect((await io(sqe.write(blocks(count)), padded, input)).completion.status).toBe(0);
    const { data, completion } = await io(sqe.read(blocks(count)), padded);
    expect(completion.status).toBe(0);
    expect(Buffer.from(data!.subarray(0, bytes)).equals(Buffer.from(input))).toBe(true);
    expect(device.memory.bytes.length).toBe(before);
  },
);

test("a command takes the CID of one's choice, and is told with it and with its slot", async () => {
  const { place, sq } = await opened();
  await carry(place, sq, sqe.flush(1), { timeoutMs });
  const {
    sqe: posted,
    slot,
    completion,
    data,
  } = await carry(place, sq, sqe.flush(1), {
    ...{ timeoutMs, cid: 0x1234 },
  });
  expect({ slot, data, cid: completion.cid }).toEqual({ slot: 1, data: null, cid: 0x1234 });
  expect(posted[0]).toBe(0x12340000);
});

test("a long page comes in pieces that MDTS allows, and is whole", async () => {
  const { place } = await opened("size=16m&mdts=1");
  const whole = await readLog(place, { lid: LogPage.COMMANDS_SUPPORTED_AND_EFFECTS, bytes: 4096 });
  const part = await readLog(place, {
    ...{ lid: LogPage.COMMANDS_SUPPORTED_AND_EFFECTS, bytes: 3072, offset: 1024n },
  });
  if (!whole.ok || !part.ok) throw new Error("the page was refused");
  expect(Buffer.from(part.data).equals(Buffer.from(whole.data.subarray(1024)))).toBe(true);
});

test("what the controller counts is what it was asked for", async () => {
  const { place, io } = await opened();
  await io(sqe.read(blocks(2)), 8192);
  const answer = await readLog(place, { lid: LogPage.SMART, bytes: 512 });
  if (!answer.ok) throw new Error("the page was refused");
  const fields = decode(smartLog, answer.data);
  expect(fields.find(({ name }) => name === "HRC")?.value).toBe(1n);
});

test("the newest entry with the command's SQID, CID and status is its own", async () => {
  const { place, io, sq, controller } = await opened("size=16m");
  const wrong = sqe.read(blocks(1, 1n << 40n));
  for (let turn = 0; turn < 3; turn++) await io(wrong, 4096);
  const other = await carry(place, controller.admin, sqe.command({ opcode: 0x7e }), { timeoutMs });
  const { completion } = await carry(place, sq, wrong, { timeoutMs, bytes: 4096, cid: 1 });
  const entry = await errorEntryOf(place, completion);
  expect(entry).toMatchObject({ sqid: 1, cid: 1, status: Status.LBA_OUT_OF_RANGE, count: 5n });
  expect(await errorEntryOf(place, other.completion)).toMatchObject({ sqid: 0, count: 4n });
});

test("a success has no entry, nor has a failure that the log does not know", async () => {
  const { place } = await opened();
  expect(await errorEntryOf(place, { status: 0, sqid: 1, cid: 0 })).toBeNull();
  expect(await errorEntryOf(place, { status: 0x281, sqid: 1, cid: 0 })).toBeNull();
});

test("memory of a command that is not answered is kept until the reset", async () => {
  const { place, controller } = await opened();
  const request = sqe.asynchronousEventRequest();
  const waiting = carry(place, controller.admin, request, { timeoutMs: 20, bytes: 4096 });
  await expect(waiting).rejects.toThrow(/no completion within 20 ms/);
});
