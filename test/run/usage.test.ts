// CPU time of the measured time, and no more than there was.
import fc from "fast-check";
import { expect, test } from "vitest";
import { usageBetween } from "../../src/run/usage.ts";

const none = {
  ...{ userNs: 0, systemNs: 0, voluntarySwitches: 0, involuntarySwitches: 0 },
  ...{ minorFaults: 0, majorFaults: 0 },
};

test("what was read beyond the measured time is not the measurement's", () => {
  const after = { ...none, userNs: 1_004_000, systemNs: 3000, voluntarySwitches: 7 };
  expect(usageBetween(none, after, 1e6)).toEqual({ ...after, userNs: 997_000 });
});

test("what fits stays as it was read", () => {
  const before = { ...none, userNs: 5000, systemNs: 1000, minorFaults: 2 };
  const after = { ...none, userNs: 9000, systemNs: 1500, minorFaults: 3 };
  const used = { ...none, userNs: 4000, systemNs: 500, minorFaults: 1 };
  expect(usageBetween(before, after, 4500)).toEqual(used);
});

test("user and system time together are at most the measured time, and neither is below 0", () => {
  const ns = fc.nat({ max: 2e9 });
  fc.assert(
    fc.property(ns, ns, ns, (userNs, systemNs, elapsedNs) => {
      const used = usageBetween(none, { ...none, userNs, systemNs }, elapsedNs);
      expect(used.userNs + used.systemNs).toBeLessThanOrEqual(elapsedNs);
      expect(Math.min(used.userNs, used.systemNs)).toBeGreaterThanOrEqual(0);
    }),
  );
});
