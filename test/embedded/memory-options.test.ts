// The embedded controller's own memory in its address: misuse, and what it means.
import { describe, expect, test } from "vitest";
import { parseEmbedded } from "../../src/embedded/options.ts";
import { PhasebitError } from "../../src/ground/errors.ts";

function message(parameters: string): string {
  try {
    parseEmbedded(`embedded?${parameters}`);
  } catch (error) {
    expect(error).toMatchObject({ code: "USAGE" });
    expect(error).toBeInstanceOf(PhasebitError);
    return (error as Error).message;
  }
  throw new Error(`${parameters} was accepted`);
}

describe("misuse", () => {
  test.each<[string, RegExp]>([
    ["cmb=0", /cmb=0: expected a multiple of 4KiB, at most 1GiB/],
    ["cmb=5000", /cmb=5000: expected a multiple of 4KiB/],
    ["cmb=2G", /cmb=2G: expected a multiple/],
    ["cmb=64k&cmb-szu=2", /cmb=64k: expected a multiple of 1MiB/],
    ["cmb=1m&cmb-szu=4", /cmb-szu=4: expected a whole number from 0 to 3/],
    ["cmb=1m&cmb-offset=100", /cmb-offset=100: expected 0 or a multiple of 4KiB/],
    ["cmb=1m&cmb-for=sq,cq", /cmb-for=sq,cq: expected some of sq\+cq\+lists\+reads\+writes\+data/],
    ["cmb=1m&cmb-for=lists+data", /cmb-for=lists\+data: lists need sq beside them/],
    ["cmb=1m&cmb-mixed=2", /cmb-mixed=2: expected a whole number from 0 to 1/],
    ["cmb=big", /cmb=big: a size is/],
    ["cmb-szu=1", /cmb-szu=1: has no effect without cmb=SIZE/],
    ["pmr=1", /pmr=1: expected a multiple of 4KiB/],
    ["pmr=1m&pmr-for=sq", /pmr-for=sq: expected some of reads\+writes\+data/],
    ["pmr-for=data", /pmr-for=data: has no effect without pmr=SIZE/],
    ["fault=bad-register:offset=0x1000", /offset=0x1000: expected a whole number from 0 to 4092/],
  ])("%s", (parameters, words) => {
    expect(message(parameters)).toMatch(words);
  });
});

describe("what it means", () => {
  test("no memory unless it is asked for", () => {
    expect(parseEmbedded("embedded")).toMatchObject({ cmb: null, pmr: null });
  });

  test("a buffer for everything, at the beginning of its BAR", () => {
    const { cmb } = parseEmbedded("embedded?cmb=16m");
    expect(cmb).toEqual({
      ...{ bytes: 16 * 2 ** 20, offset: 0, szu: 0, uses: 0x1f },
      ...{ mixes: false, isLegacy: false },
    });
  });

  test("everything at once", () => {
    const { cmb, pmr } = parseEmbedded(
      "embedded?cmb=2m&cmb-szu=2&cmb-offset=3m&cmb-for=sq+reads&cmb-mixed=1&cmb-legacy=1&pmr=1m&pmr-for=",
    );
    expect(cmb).toEqual({
      ...{ bytes: 2 * 2 ** 20, offset: 3 * 2 ** 20, szu: 2, uses: 0x09 },
      ...{ mixes: true, isLegacy: true },
    });
    expect(pmr).toEqual({ bytes: 2 ** 20, uses: 0 });
  });
});
