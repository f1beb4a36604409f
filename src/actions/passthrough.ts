// phasebit admin and phasebit io: any command, with every bit of it the user's, and what came of it told in full.
import { AdminOpcode, NvmOpcode } from "../../assembly/spec/commands.ts";
import { dangerOf } from "../decode/danger.ts";
import type { ErrorEntry } from "../decode/log-error.ts";
import { decodeStatus } from "../decode/status.ts";
import { exitCodes, PhasebitError } from "../ground/errors.ts";
import { saving, writeWhole } from "../ground/whole-file.ts";
import { type Carried, carry, type Place } from "../nvme/carried.ts";
import { commandName, commandText } from "../nvme/command-text.ts";
import type { Controller } from "../nvme/controller.ts";
import type { Device } from "../nvme/device.ts";
import { errorEntryOf } from "../nvme/log.ts";
import type { CarriedPart } from "../nvme/scattered.ts";
import * as sqe from "../nvme/sqe.ts";
import type { SubmissionQueue } from "../nvme/submission-queue.ts";
import { type Lines, linesFor } from "../text/compare-frame.ts";
import { completionLines, entryLines } from "../text/completion.ts";
import { hexDump } from "../text/hex-dump.ts";
import { documentText, withDevice } from "./inspect.ts";
import { isStdout } from "./output-file.ts";
import { type PassthroughFlags, type QueueKind, type Wish, wishOf } from "./passthrough-wish.ts";

/**
 * Sends one command and prints what came back; a dry run prints what would be sent and opens no device. An error status
 * ends in exit code 5.
 * @throws PhasebitError USAGE for what makes no sense, REFUSED for what can destroy data without consent
 */
export async function passthrough(kind: QueueKind, flags: PassthroughFlags): Promise<void> {
  const wish = wishOf(kind, flags);
  if (flags.dryRun === true) return printDryRun(kind, flags, wish);
  requireConsent(kind, flags, wish);
  const outcome = await withDevice(flags, (device) => send(device, kind, wish));
  print(kind, flags, wish, outcome);
  if (outcome.carried.completion.status !== 0) process.exitCode = exitCodes.DEVICE;
}

interface Outcome {
  readonly carried: Carried;
  readonly entry: ErrorEntry | null;
}

function requireConsent(kind: QueueKind, flags: PassthroughFlags, wish: Wish): void {
  const danger = dangerOf(wish.sqe, kind === "admin");
  if (danger === null || flags.destructive === true) return;
  const what = `${kind} command to ${flags.device}`;
  throw new PhasebitError("REFUSED", `${what}: ${danger}; add --destructive to allow it`);
}

async function send(device: Device, kind: QueueKind, wish: Wish): Promise<Outcome> {
  device.check();
  const isAdmin = kind === "admin";
  const controller = isAdmin
    ? await device.enable({ asq: wish.entries, acq: wish.entries })
    : await device.bringUp({ ioQueues: wish.sqid });
  if (isAdmin) await controller.identify();
  const place: Place = { controller, memory: device.memory };
  const queue = isAdmin
    ? controller.admin
    : await controller.createQueuePair(wish.sqid, wish.entries);
  await goTo(queue, wish);
  if (wish.sgl !== null) requireSgls(controller, wish.sgl);
  const { timeoutMs, bytes, input, sgl, cid } = wish;
  const more = { ...(input && { input }), ...(sgl && { sgl }), ...(cid !== null && { cid }) };
  const carried = await carry(place, queue, wish.sqe, { timeoutMs, bytes, ...more });
  return { carried, entry: await errorEntryOf(place, carried.completion) };
}

/** @throws PhasebitError REFUSED where Identify Controller has no SGLs, or none of that kind */
function requireSgls({ identity }: Controller, parts: readonly CarriedPart[]): void {
  const { sgls } = identity;
  const hasBucket = parts.some((part) => typeof part !== "number");
  if (sgls !== null && (sgls.hasBitBucket || !hasBucket)) return;
  const what = sgls === null ? "SGLs (SGLS is 0)" : "SGL Bit Bucket descriptors (SGLS bit 16 is 0)";
  throw new PhasebitError("REFUSED", `--sgl: the controller has no ${what}`);
}

