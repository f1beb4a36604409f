// What ends a measurement of several blocks.
import { expect, test } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import { WarningSet } from "../../src/run/warning-set.ts";

const failing = (code: "DEVICE" | "INTERRUPTED") => async (): Promise<never> => {
  throw new PhasebitError(code, "it is over");
};

test("a block that cannot be run is the caller's where there is nothing yet, and a doubt afterwards", async () => {
  const warnings = new WarningSet();
  await expect(warnings.unlessEnded(false, failing("DEVICE"))).rejects.toThrow("it is over");
  expect(await warnings.unlessEnded(true, async () => 7)).toBe(7);
  expect(await warnings.unlessEnded(true, failing("INTERRUPTED"))).toBeUndefined();
  expect(warnings.all).toEqual([]);
  expect(await warnings.unlessEnded(true, failing("DEVICE"))).toBeUndefined();
  expect(warnings.all).toEqual([{ kind: "stopped-early", why: "it is over" }]);
});

test("a device that is lost is told of as such, once", async () => {
  const warnings = new WarningSet();
  const gone = { kind: "device-gone", why: "it is over" } as const;
  await warnings.unlessEnded(true, failing("DEVICE"), () => gone);
  expect(warnings.all).toEqual([gone]);
});
