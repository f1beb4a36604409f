// Names of groups: short, telling, and never two alike.
import fc from "fast-check";
import { expect, test } from "vitest";
import { namesOf, shortPaths, type Unnamed } from "../../src/html/group-names.ts";

const plain: Unnamed["settings"] = {
  mode: "poll",
  op: "read",
  rw: "randread",
  bs: 4096,
  iodepth: 1,
  numjobs: 1,
  irq: "auto",
  coalescing: null,
  pauseNs: null,
  cmb: [],
  shadowDoorbells: false,
};

function group(settings: Partial<Unnamed["settings"]> = {}, place: Partial<Unnamed> = {}): Unnamed {
  return {
    device: "embedded",
    host: "a",
    file: "run",
    ...place,
    settings: { ...plain, ...settings },
  };
}

test("hostile names are unique too, safe and not endless", () => {
  const word = fc.oneof(fc.constantFrom("", "poll", "poll 2", "poll 3", "1"), fc.string());
  const any = fc.record({
    device: word,
    host: word,
    file: word,
    settings: fc.record({
      mode: fc.oneof(word, fc.string({ minLength: 100, unit: "binary" })),
      op: fc.constantFrom("read", "write", "mixed"),
      rw: fc.constantFrom("randread", "randrw"),
      bs: fc.constantFrom(512, 4096),
      iodepth: fc.integer({ min: 1, max: 3 }),
      numjobs: fc.integer({ min: 1, max: 2 }),
      irq: fc.constantFrom("auto", "msix"),
      coalescing: fc.constantFrom(null, { threshold: 7, time: 1 }),
      pauseNs: fc.constantFrom(null, 0, 100),
      cmb: fc.constantFrom([], ["sq"], ["sq", "data"]),
      shadowDoorbells: fc.boolean(),
    }),
  });
  fc.assert(
    fc.property(fc.array(any as fc.Arbitrary<Unnamed>, { maxLength: 12 }), (groups) => {
      const names = namesOf(groups);
      expect(new Set(names).size).toBe(groups.length);
      for (const name of names) expect(name).toMatch(/^[\x20-\x7e]{1,400}$/);
    }),
  );
});

test("a group alone is named by its direction", () => {
  expect(namesOf([group()])).toEqual(["read"]);
});

test("only what differs is in the name", () => {
  expect(namesOf([group(), group({ op: "write" })])).toEqual(["read", "write"]);
  expect(namesOf([group(), group({ mode: "interrupt" })])).toEqual(["poll", "interrupt"]);
  expect(namesOf([group(), group({ iodepth: 32 })])).toEqual(["qd1", "qd32"]);
  expect(namesOf([group(), group({ bs: 65_536, numjobs: 4 })])).toEqual(["4k x1", "64k x4"]);
  expect(namesOf([group(), group({ rw: "read" })])).toEqual(["randread", "read"]);
  const shadowed = group({ iodepth: 8, shadowDoorbells: true });
  expect(namesOf([group(), shadowed])).toEqual(["qd1", "qd8 shadow doorbells"]);
  const coalescing = { threshold: 7, time: 1 };
  expect(
    namesOf([
      group({ mode: "poll" }),
      group({ mode: "interrupt", iodepth: 8 }),
      group({ mode: "interrupt", iodepth: 8, coalescing }),
    ]),
  ).toEqual(["poll qd1", "interrupt qd8", "interrupt qd8 coalesce 7,1"]);
});

test("directions of a mixed pattern beside another pattern are told apart", () => {
  const mixed = { rw: "randrw" } as const;
  expect(namesOf([group(), group(mixed), group({ ...mixed, op: "write" })])).toEqual([
    "randread",
    "randrw read",
    "randrw write",
  ]);
});

test("device, host and file come in only where settings are the same", () => {
  const [before, after] = [{ file: "before" }, { file: "after" }];
  expect(namesOf([group({}, before), group({}, after)])).toEqual(["before", "after"]);
  expect(namesOf([group({}, before), group({ iodepth: 8 }, after)])).toEqual(["qd1", "qd8"]);
  const [x, y] = [{ device: "0000:01:00.0" }, { device: "0000:02:00.0" }];
  expect(namesOf([group({}, x), group({}, y)])).toEqual(["0000:01:00.0", "0000:02:00.0"]);
  expect(namesOf([group({}, { ...before, ...x }), group({}, { ...after, ...y })])).toEqual([
    "before",
    "after",
  ]);
  expect(
    namesOf([group({}, x), group({}, { ...x, host: "b" }), group({}, y)]),
    "no place alone suffices",
  ).toEqual(["0000:01:00.0 a", "0000:01:00.0 b", "0000:02:00.0 a"]);
});

test("when nothing helps they are numbered", () => {
  expect(namesOf([group(), group(), group()])).toEqual(["read", "read 2", "read 3"]);
});

test("paths are cut to what differs, at the ends of words", () => {
  expect(shortPaths(["results/before.json", "results/after.json"])).toEqual(["before", "after"]);
  expect(shortPaths(["a/result.json", "b/result.json"])).toEqual(["a", "b"]);
  expect(shortPaths(["run.json", "run-2.json"])).toEqual(["run", "run-2"]);
  expect(shortPaths(["results/one.json"])).toEqual(["one"]);
  expect(
    shortPaths(["r/20261122T091405Z-randread-4k.json", "r/20261122T101405Z-randread-4k.json"]),
  ).toEqual(["20261122T091405Z", "20261122T101405Z"]);
});

test("many groups of one name are numbered in no time", () => {
  const names = namesOf(Array(30_000).fill(group()));
  expect(new Set(names).size).toBe(30_000);
  expect(names.at(-1)).toBe("read 30000");
});
