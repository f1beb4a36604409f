// Whatever a device sends decodes without a throw, and nothing of it reaches a terminal as anything but text.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decode } from "../../src/decode/decode.ts";
import { decodeEvent } from "../../src/decode/events.ts";
import {
  decodeFeature,
  decodeFeatureCapabilities,
  decodeFeatureData,
  featureDataBytes,
} from "../../src/decode/features.ts";
import { identifyController } from "../../src/decode/identify-controller.ts";
import { identifyNamespace } from "../../src/decode/identify-namespace.ts";
import {
  decodeControllerList,
  decodeDescriptors,
  decodeNamespaceList,
  decodeUuidList,
} from "../../src/decode/lists.ts";
import {
  decodeEffects,
  decodeFeatureEffects,
  decodeSupportedPages,
} from "../../src/decode/log-effects.ts";
import { decodeErrorLog } from "../../src/decode/log-error.ts";
import { firmwareLog } from "../../src/decode/log-firmware.ts";
import { smartLog } from "../../src/decode/log-smart.ts";
import { sanitizeLog, selfTestLog, telemetryHeader } from "../../src/decode/log-state.ts";
import type { Field } from "../../src/decode/structure.ts";
import {
  decodeSecondaryControllers,
  primaryCapabilities,
} from "../../src/decode/virtualization.ts";

const structures = [
  ...[identifyController, identifyNamespace, primaryCapabilities, smartLog, firmwareLog],
  ...[selfTestLog, sanitizeLog, telemetryHeader(0x07), telemetryHeader(0x08)],
];

/** Pages of any length up to 4 KiB, among them those that are all ones. */
const page = fc.oneof(
  fc.uint8Array({ maxLength: 4096 }),
  fc.uint8Array({ minLength: 4096, maxLength: 4096 }),
  fc.nat(4096).map((length) => new Uint8Array(length).fill(0xff)),
  fc.nat(4096).map((length) => new Uint8Array(length).fill(0x1b)),
);

/** All strings inside, which is what is printed. */
function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

function requireSafe(value: unknown): void {
  expect(stringsIn(value).filter((text) => !/^[\x20-\x7e°]*$/.test(text))).toEqual([]);
}

test("any page decodes by every structure", () => {
  fc.assert(
    fc.property(page, (bytes) => {
      for (const structure of structures) requireSafe(decode(structure, bytes));
    }),
    { numRuns: 60 },
  );
});

test("any page decodes as every list", () => {
  fc.assert(
    fc.property(page, (bytes) => {
      for (const list of [
        ...[decodeNamespaceList(bytes), decodeControllerList(bytes), decodeDescriptors(bytes)],
        ...[decodeUuidList(bytes), decodeSecondaryControllers(bytes), decodeErrorLog(bytes)],
        ...[decodeFeatureEffects(bytes), decodeSupportedPages(bytes), decodeEffects(bytes)],
      ]) {
        requireSafe(list);
      }
    }),
    { numRuns: 60 },
  );
});

test("any feature has a value and data that decode", () => {
  fc.assert(
    fc.property(fc.nat(0xff), fc.nat(0xffffffff), page, (fid, value, bytes) => {
      requireSafe(decodeFeature(fid, value));
      requireSafe(decodeFeatureCapabilities(fid, value));
      requireSafe(decodeFeatureData(fid, value, bytes.subarray(0, featureDataBytes(fid))));
    }),
  );
});

test("any dword is an event", () => {
  fc.assert(fc.property(fc.nat(0xffffffff), (dw0) => requireSafe(decodeEvent(dw0))));
});

test("fields of every table lie inside their structure and beside each other", () => {
  const check = (fields: readonly Field[], width: number): void => {
    let end = 0;
    for (const field of [...fields].sort((a, b) => a.bit - b.bit)) {
      expect(field.bit, field.name).toBeGreaterThanOrEqual(end);
      end = field.bit + field.width;
      if (field.fields !== undefined) check(field.fields, field.width);
    }
    expect(end).toBeLessThanOrEqual(width);
  };
  for (const { fields, bytes } of structures) check(fields, bytes * 8);
});
