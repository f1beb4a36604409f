// Lines of job files: what fio cuts, and what is no job file at all.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import { linesOf, MOST_LINE_BYTES, MOST_LINES, readLines } from "../../src/jobs/lines.ts";
import { sectionsOf } from "../../src/jobs/sections.ts";
import { folder } from "../cli/cli.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (text: string) => linesOf("j.fio", bytes(text));

describe("misuse", () => {
  test.each([
    ["a byte of 0", bytes("[a]\nb\0s=4k"), "j.fio:2:1: a byte of 0"],
    ["no UTF-8", Uint8Array.of(0x5b, 0xff, 0x5d), "j.fio:1:1: bytes that are no UTF-8"],
    ["a long line", bytes(`[a]\n${"x".repeat(MOST_LINE_BYTES + 1)}`), "j.fio:2:1: a line has 4096"],
    ["many lines", bytes("\n".repeat(MOST_LINES + 1)), `j.fio:${MOST_LINES + 1}:1: a job file has`],
  ])("%s is refused where it stands", (_, content, why) => {
    expect(() => linesOf("j.fio", content)).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(() => linesOf("j.fio", content)).toThrow(why);
  });

  test("what is no file to be read is refused before it is read", () => {
    const cwd = folder();
    const at = (name: string): string => join(cwd, name);
    mkdirSync(at("d"));
    writeFileSync(at("large"), new Uint8Array((1 << 20) + 1));
    symlinkSync("/dev/zero", at("zero"));
    expect(() => readLines(at("none"))).toThrow("there is no such file");
    expect(() => readLines(at("d"))).toThrow("is not a regular file");
    expect(() => readLines(at("zero"))).toThrow("is not a regular file");
    expect(() => readLines(at("large"))).toThrow("has 1048577 bytes; 1048576 are the most");
  });
});

test("blanks around a line, comments anywhere and empty lines do not count; places are of what is left", () => {
  expect(lines("; x\n\n  bs=4k  # y\r\n\t[a] ; z\n#\nend")).toEqual([
    { file: "j.fio", line: 3, column: 3, text: "bs=4k" },
    { file: "j.fio", line: 4, column: 2, text: "[a]" },
    { file: "j.fio", line: 6, column: 1, text: "end" },
  ]);
  expect(lines("")).toEqual([]);
});

test("any bytes are sections, or refused with their place", () => {
  const near = fc
    .array(
      fc.constantFrom("[a]", "[global]", "[", "]", "=", "bs=4k", "\n", "${", "}", "#", " ", "\0"),
    )
    .map((parts) => bytes(parts.join("")));
  fc.assert(
    fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 200 })), (content) => {
      try {
        for (const { name, options } of sectionsOf(linesOf("j.fio", content), () => "v")) {
          expect(name).not.toBe("");
          for (const option of options) expect(option.name).toMatch(/^\w+$/);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(PhasebitError);
        expect((error as Error).message).toMatch(/^j\.fio:\d+:\d+: /);
      }
    }),
    { numRuns: Number(process.env.PHASEBIT_FUZZ ?? 2000) },
  );
});
