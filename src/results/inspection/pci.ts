// The document of `phasebit pci --json`.
import * as v from "valibot";
import { about, device, field } from "./values.ts";

export const capability = v.strictObject({
  isExtended: v.boolean(),
  id: v.number(),
  name: v.nullable(v.string()),
  longName: v.string(),
  offset: v.number(),
  version: v.nullable(v.number()),
  fields: v.array(field),
  raw: v.string(),
});

export const pciDocument = v.strictObject({
  phasebit: about("pci"),
  device,
  /** "sysfs", or the transport's name. */
  source: v.string(),
  writes: v.array(
    v.strictObject({
      offset: v.number(),
      bytes: v.picklist([1, 2, 4]),
      value: v.number(),
      after: v.number(),
    }),
  ),
  header: v.array(field),
  capabilities: v.array(capability),
  problems: v.array(v.string()),
  /** All of it, as hexadecimal digits. */
  config: v.string(),
});
