// What the embedded controller is to do wrong: fault=NAME:key=value,key=value;NAME2:…
//
// When it strikes, for every fault:
//   op=       which commands: a name (read, write, flush, compare, write-zeroes, dataset-management, identify,
//             create-io-sq, …), any (all I/O commands), admin (all admin commands), a number (I/O opcode) or
//             admin-NUMBER
//   every=N   every Nth of them    nth=N   only the Nth    p=0.01   each with this probability
//   times=N   at most so often     seed=N  of its own random numbers
//
// Faults of a command:
//   error-status:sct=0,sc=6,more=0,dnr=0,crd=0  completes with this status, unexecuted
//   delay:time=1ms          completes so much later
//   never-complete          in flight until it is aborted, or a reset
//   corrupt-data:mode=flip  flip (a bit), zero (a page), misdirect (other blocks); op=read unless given
//   no-data                 success, but nothing was moved; op=read unless given
//   write-lost              the same; op=write unless given
//   cfs, gone, surprise-reset, spurious-interrupt
// Faults of a completion entry:
//   duplicate-cqe, stuck-phase, early-phase, fuzz-cqe
//   cqe-bits:more=1,dnr=0,crd=0,dword1=0    these bits are set too; the command is executed
//   bad-cid:mode=range      range, idle, busy, old; with extra=1 before the true entry, not instead of it
//   bad-sqid:value=65535    likewise with extra=1
//   bad-sqhd:value=65535    likewise with extra=1; value=inside is an index in the queue that cannot be it
// Of an interrupt: drop-interrupt (op=admin for the admin queue's)
// Of the controller: never-ready, never-unready, shutdown-stuck, queue-limit:n=1,
//   bad-cap:field=mqes,value=0
// Of a reset: reset-ignored, nssro-lost, features-kept, late-completion
//   bad-identify:field=mdts,value=0    or :cns=1,offset=77,bytes=1,value=0
//   bad-register:offset=0x38,value=0   what four bytes of the registers read
// Of masks and the pin: mask-ignored, pending-bit-lost, unmask-silent, pin-stuck
// Of shadow doorbells: stale-event-index
// Of its memory: cmb-lost-write:offset=0, cmb-wrong-offset, pmr-never-ready
import {
  BadCid,
  Corruption,
  FaultKind,
  MATCH_ADMIN,
  MATCH_ANY,
  MOST_IO_QUEUES,
  SQHD_INSIDE,
} from "../../assembly/device/options.ts";
import { Cns, NvmOpcode } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { DOORBELLS } from "../../assembly/spec/registers.ts";
import { STATUS_CRD_SHIFT, STATUS_DNR, STATUS_MORE } from "../../assembly/spec/status.ts";
import { type PhasebitError, usage } from "../ground/errors.ts";
import { nearest, safeString } from "../ground/strings.ts";
import { parseTimeNs, TIME_FORMAT } from "../ground/units.ts";
import { capFields, identifyFields, matchNames } from "./fault-names.ts";

/** One fault, as `addFault` takes it. */
export interface EmbeddedFault {
  readonly name: string;
  readonly kind: FaultKind;
  readonly match: number;
  readonly every: number;
  readonly times: number;
  readonly probability: number;
  readonly a: bigint;
  readonly b: bigint;
  readonly seed: bigint;
}

/** The keys of one fault as written. */
type Values = ReadonlyMap<string, string>;

/** A kind of fault: its own keys, the opcode it is about unless op= says otherwise, its arguments. */
interface FaultForm {
  readonly kind: FaultKind;
  readonly keys?: readonly string[];
  readonly match?: number;
  readonly arguments?: (fault: string, values: Values) => readonly [bigint, bigint];
}

const commonKeys = ["op", "every", "nth", "times", "p", "seed"];