/** Takes the tail to the slot that was asked for, with commands that change nothing. */
async function goTo(queue: SubmissionQueue, { slot, sqe: wished, timeoutMs }: Wish): Promise<void> {
  const opcode = queue.id === 0 ? AdminOpcode.GET_FEATURES : NvmOpcode.FLUSH;
  const filler = sqe.command({ opcode, nsid: queue.id === 0 ? 0 : wished[1]! });
  if (queue.id === 0) filler[10] = 0x07; // Number of Queues
  for (let turn = 0; slot !== null && queue.tail !== slot && turn < queue.entries; turn++) {
    await queue.run(filler, { timeoutMs });
  }
}

function printDryRun(kind: QueueKind, flags: PassthroughFlags, wish: Wish): void {
  if (flags.json === true) {
    const document = documentOf(kind, flags, wish.sqe, null);
    process.stdout.write(documentText("completion", document));
    return;
  }
  const pointer = wish.sgl === null ? "PRP1 and PRP2 are" : "The SGL is";
  const note = wish.bytes > 0 ? ["", `${pointer} filled in when the command is sent.`] : [];
  printLines([...entryLines(wish.sqe, kind === "admin", linesFor({})), ...note]);
}

function print(kind: QueueKind, flags: PassthroughFlags, wish: Wish, outcome: Outcome): void {
  const { carried, entry } = outcome;
  const data = wish.isRead ? carried.data : null;
  const isRaw = wish.output !== null && isStdout(wish.output);
  const isFailed = carried.completion.status !== 0;
  if (data !== null && wish.output !== null && !isRaw && !isFailed) {
    const { output } = wish;
    saving(output, () => writeWhole(output, data));
  }
  const stream = isRaw ? process.stderr : process.stdout;
  if (flags.json === true) {
    const shown = isRaw || isFailed ? null : dataEntry(data, wish.output);
    const document = documentOf(kind, flags, carried.sqe, { carried, entry, data: shown });
    stream.write(documentText("completion", document));
  } else {
    const lines = linesFor({});
    printLines(
      [
        ...entryLines(carried.sqe, kind === "admin", lines),
        ...completionLines(carried, entry, lines),
        ...dataLines(data, isFailed, wish, lines),
      ],
      stream,
    );
  }
  if (isRaw && data !== null && !isFailed) process.stdout.write(data);
}

/** A dump, unless the data went elsewhere, or the command failed and left the memory as it was. */
function dataLines(
  data: Uint8Array | null,
  isFailed: boolean,
  { output }: Wish,
  { colors }: Lines,
): string[] {
  if (data === null || isFailed) return [];
  if (output !== null)
    return isStdout(output) ? [] : [`${colors.bold("data")}    ${data.length} bytes`];
  return ["", ...hexDump(data)];
}

function printLines(lines: readonly string[], stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(lines.map((line) => `${line}\n`).join(""));
}

function dataEntry(data: Uint8Array | null, output: string | null): object | null {
  if (data === null) return null;
  const bytes = data.length;
  return output === null
    ? { bytes, hex: Buffer.from(data).toString("hex") }
    : { bytes, file: output };
}

function documentOf(
  queue: QueueKind,
  { device }: PassthroughFlags,
  entry: sqe.SqeDwords,
  outcome: (Outcome & { readonly data: object | null }) | null,
): object {
  const isAdmin = queue === "admin";
  const opcode = entry[0]! & 0xff;
  return {
    device: { address: device },
    command: {
      ...{ queue, opcode, name: commandName(opcode, isAdmin), text: commandText(entry, isAdmin) },
      sqe: Array.from(entry, hexDword),
    },
    completion: outcome === null ? null : completionEntry(outcome.carried),
    errorLogEntry: outcome?.entry?.fields ?? null,
    data: outcome?.data ?? null,
  };
}

function completionEntry({ completion, slot }: Carried): object {
  const { sqid, cid, sqhd, phase, dw0, dw1, raw } = completion;
  const status = decodeStatus(raw[3] >>> 17);
  return { sqid, slot, cid, sqhd, phase, dw0, dw1, cqe: raw.map(hexDword), status };
}

function hexDword(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
}
