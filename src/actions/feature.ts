// phasebit feature: values of features, got, set, and listed.
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
import {
  firstNamespace,
  isOfNamespace,
  isToldByIdentify,
  supportedFeatures,
} from "../nvme/supported-features.ts";
import { type FeatureValue, featureLines, featureListLines } from "../text/feature.ts";
import { namedNumber, withController } from "./ask.ts";
import { inputBytes } from "./input-file.ts";
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
/** Of a feature's data structure. */
const MOST_BYTES = 4096;

export interface FeatureFlags extends InspectFlags {
  readonly nsid: string;
  readonly sel: keyof typeof selects;
  readonly value?: string;
  readonly save?: boolean;
  readonly input?: string;
  readonly destructive?: boolean;
  readonly all?: boolean;
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
  if (flags.all === true) throw usage(`--all: goes with list`);
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
  const input =
    flags.input === undefined
      ? undefined
      : inputBytes(flags.input, MOST_BYTES, `a feature takes 1 to ${MOST_BYTES}`);
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

/** Features whose value is that of a set, a group or a level, which CDW11 has to name: 0 is none. */
const WANT_SELECTOR = new Set([0x12, 0x13, 0x14, 0x18, 0x1d, 0x1e]);

/** A feature that is not in the list, and why. */
export interface UnlistedFeature {
  readonly fid: number;
  readonly name: string;
  readonly why: "not told" | "which one" | "no namespace" | "refused";
}

type Listing = ReturnType<typeof listed>;

/**
 * The features that the controller says it has, as far as phasebit knows them; with --all the others are asked for too,
 * and each of these that is not there is an entry in the error log.
 */
async function list(flags: FeatureFlags): Promise<void> {
  const { source, features, unlisted } = await withController(flags, (place) => look(place, flags));
  printInspection(flags, "features", {
    document: () => ({ device: { address: flags.device }, source, features, unlisted }),
    lines: (lines) => featureListLines(features, unlisted, lines),
  });
}

async function look(place: Place, flags: FeatureFlags) {
  const { source, features: supported } = await supportedFeatures(place);
  const ofNamespace = new Map(supported.map(({ fid, isOfNamespace }) => [fid, isOfNamespace]));
  const nsid = nsidOf(flags) || (await firstNamespace(place));
  const features: Listing[] = [];
  const unlisted: UnlistedFeature[] = [];
  for (const fid of namedFeatures) {
    const why = flags.all === true ? null : reasonAgainst(fid, source, ofNamespace.has(fid));
    if (why === "not there") continue;
    const isOne = ofNamespace.get(fid) ?? isOfNamespace(fid);
    const asked = why ?? (isOne && nsid === null ? "no namespace" : null);
    if (asked !== null) {
      unlisted.push({ fid, name: featureName(fid), why: asked });
      continue;
    }
    const { completion } = await getFeature(place, { fid, nsid: isOne ? nsid! : 0 });
    if (completion.status === 0) features.push(listed(fid, completion.dw0));
    else if (ofNamespace.has(fid)) unlisted.push({ fid, name: featureName(fid), why: "refused" });
  }
  return { source, features, unlisted };
}

/** Why a feature is not asked for; null when it is. */
function reasonAgainst(
  fid: number,
  source: "log" | "identify",
  isSupported: boolean,
): "not told" | "not there" | "which one" | null {
  if (isSupported) return WANT_SELECTOR.has(fid) ? "which one" : null;
  return source === "log" || isToldByIdentify(fid) ? "not there" : "not told";
}

function listed(fid: number, value: number) {
  return { fid, name: featureName(fid), value, fields: decodeFeature(fid, value) };
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
