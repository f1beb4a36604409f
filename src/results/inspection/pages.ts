// The documents of `phasebit identify`, `log`, `feature` and `events`.
import * as v from "valibot";
import { about, device, field } from "./values.ts";

/** null where no table knows the page; then its bytes are in "hex". */
const fields = v.nullable(v.array(field));
const hex = v.nullable(v.string());

export const identifyDocument = v.strictObject({
  phasebit: about("identify"),
  device,
  cns: v.number(),
  name: v.string(),
  nsid: v.number(),
  cntid: v.number(),
  csi: v.number(),
  fields,
  hex,
});

export const logDocument = v.strictObject({
  phasebit: about("log"),
  device,
  lid: v.number(),
  name: v.string(),
  nsid: v.number(),
  /** A string of decimal digits. */
  offset: v.string(),
  bytes: v.number(),
  fields,
  hex,
});

const featureValue = v.strictObject({
  value: v.number(),
  fields: v.array(field),
  /** The feature's data, as digits, and by field; null where it has none. */
  hex,
  data: fields,
});

export const featureDocument = v.strictObject({
  phasebit: about("feature"),
  device,
  fid: v.number(),
  name: v.string(),
  nsid: v.number(),
  select: v.picklist(["current", "default", "saved", "supported"]),
  /** What was asked for; what was there before it was set. */
  got: featureValue,
  /** What is there now that it was set; null when nothing was. */
  after: v.nullable(featureValue),
  saved: v.boolean(),
});

export const featuresDocument = v.strictObject({
  phasebit: about("features"),
  device,
  /** Who says which there are: log page 12h, or Identify Controller beside what is mandatory. */
  source: v.picklist(["log", "identify"]),
  features: v.array(
    v.strictObject({
      fid: v.number(),
      name: v.string(),
      value: v.number(),
      fields: v.array(field),
    }),
  ),
  /** What was not asked for, or was refused although it should be there. */
  unlisted: v.array(
    v.strictObject({
      fid: v.number(),
      name: v.string(),
      why: v.picklist(["not told", "which one", "no namespace", "refused"]),
    }),
  ),
});

export const eventDocument = v.strictObject({
  phasebit: about("event"),
  device,
  /** ms since the first request was posted. */
  atMs: v.number(),
  dw0: v.number(),
  type: v.number(),
  typeName: v.string(),
  information: v.number(),
  name: v.string(),
  lid: v.number(),
  logPage: v.string(),
  /** Whether the log page was read, which clears the event. */
  cleared: v.boolean(),
  fields,
});
