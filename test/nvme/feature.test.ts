// Features of the embedded controller, by the library.
import { expect, test } from "vitest";
import { Feature, FeatureSelect } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { decodeFeature, decodeFeatureCapabilities } from "../../src/decode/features.ts";
import type { Place } from "../../src/nvme/carried.ts";
import { getFeature, selectorOf, setFeature } from "../../src/nvme/feature.ts";
import { broughtUp } from "./devices.ts";

async function place(): Promise<Place> {
  const { controller, device } = await broughtUp();
  return { controller, memory: device.memory };
}

test("a feature that is none, and one that cannot be saved, come back with their status", async () => {
  const at = await place();
  const none = await getFeature(at, { fid: 0x0c });
  expect(none.completion.status).toBe(Status.INVALID_FIELD);
  const saved = await setFeature(
    at,
    { fid: Feature.VOLATILE_WRITE_CACHE },
    { value: 0, save: true },
  );
  expect(saved.completion.status).toBe(Status.FEATURE_NOT_SAVEABLE);
});

test("what is set is what is got, and the default stays", async () => {
  const at = await place();
  const fid = Feature.TEMPERATURE_THRESHOLD;
  const value = 0x100000 | 300; // the under threshold
  await setFeature(at, { fid }, { value, save: false });
  const which = selectorOf(fid, value);
  const got = await getFeature(at, { fid, which });
  expect(decodeFeature(fid, got.completion.dw0 | which)[0]).toMatchObject({ meaning: "27 °C" });
  const preset = await getFeature(at, { fid, which, select: FeatureSelect.DEFAULT });
  expect(preset.completion.dw0 & 0xffff).toBe(0);
});

test("what can be done with a feature is told by bits", async () => {
  const { completion } = await getFeature(await place(), {
    ...{ fid: Feature.ERROR_RECOVERY, nsid: 1, select: FeatureSelect.SUPPORTED_CAPABILITIES },
  });
  expect(decodeFeatureCapabilities(Feature.ERROR_RECOVERY, completion.dw0)).toMatchObject([
    { name: "SAVE", value: 0 },
    { name: "NSSPEC", value: 1 },
    { name: "CHANG", value: 1 },
  ]);
});
