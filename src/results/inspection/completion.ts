// The document of `phasebit admin --json` and `phasebit io --json`: a command, its completion, the status in full.
import * as v from "valibot";
import { about, device, field } from "./values.ts";

const hexDwords = (count: number) =>
  v.pipe(v.array(v.pipe(v.string(), v.regex(/^0x[0-9a-f]{8}$/))), v.length(count));

export const status = v.strictObject({
  sct: v.number(),
  sc: v.number(),
  type: v.string(),
  name: v.string(),
  meaning: v.string(),
  remedy: v.string(),
  crd: v.number(),
  more: v.boolean(),
  dnr: v.boolean(),
});

const command = v.strictObject({
  queue: v.picklist(["admin", "io"]),
  opcode: v.number(),
  name: v.string(),
  text: v.string(),
  sqe: hexDwords(16),
});

const completion = v.strictObject({
  sqid: v.number(),
  /** Index of the entry in its queue. */
  slot: v.number(),
  cid: v.number(),
  sqhd: v.number(),
  phase: v.picklist([0, 1]),
  dw0: v.number(),
  dw1: v.number(),
  cqe: hexDwords(4),
  status,
});

/** Data that came in: as digits, or in a file. */
export const data = v.union([
  v.strictObject({ bytes: v.number(), hex: v.string() }),
  v.strictObject({ bytes: v.number(), file: v.string() }),
]);

export const completionDocument = v.strictObject({
  phasebit: about("completion"),
  device,
  command,
  /** null for a dry run. */
  completion: v.nullable(completion),
  /** What the Error Information log has of it; null for a success, and where there is no such entry. */
  errorLogEntry: v.nullable(v.array(field)),
  data: v.nullable(data),
});
