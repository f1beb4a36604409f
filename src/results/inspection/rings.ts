// The document of `phasebit rings --json`.
import * as v from "valibot";
import { about, device } from "./values.ts";

const owner = v.picklist(["host", "controller"]);
const bit = v.picklist([0, 1]);

const sq = v.strictObject({
  kind: v.literal("sq"),
  id: v.number(),
  cqid: v.number(),
  head: v.number(),
  tail: v.number(),
  doorbell: v.number(),
  outstanding: v.number(),
  entries: v.array(
    v.strictObject({
      index: v.number(),
      state: v.picklist(["free", "posted", "rung", "read", "completed"]),
      owner,
      opcode: v.number(),
      cid: v.number(),
    }),
  ),
});

const cq = v.strictObject({
  kind: v.literal("cq"),
  id: v.number(),
  sqids: v.array(v.number()),
  head: v.number(),
  doorbell: v.number(),
  phase: bit,
  vector: v.nullable(v.number()),
  entries: v.array(
    v.strictObject({
      index: v.number(),
      state: v.picklist(["free", "new", "reaped", "overwritten"]),
      owner,
      isWritten: v.boolean(),
      dw0: v.number(),
      sqhd: v.number(),
      sqid: v.number(),
      cid: v.number(),
      phase: bit,
      status: v.number(),
      more: v.boolean(),
      dnr: v.boolean(),
    }),
  ),
});

export const ringsDocument = v.strictObject({
  phasebit: about("rings"),
  device,
  acts: v.array(
    v.strictObject({
      act: v.picklist(["start", "post", "ring", "device", "reap", "free"]),
      text: v.string(),
      section: v.string(),
      rings: v.array(v.strictObject({ sqs: v.array(sq), cq })),
    }),
  ),
});
