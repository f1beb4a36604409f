// The document of `phasebit reset --json`. Times are ns; what nobody knows is null.
import * as v from "valibot";
import type { FindingName } from "../../run/reset/findings.ts";
import { endingFindings, lastingFindings } from "../../run/reset/findings.ts";
import { resetKinds } from "../../run/reset/kinds.ts";
import { stepNames } from "../../run/reset/steps.ts";
import { about, device } from "./values.ts";

const registers = v.nullable(
  v.strictObject({
    cc: v.number(),
    csts: v.number(),
    aqa: v.number(),
    /** Strings of decimal digits: 64 bits. */
    asq: v.string(),
    acq: v.string(),
  }),
);

const feature = v.strictObject({
  fid: v.number(),
  name: v.string(),
  before: v.number(),
  after: v.nullable(v.number()),
});

const step = v.strictObject({
  name: v.picklist(stepNames),
  count: v.number(),
  minNs: v.number(),
  meanNs: v.number(),
  p50Ns: v.number(),
  /** Null where there are too few resets for it. */
  p99Ns: v.nullable(v.number()),
  maxNs: v.number(),
  hdrHistogramV2: v.string(),
});

const findingNames: readonly FindingName[] = [...endingFindings, ...lastingFindings];

export const resetDocument = v.strictObject({
  phasebit: about("reset"),
  device,
  kind: v.picklist(resetKinds),
  asked: v.number(),
  done: v.number(),
  interrupted: v.boolean(),
  registers: v.strictObject({ before: registers, disabled: registers, after: registers }),
  features: v.array(feature),
  steps: v.array(step),
  comparedBytes: v.number(),
  load: v.nullable(
    v.strictObject({
      submitted: v.number(),
      completed: v.number(),
      failed: v.number(),
      lost: v.number(),
    }),
  ),
  findings: v.array(
    v.strictObject({ name: v.picklist(findingNames), reset: v.number(), text: v.string() }),
  ),
});