const forms: Readonly<Record<string, FaultForm>> = {
  "error-status": {
    kind: FaultKind.ERROR_STATUS,
    keys: ["sct", "sc", "more", "dnr", "crd"],
    arguments: statusArguments,
  },
  delay: { kind: FaultKind.DELAY, keys: ["time"], arguments: delayArguments },
  "never-complete": { kind: FaultKind.NEVER_COMPLETE },
  "corrupt-data": {
    kind: FaultKind.CORRUPT_DATA,
    keys: ["mode"],
    match: NvmOpcode.READ,
    arguments: (fault, values) => [choice(fault, values, "mode", corruptions), 0n],
  },
  "no-data": { kind: FaultKind.NO_DATA, match: NvmOpcode.READ },
  "write-lost": { kind: FaultKind.WRITE_LOST, match: NvmOpcode.WRITE },
  cfs: { kind: FaultKind.FATAL },
  gone: { kind: FaultKind.GONE },
  "surprise-reset": { kind: FaultKind.SURPRISE_RESET },
  "spurious-interrupt": { kind: FaultKind.SPURIOUS_INTERRUPT },
  "duplicate-cqe": { kind: FaultKind.DUPLICATE_CQE },
  "bad-cid": {
    kind: FaultKind.BAD_CID,
    keys: ["mode", "extra"],
    arguments: (fault, values) => [
      choice(fault, values, "mode", badCids),
      number(fault, values, "extra", 0, 0, 1),
    ],
  },
  "bad-sqid": { kind: FaultKind.BAD_SQID, keys: ["value", "extra"], arguments: wordArguments },
  "bad-sqhd": { kind: FaultKind.BAD_SQHD, keys: ["value", "extra"], arguments: sqhdArguments },
  "stuck-phase": { kind: FaultKind.STUCK_PHASE },
  "early-phase": { kind: FaultKind.EARLY_PHASE },
  "cqe-bits": {
    kind: FaultKind.CQE_BITS,
    keys: ["more", "dnr", "crd", "dword1"],
    arguments: bitArguments,
  },
  "fuzz-cqe": { kind: FaultKind.FUZZ_CQE },
  "drop-interrupt": { kind: FaultKind.DROP_INTERRUPT },
  "mask-ignored": { kind: FaultKind.MASK_IGNORED },
  "pending-bit-lost": { kind: FaultKind.PENDING_BIT_LOST },
  "unmask-silent": { kind: FaultKind.UNMASK_SILENT },
  "pin-stuck": { kind: FaultKind.PIN_STUCK },
  "never-ready": { kind: FaultKind.NEVER_READY },
  "never-unready": { kind: FaultKind.NEVER_UNREADY },
  "shutdown-stuck": { kind: FaultKind.SHUTDOWN_STUCK },
  "stale-event-index": { kind: FaultKind.STALE_EVENT_INDEX },
  "reset-ignored": { kind: FaultKind.RESET_IGNORED },
  "nssro-lost": { kind: FaultKind.NSSRO_LOST },
  "features-kept": { kind: FaultKind.FEATURES_KEPT },
  "late-completion": { kind: FaultKind.LATE_COMPLETION },
  "queue-limit": {
    kind: FaultKind.QUEUE_LIMIT,
    keys: ["n"],
    arguments: (fault, values) => [number(fault, values, "n", 1, 1, MOST_IO_QUEUES), 0n],
  },
  "bad-cap": { kind: FaultKind.BAD_CAP, keys: ["field", "value"], arguments: capArguments },
  "bad-identify": {
    kind: FaultKind.BAD_IDENTIFY,
    keys: ["field", "value", "cns", "offset", "bytes"],
    arguments: identifyArguments,
  },
  "bad-register": {
    kind: FaultKind.BAD_REGISTER,
    keys: ["offset", "value"],
    arguments: (fault, values) => [
      number(fault, values, "offset", 0, 0, MOST_REGISTER),
      number(fault, values, "value", 0, 0, MOST_U32),
    ],
  },
  "cmb-lost-write": {
    kind: FaultKind.CMB_LOST_WRITE,
    keys: ["offset"],
    arguments: (fault, values) => [number(fault, values, "offset", 0, 0, MOST_U32), 0n],
  },
  "cmb-wrong-offset": { kind: FaultKind.CMB_WRONG_OFFSET },
  "pmr-never-ready": { kind: FaultKind.PMR_NEVER_READY },
};

/** Registers end where the doorbells begin. */
const MOST_REGISTER = DOORBELLS - 4;

