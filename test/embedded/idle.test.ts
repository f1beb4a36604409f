// How long the embedded controller's thread may sleep: never past anything, and seldom long before it.
import { describe, expect, test } from "vitest";
import { sleepNs } from "../../src/embedded/idle.ts";

const US = 1000;
const MS = 1_000_000;

describe("with nothing due", () => {
  test("it stays awake for 50 ms, and for as long as something waits for room", () => {
    expect(sleepNs(0, null, 0)).toBe(0);
    expect(sleepNs(50 * MS - 1, null, 0)).toBe(0);
    expect(sleepNs(50 * MS, null, 0)).toBe(100 * US);
    expect(sleepNs(1000 * MS, null, 1)).toBe(0);
  });

  test("it sleeps longer the longer nothing happens, up to 5 ms", () => {
    expect(sleepNs(58 * MS, null, 0)).toBe(1 * MS);
    expect(sleepNs(90 * MS, null, 0)).toBe(5 * MS);
    expect(sleepNs(3600e9, null, 0)).toBe(5 * MS);
  });
});

describe("with something due", () => {
  test("it stays awake when that is less than a millisecond away, or was", () => {
    expect(sleepNs(20 * MS, 1 * MS - 1, 1)).toBe(0);
    expect(sleepNs(20 * MS, -5, 1)).toBe(0);
  });

  test("and for a millisecond after it did something", () => {
    expect(sleepNs(1 * MS - 1, 100 * MS, 1)).toBe(0);
    expect(sleepNs(1 * MS, 100 * MS, 1)).toBe(5 * MS);
  });

  test("it wakes long before, and 100 ms take less than fifty sleeps", () => {
    let left = 100 * MS;
    let sleeps = 0;
    for (let sleep = sleepNs(1 * MS, left, 1); sleep > 0; sleep = sleepNs(1 * MS, left, 1)) {
      expect(sleep).toBeLessThanOrEqual((left - 200 * US) / 8);
      left -= sleep;
      sleeps++;
    }
    expect(left).toBeGreaterThan(500 * US);
    expect(left).toBeLessThan(1 * MS);
    expect(sleeps).toBeLessThan(50);
  });
});
