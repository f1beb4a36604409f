// Values as a prompt shows them: what the specification has a structure for is decoded, memory is dumped, queues are drawn,
// everything else is Node's to show.
import { inspect, types } from "node:util";
import { type DecodedField, decodeValue } from "../decode/decode.ts";
import { adminCommandName, ioCommandName } from "../decode/opcodes.ts";
import { registerStructures } from "../decode/registers.ts";
import { decodeStatus, statusName } from "../decode/status.ts";
import { draw } from "../draw/queue.ts";
import { LinearMemory } from "../memory/linear-memory.ts";
import { Region } from "../memory/region.ts";
import type { Completion } from "../nvme/completion.ts";
import { CompletionQueue } from "../nvme/completion-queue.ts";
import { Controller } from "../nvme/controller.ts";
import { Device } from "../nvme/device.ts";
import { Registers } from "../nvme/registers.ts";
import { SubmissionQueue } from "../nvme/submission-queue.ts";
import type { Lines } from "../text/compare-frame.ts";
import { wordsOf } from "../text/failure-words.ts";
import { fieldLines } from "../text/fields.ts";
import { hexDump } from "./hex-dump.ts";
import { isCompletion } from "./values.ts";

/** Bytes of a dump: more would scroll away what was typed. */
const DUMPED = 512;
const SQE_DWORDS = 16;
const CQES_SHOWN = 64;

/** A value for people, in as many lines as it needs. */
export function show(value: unknown, lines: Lines): string {
  const { colors } = lines;
  const plain = (): string => inspect(value, { colors: colors.isColorSupported, depth: 3 });
  if (typeof value === "number") return numberText(value, lines) ?? plain();
  // a drawing, a dump: quoted it would be one long line
  if (typeof value === "string" && value.includes("\n")) return value;
  if (typeof value !== "object" || value === null) return plain();
  if (isCompletion(value)) return completionText(value, lines);
  if (Array.isArray(value) && value.length > 0) {
    if (value.every(isCompletion)) return completionsText(value, lines);
    if (value.every(isDecoded)) return fieldLines(value, lines).join("\n");
  }
  if (types.isUint32Array(value) && value.length === SQE_DWORDS) return entryText(value, lines);
  if (types.isUint8Array(value)) return hexDump(value, DUMPED).join("\n");
  return ownText(value, lines) ?? plain();
}

/** What is the library's own. */
function ownText(value: object, lines: Lines): string | undefined {
  const { colors, columns } = lines;
  if (value instanceof Region) {
    const at = `pointer ${hex(value.pointer)}, IOVA ${hex(value.iova)}`;
    if (value.isReleased) return `region of ${value.bytes} bytes, given back`;
    const dump = hexDump(value.copy(Math.min(value.bytes, DUMPED)), DUMPED, value.bytes);
    return [colors.bold(`region of ${value.bytes} bytes, ${at}`), ...dump].join("\n");
  }
  if (value instanceof SubmissionQueue || value instanceof CompletionQueue) {
    const name = `${value instanceof CompletionQueue ? "CQ" : "SQ"} ${value.id}`;
    if (value.state !== "live") return `${name}, ${value.state}`;
    if (value.owner !== undefined) return `${name}, ${value.owner} has it`;
    return draw(value, { columns, color: colors.isColorSupported });
  }
  if (value instanceof Registers) return registersText(value, lines);
  if (value instanceof Controller) return controllerText(value);
  if (value instanceof Device) {
    return `${value.address}, ${value.transport.name}: the controller is ${value.health()}`;
  }
  if (value instanceof LinearMemory) {
    const used = Object.entries(value.used).map(([kind, bytes]) => `${kind} ${bytes}`);
    return `memory, bytes in use: ${used.join(", ")}`;
  }
  return value instanceof Error ? colors.red(wordsOf(value)) : undefined;
}

function controllerText(controller: Controller): string {
  const queues = `${controller.ioQueues} I/O queue pairs granted`;
  if (controller.admin.state !== "live") return `controller, ${controller.admin.state}`;
  try {
    const { model, serial, firmware, namespaces } = controller.identity;
    return `${model}, serial ${serial}, firmware ${firmware}, ${namespaces} namespaces, ${queues}`;
  } catch {
    return `controller, not identified, ${queues}`;
  }
}

function completionsText(all: readonly Completion[], lines: Lines): string {
  const told = all.slice(0, CQES_SHOWN).map((one) => completionText(one, lines));
  const left = all.length - told.length;
  return [...told, ...(left > 0 ? [`and ${left} more`] : [])].join("\n");
}

function completionText(completion: Completion, { colors }: Lines): string {
  const { sqid, cid, sqhd, phase, dw0, raw, stray } = completion;
  const { meaning, remedy, crd, more, dnr } = decodeStatus(raw[3] >>> 17);
  const isError = completion.status !== 0;
  const bits = [
    crd > 0 ? `CRD ${crd}` : "",
    more ? "More" : "",
    dnr ? "Do Not Retry" : "",
    stray ? "names no command that is outstanding" : "",
  ].filter((text) => text !== "");
  const style = isError || stray ? colors.red : colors.green;
  const status = style(statusName(completion.status));
  const head = `CQE sq ${sqid} cid ${hex(cid, 4)} SQHD ${sqhd} p${phase} DW0 ${hex(dw0, 8)} ${status}`;
  const tail = bits.length > 0 ? colors.yellow(` ${bits.join(", ")}`) : "";
  return isError ? `${head}${tail}\n    ${meaning}; ${remedy}` : head + tail;
}

/** The same opcode is one command to the admin queue and another one to the others. */
function entryText(entry: Uint32Array, { colors }: Lines): string {
  const opcode = entry[0]! & 0xff;
  const names = `admin ${adminCommandName(opcode)}, I/O ${ioCommandName(opcode)}`;
  const first = `SQE opcode ${hex(opcode, 2)} (${names}), CID ${hex(entry[0]! >>> 16, 4)}`;
  const rows = [0, 4, 8, 12].map((at) => {
    const dwords = [...entry.slice(at, at + 4)].map((dword) => dword.toString(16).padStart(8, "0"));
    return `  ${colors.dim(`CDW${at}`.padEnd(6))} ${dwords.join(" ")}`;
  });
  return [colors.bold(first), ...rows].join("\n");
}

function registersText(registers: Registers, lines: Lines): string {
  return registerStructures
    .flatMap((structure) => {
      const { name, longName, offset, bytes } = structure;
      const value = bytes === 8 ? registers.read64(offset) : registers.read(offset);
      if (BigInt(value) === 0n) return [];
      const head = `${name.padEnd(8)} ${hex(value, bytes * 2)}  ${longName}`;
      return [lines.colors.bold(head), ...fieldLines(decodeValue(structure, value), lines)];
    })
    .join("\n");
}

function numberText(value: number, { colors }: Lines): string | undefined {
  if (!Number.isSafeInteger(value) || value < 10) return undefined;
  return `${colors.yellow(String(value))} ${colors.dim(hex(value))}`;
}

function isDecoded(value: unknown): value is DecodedField {
  if (typeof value !== "object" || value === null) return false;
  return ["name", "longName", "value", "text"].every((key) => key in value);
}

function hex(value: number | bigint, digits = 1): string {
  return `${value.toString(16).toUpperCase().padStart(digits, "0")}h`;
}