const corruptions = {
  flip: Corruption.FLIP,
  zero: Corruption.ZERO,
  misdirect: Corruption.MISDIRECT,
};

const badCids = {
  range: BadCid.RANGE,
  idle: BadCid.IDLE,
  busy: BadCid.BUSY,
  old: BadCid.OLD,
};

/** The faults in the value of one fault= parameter. `seed` is the device's. */
export function parseFaults(text: string, seed: bigint): EmbeddedFault[] {
  return text.split(";").map((part) => parseFault(part, seed));
}

function parseFault(text: string, seed: bigint): EmbeddedFault {
  const [name = "", ...rest] = text.split(":");
  const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
  if (!form) throw unknown("fault", name, Object.keys(forms));
  const values = split(name, rest.join(":"), [...(form.keys ?? []), ...commonKeys]);
  const [a, b] = form.arguments?.(name, values) ?? [0n, 0n];
  const own = values.get("seed");
  return {
    name,
    kind: form.kind,
    match: matchOf(name, values.get("op"), form.match ?? MATCH_ANY),
    ...whenOf(name, values),
    a,
    b,
    seed: own === undefined ? seed : whole(name, "seed", own, 0n, MOST_U64),
  };
}

const MOST_U32 = 0xffffffff;
const MOST_U64 = 2n ** 64n - 1n;

function whenOf(
  fault: string,
  values: Values,
): Pick<EmbeddedFault, "every" | "times" | "probability"> {
  const nth = values.get("nth");
  if (nth !== undefined && (values.has("every") || values.has("times") || values.has("p"))) {
    throw wrong(fault, "nth", nth, "nth stands alone, without every, times and p");
  }
  const probability = values.get("p");
  return {
    every: Number(number(fault, values, nth === undefined ? "every" : "nth", 0, 1, MOST_U32)),
    times: nth === undefined ? Number(number(fault, values, "times", 0, 1, MOST_U32)) : 1,
    probability: probability === undefined ? 0 : chance(fault, probability),
  };
}

