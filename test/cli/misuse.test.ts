// Bad input: one clear line, the right exit code, no result file and no stack trace.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, phasebit, resultFiles } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const USAGE = 2;
const REFUSED = 4;

const cases: readonly [string, string[], number, RegExp][] = [
  ["an unknown device", ["--device", "floppy"], USAGE, /floppy.*expected "embedded"/],
  ["an absent PCI function", ["--device", "0000:7f:1f.7"], USAGE, /no such PCI function/],
  ["a device parameter that is none", ["--device", "embedded?sise=1G"], USAGE, /size/],
  ["a medium that is not there", ["--device", "embedded?medium=/no/such"], USAGE, /\/no\/such/],
  ["--bs 3", ["--bs", "3"], USAGE, /--bs 3.*4096/],
  ["--bs without a sense", ["--bs", "4kbi"], USAGE, /--bs 4kbi/],
  ["--bs above MDTS", ["--bs", "1g"], USAGE, /--bs 1g/],
  ["--iodepth 0", ["--iodepth", "0"], USAGE, /--iodepth 0/],
  ["--iodepth above MQES", ["--iodepth", "4096"], USAGE, /--iodepth 4096.*4095/],
  ["--size past the namespace", ["--size", "2g"], USAGE, /--size 2g.*past the end/],
  ["--runtime -1", ["--runtime", "-1"], USAGE, /--runtime/],
  ["a CPU that is not there", ["--cpus", "4000"], USAGE, /--cpus 4000/],
  ["a namespace that is not there", ["--nsid", "9"], USAGE, /--nsid 9/],
  ["an unknown option", ["--iodeph", "3"], USAGE, /--iodeph.*--iodepth/],
  ["an unknown pattern", ["--rw", "randreed"], USAGE, /randreed.*randread/],
  ["a folder that is not there", ["--output", "/no/such/file.json"], USAGE, /\/no\/such/],
  [
    "a condition that is none",
    ["--fail-if", "p99 = 3us"],
    USAGE,
    /--fail-if "p99 = 3us": at character 5: expected ">" or "<"/,
  ],
  [
    "a condition about a change",
    ["--fail-if", "p99 > +5%"],
    USAGE,
    /--fail-if "p99 > \+5%": .*a change, which phasebit diff judges/,
  ],
  [
    "a condition about what is not measured",
    ["--fail-if", "write.p99 > 5us"],
    USAGE,
    /--fail-if "write\.p99 > 5us": there is no such figure; the groups are read/,
  ],
  ["strict about nothing", ["--strict"], USAGE, /--strict: there is no --fail-if/],
  ["a write without consent", ["--rw", "randwrite"], REFUSED, /--destructive/],
  ["a mix without consent", ["--rw", "randrw"], REFUSED, /--destructive/],
];

test.each([
  ["compare", "--a", "\x1b[31m", "--b", ""],
  ["read", "--size", "\x1b[31m", "--output", "x"],
  ["bind", "\x1b[31m"],
])("what was typed moves no terminal: %j", async (...args) => {
  const { stderr, status } = await phasebitInside(args, folder());
  expect(stderr).toMatch(/\\x1b\[31m/);
  expect(stderr).not.toContain("\x1b");
  expect(status).toBe(USAGE);
});

describe("phasebit run", () => {
  test.each(cases)("%s", async (_name, args, status, words) => {
    const cwd = folder();
    const outcome = await phasebitInside(["run", "--runtime", "1", ...args], cwd);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.status).toBe(status);
    expect(outcome.stdout).toBe("");
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(outcome.stderr).not.toMatch(/^\s+at /m);
    expect(resultFiles(cwd)).toEqual([]);
  });
});

describe("phasebit", () => {
  test("without a command shows what there is, and that it is wrong", () => {
    const outcome = phasebit([]);
    expect(outcome.status).toBe(USAGE);
    expect(outcome.stderr).toMatch(/Usage: phasebit/);
  });

  test("an unknown command names the near one", async () => {
    const outcome = await phasebitInside(["rum"]);
    expect(outcome.status).toBe(USAGE);
    expect(outcome.stderr).toMatch(/rum.*run/);
  });

  test("--help is no error", () => {
    const outcome = phasebit(["run", "--help"]);
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(/--iodepth/);
    expect(outcome.stdout).toMatch(/Examples:/);
  });

  test("read asks for a size, and replaces nothing", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "there"), "mine");
    const without = await phasebitInside(["read", "--output", "new"], cwd);
    expect(without.stderr).toBe("phasebit: read: say how much with --size, as in --size 64k\n");
    expect(without.status).toBe(USAGE);
    const over = await phasebitInside(["read", "--size", "4k", "--output", "there"], cwd);
    expect(over.stderr).toMatch(/--output there: is there already; give another name\n$/);
    expect(over.status).toBe(USAGE);
    expect(readdirSync(cwd)).toEqual(["there"]);
    expect(readFileSync(join(cwd, "there"), "utf8")).toBe("mine");
  });

  test("a copy's --timeout is a time", async () => {
    const args = ["read", "--size", "4k", "--output", "new", "--timeout", "0"];
    const outcome = await phasebitInside(args);
    expect(outcome.stderr).toBe("phasebit: --timeout 0: must be at least 1ms\n");
    expect(outcome.status).toBe(USAGE);
  });

  test("write without --destructive is refused before the device is opened", async () => {
    const outcome = await phasebitInside([
      "write",
      "--device",
      "0000:7f:1f.7",
      "--input",
      "/etc/hostname",
    ]);
    expect(outcome.status).toBe(REFUSED);
    expect(outcome.stderr).toMatch(/--destructive/);
  });
});
