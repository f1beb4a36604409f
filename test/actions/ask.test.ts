// What identify, log and feature refuse before a device is opened: the address names none that could be.
import { expect, test } from "vitest";
import { type FeatureFlags, feature } from "../../src/actions/feature.ts";
import { type IdentifyFlags, identify } from "../../src/actions/identify.ts";
import { type LogFlags, log } from "../../src/actions/log.ts";

const device = "0000:ff:1f.7";

test.each<[Partial<IdentifyFlags>, string]>([
  [{ cns: "controler" }, "--cns controler: did you mean controller? phasebit knows namespace, "],
  [{ cns: "256" }, "--cns 256: must be 0 to 0xff"],
  [{ cns: "0\x1b[2J" }, "--cns 0\\x1b[2J: must be 0 to 0xff"],
  [{ nsid: "all" }, "--nsid all: must be 0 to 0xffffffff"],
  [{ cntid: "65536" }, "--cntid 65536: must be 0 to 0xffff"],
  [{ csi: "-1" }, "--csi -1: must be 0 to 0xff"],
])("identify %j: %s", async (flags, message) => {
  await expect(identify({ device, cntid: "0", csi: "0", ...flags })).rejects.toMatchObject({
    ...{ code: "USAGE", message: expect.stringContaining(message) },
  });
});

test.each<[string | undefined, Partial<LogFlags>, string]>([
  ["smrt", {}, "page smrt: did you mean smart? phasebit knows supported, "],
  ["smart", { lid: "2" }, "--lid 2: the page is named already"],
  [undefined, { lid: "smart" }, "--lid smart: must be 0 to 0xff"],
  ["smart", { offset: "2" }, "--offset 2: must be a multiple of 4 bytes"],
  ["smart", { length: "510" }, "--length 510: must be a multiple of 4 bytes"],
  ["smart", { length: "0" }, "--length 0: must be a multiple of 4 bytes"],
  ["smart", { lsp: "128" }, "--lsp 128: must be 0 to 0x7f"],
  ["smart", { output: "/" }, "--output /: is not a regular file"],
])("log %s %j: %s", async (page, flags, message) => {
  const defaults = { device, lsp: "0", offset: "0", nsid: "0xffffffff" };
  await expect(log(page, { ...defaults, ...flags })).rejects.toMatchObject({
    ...{ code: "USAGE", message: expect.stringContaining(message) },
  });
});

test.each<["get" | "set" | "list", string | undefined, Partial<FeatureFlags>, string, string?]>([
  ["get", undefined, {}, "feature get: say which feature"],
  ["list", "apst", {}, "feature list apst: lists all"],
  ["get", "write-cach", {}, "feature write-cach: did you mean write-cache?"],
  ["get", "apst", { save: true }, "--save: goes with set"],
  ["set", "write-cache", {}, "feature set: say what to set with --value"],
  ["set", "write-cache", { value: "0", sel: "default" }, "--sel default: goes with get"],
  ["set", "write-cache", { value: "yes" }, "--value yes: must be 0 to 0xffffffff"],
  ["set", "host-id", { value: "0", input: "/nowhere" }, "--input /nowhere: there is no such file"],
  ["set", "write-cache", { value: "0", save: true }, "is saved: the value outlives", "REFUSED"],
  [
    "set",
    "write-protection",
    { value: "3" },
    "write protected, for ever; add --destructive",
    "REFUSED",
  ],
  ["set", "0xc5", { value: "1" }, "nobody but the vendor knows", "REFUSED"],
])("feature %s %s %j: %s", async (act, name, flags, message, code = "USAGE") => {
  const defaults = { device, nsid: "0", sel: "current" } as const;
  await expect(feature(act, name, { ...defaults, ...flags })).rejects.toMatchObject({
    ...{ code, message: expect.stringContaining(message) },
  });
});