function chance(fault: string, text: string): number {
  const value = /^[0-9.]+(e-?[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= 1) return value;
  throw wrong(fault, "p", text, "a probability is more than 0 and at most 1");
}

function matchOf(fault: string, text: string | undefined, absent: number): number {
  if (text === undefined) return absent;
  const named = matchNames.get(text);
  if (named !== undefined) return named;
  const [, admin, opcode] = /^(admin-)?(0x[0-9a-f]{1,2}|[0-9]{1,3})$/i.exec(text) ?? [];
  if (opcode === undefined) throw unknown(`fault ${fault}: op`, text, [...matchNames.keys()]);
  if (Number(opcode) > 0xff) throw wrong(fault, "op", text, "an opcode is at most 0xff");
  return Number(opcode) | (admin === undefined ? 0 : MATCH_ADMIN);
}

function statusArguments(fault: string, values: Values): readonly [bigint, bigint] {
  const sct = number(fault, values, "sct", 0, 0, 7);
  const sc = number(fault, values, "sc", 6, 0, 0xff);
  const status = (sct << 8n) | sc | flagsOf(fault, values);
  if (status === 0n) throw wrong(fault, "sc", "0", "with sct=0 this is success");
  return [status, 0n];
}

function bitArguments(fault: string, values: Values): readonly [bigint, bigint] {
  const keys = ["dnr", "crd", "dword1"];
  const bits = flagsOf(fault, values, keys.some((key) => values.has(key)) ? 0 : 1);
  const dword1 = number(fault, values, "dword1", 0, 0, MOST_U32);
  if (bits === 0n && dword1 === 0n) {
    throw wrong(fault, "more", "0", "set one of more, dnr, crd and dword1");
  }
  return [bits, dword1];
}

/** More, which is `absent` where it is not given, Do Not Retry and Command Retry Delay, as (status >> 1). */
function flagsOf(fault: string, values: Values, absent = 0): bigint {
  const more = number(fault, values, "more", absent, 0, 1) * BigInt(STATUS_MORE);
  const dnr = number(fault, values, "dnr", 0, 0, 1) * BigInt(STATUS_DNR);
  const crd = number(fault, values, "crd", 0, 0, 3) << BigInt(STATUS_CRD_SHIFT);
  return more | dnr | crd;
}

function delayArguments(fault: string, values: Values): readonly [bigint, bigint] {
  const text = values.get("time") ?? "1ms";
  const ns = parseTimeNs(text);
  if (ns === undefined) throw wrong(fault, "time", text, TIME_FORMAT);
  return [BigInt(Math.round(ns)), 0n];
}

function wordArguments(fault: string, values: Values): readonly [bigint, bigint] {
  return [
    number(fault, values, "value", 0xffff, 0, 0xffff),
    number(fault, values, "extra", 0, 0, 1),
  ];
}

function sqhdArguments(fault: string, values: Values): readonly [bigint, bigint] {
  if (values.get("value") !== "inside") return wordArguments(fault, values);
  return [BigInt(SQHD_INSIDE), number(fault, values, "extra", 0, 0, 1)];
}

function capArguments(fault: string, values: Values): readonly [bigint, bigint] {
  const [bit, width] = fieldOf(fault, values, capFields);
  const most = 2n ** BigInt(width) - 1n;
  return [BigInt(bit | (width << 8)), whole(fault, "value", values.get("value") ?? "0", 0n, most)];
}

function identifyArguments(fault: string, values: Values): readonly [bigint, bigint] {
  const [cns, offset, bytes] = values.has("offset")
    ? [
        number(fault, values, "cns", Cns.CONTROLLER, 0, 0xff),
        number(fault, values, "offset", 0, 0, IDENTIFY_BYTES - 1),
        number(fault, values, "bytes", 1, 1, 8),
      ]
    : fieldOf(fault, values, identifyFields).map(BigInt);
  const most = 2n ** (8n * (bytes ?? 0n)) - 1n;
  const place = (offset ?? 0n) | ((bytes ?? 0n) << 16n) | ((cns ?? 0n) << 24n);
  return [place, whole(fault, "value", values.get("value") ?? "0", 0n, most)];
}

function fieldOf<T>(fault: string, values: Values, fields: Readonly<Record<string, T>>): T {
  const name = values.get("field") ?? "";
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw unknown(`fault ${fault}: field`, name, Object.keys(fields));
  return field;
}

function choice(
  fault: string,
  values: Values,
  key: string,
  names: Readonly<Record<string, number>>,
): bigint {
  const words = Object.keys(names);
  const text = values.get(key) ?? words[0] ?? "";
  if (!Object.hasOwn(names, text)) throw unknown(`fault ${fault}: ${key}`, text, words);
  return BigInt(names[text] ?? 0);
}

function number(
  fault: string,
  values: Values,
  key: string,
  absent: number,
  least: number,
  most: number,
): bigint {
  const text = values.get(key);
  return text === undefined ? BigInt(absent) : whole(fault, key, text, BigInt(least), BigInt(most));
}

function whole(fault: string, key: string, text: string, least: bigint, most: bigint): bigint {
  const value = /^([0-9]{1,20}|0x[0-9a-fA-F]{1,16})$/.test(text) ? BigInt(text) : -1n;
  if (value >= least && value <= most) return value;
  throw wrong(fault, key, text, `expected a whole number from ${least} to ${most}`);
}

function split(fault: string, text: string, keys: readonly string[]): Values {
  const values = new Map<string, string>();
  for (const part of text === "" ? [] : text.split(",")) {
    const [key = "", ...value] = part.split("=");
    if (!keys.includes(key)) throw unknown(`fault ${fault}: key`, key, keys);
    if (values.has(key)) throw wrong(fault, key, value.join("="), "is given twice");
    values.set(key, value.join("="));
  }
  return values;
}

function unknown(what: string, word: string, words: readonly string[]): PhasebitError {
  const near = nearest(word, words);
  const advice = near ? `did you mean ${near}?` : `expected ${words.join(", ")}`;
  return usage(`device embedded: unknown ${what} "${safeString(word)}": ${advice}`);
}

function wrong(fault: string, key: string, value: string, advice: string): PhasebitError {
  return usage(`device embedded: fault ${fault}: ${key}=${safeString(value)}: ${advice}`);
}
