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

const barPlace = v.strictObject({ bar: v.number(), offset: v.number() });

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
  /** The MSI-X table and its Pending Bit Array; null where there is none, and through sysfs, which does not show them. */
  msix: v.nullable(
    v.strictObject({
      isEnabled: v.boolean(),
      isFunctionMasked: v.boolean(),
      table: barPlace,
      pendingBits: barPlace,
      vectors: v.array(
        v.strictObject({
          vector: v.number(),
          address: v.nullable(v.string()),
          data: v.nullable(v.number()),
          isMasked: v.nullable(v.boolean()),
          isPending: v.nullable(v.boolean()),
        }),
      ),
    }),
  ),
  /** All of it, as hexadecimal digits. */
  config: v.string(),
});
