// phasebit feature: values of features, got, set, and listed.
import { readFileSync } from "node:fs";
import { FeatureSelect } from "../../assembly/spec/commands.ts";
import { featureDanger } from "../decode/danger.ts";
import {
  decodeFeature,
  decodeFeatureCapabilities,
  decodeFeatureData,
  featureIdentifiers,
} from "../decode/features.ts";
import { numberText } from "../decode/fields.ts";
import { featureName, namedFeatures } from "../decode/names.ts";
import { PhasebitError, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import type { Carried, Place } from "../nvme/carried.ts";
import { getFeature, selectorOf, setFeature } from "../nvme/feature.ts";
import { failureOf } from "../nvme/log.ts";
import { type FeatureValue, featureLines, featureListLines } from "../text/feature.ts";
import { namedNumber, withController } from "./ask.ts";
import { type InspectFlags, printInspection } from "./inspect.ts";
import { fieldNumber } from "./numbers.ts";

/** Values of --sel. */
export const selects = {
  current: FeatureSelect.CURRENT,
  default: FeatureSelect.DEFAULT,
  saved: FeatureSelect.SAVED,
  supported: FeatureSelect.SUPPORTED_CAPABILITIES,
} as const;

/** What the command line said. */
export interface FeatureFlags extends InspectFlags {
  readonly nsid: string;
  readonly sel: keyof typeof selects;
  readonly value?: string;
  readonly save?: boolean;
  readonly input?: string;
  readonly destructive?: boolean;
}

/** @throws PhasebitError USAGE, REFUSED for what lasts without consent, DEVICE when the controller refuses */
export async function feature(
  act: "get" | "set" | "list",
  name: string | undefined,
  flags: FeatureFlags,
): Promise<void> {
  if (act === "list") {
    if (name !== undefined) throw usage(`feature list ${safeString(name)}: lists all; use get`);
    return list(flags);
  }
  if (name === undefined) throw usage(`feature ${act}: say which feature, by name or number`);
  const fid = namedNumber("feature", name, featureIdentifiers);
  return act === "get" ? get(fid, flags) : set(fid, flags);
}

async function get(fid: number, flags: FeatureFlags): Promise<void> {
  if (flags.save === true) throw usage("--save: goes with set; --sel saved shows the saved value");
  const which = fieldNumber("--value", flags.value ?? "0", 32);
  const range = { fid, nsid: nsidOf(flags), select: selects[flags.sel], which };
  const got = await withController(flags, async (place) =>
    valueIn(fid, flags.sel, await succeed(place, fid, "Get", getFeature(place, range))),
  );
  print(fid, flags, got, null);
}

async function set(fid: number, flags: FeatureFlags): Promise<void> {
  if (flags.sel !== "current") throw usage(`--sel ${flags.sel}: goes with get`);
  if (flags.value === undefined) throw usage("feature set: say what to set with --value (CDW11)");
  const value = fieldNumber("--value", flags.value, 32);
  const save = flags.save === true;
  const danger = featureDanger(fid, save);
  if (danger !== null && flags.destructive !== true) {
    throw new PhasebitError(
      "REFUSED",
      `set a feature of ${flags.device}: ${danger}; add --destructive to allow it`,
    );
  }
  const input = flags.input === undefined ? undefined : contents(flags.input);
  const range = { fid, nsid: nsidOf(flags), which: selectorOf(fid, value) };
  const [before, after] = await withController(flags, async (place) => {
    const look = async (): Promise<FeatureValue> =>
      valueIn(fid, "current", await succeed(place, fid, "Get", getFeature(place, range)));
    const found = await look();
    const wish = { value, save, ...(input && { input }) };
    await succeed(place, fid, "Set", setFeature(place, range, wish));
    return [found, await look()] as const;
  });
  print(fid, flags, before, after);
}

async function succeed(
  place: Place,
  fid: number,
  act: "Get" | "Set",
  sent: Promise<Carried>,
): Promise<Carried> {
  const carried = await sent;
  if (carried.completion.status === 0) return carried;
  const what = `${act} Features ${numberText(fid)}, ${featureName(fid)}`;
  throw await failureOf(place, what, carried.completion);
}

function valueIn(
  fid: number,
  sel: keyof typeof selects,
  { completion, data }: Carried,
): FeatureValue {
  const { dw0: value } = completion;
  const isCapability = sel === "supported";
  return {
    value,
    fields: isCapability ? decodeFeatureCapabilities(fid, value) : decodeFeature(fid, value),
    hex: data === null ? null : Buffer.from(data).toString("hex"),
    data: data === null ? null : decodeFeatureData(fid, value, data),
  };
}

/** The features that the controller has, as far as phasebit knows them. */
async function list(flags: FeatureFlags): Promise<void> {
  const found = await withController(flags, async (place) => {
    const features = [];
    for (const fid of namedFeatures) {
      const nsid = nsidOf(flags);
      let { completion } = await getFeature(place, { fid, nsid });
      // one that each namespace has for itself is not the controller's
      if (completion.status !== 0 && nsid === 0) {
        ({ completion } = await getFeature(place, { fid, nsid: 1 }));
      }
      if (completion.status !== 0) continue;
      const value = completion.dw0;
      features.push({ fid, name: featureName(fid), value, fields: decodeFeature(fid, value) });
    }
    return features;
  });
  printInspection(flags, "features", {
    document: () => ({ device: { address: flags.device }, features: found }),
    lines: (lines) => featureListLines(found, lines),
  });
}

function print(
  fid: number,
  flags: FeatureFlags,
  got: FeatureValue,
  after: FeatureValue | null,
): void {
  const name = featureName(fid);
  const saved = flags.save === true;
  printInspection(flags, "feature", {
    document: () => ({
      ...{ device: { address: flags.device }, fid, name, nsid: nsidOf(flags) },
      ...{ select: flags.sel, got, after, saved },
    }),
    lines: (lines) =>
      featureLines(`${name}, FID ${numberText(fid)}`, { got, after, saved, sel: flags.sel }, lines),
  });
}

function nsidOf({ nsid }: FeatureFlags): number {
  return fieldNumber("--nsid", nsid, 32);
}

function contents(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    if (bytes.length >= 1 && bytes.length <= 4096) return bytes;
    throw usage(
      `--input ${safeString(path)}: has ${bytes.length} bytes, a feature takes 1 to 4096`,
    );
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw usage(`--input ${safeString(path)}: cannot be read (${code})`);
  }
}
