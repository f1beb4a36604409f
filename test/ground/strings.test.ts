import fc from "fast-check";
import { expect, test } from "vitest";
import {
  nearest,
  safeString,
  safeText,
  typedText,
  withoutControls,
} from "../../src/ground/strings.ts";

test("nothing that a terminal obeys survives", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(safeText(bytes)).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
  expect(safeText(new Uint8Array([0x1b, 0x5b, 0x32, 0x4a]))).toBe("\\x1b[2J");
  expect(safeString("µ")).toBe("\\xc2\\xb5");
});

test("of a message only what moves a terminal is changed", () => {
  expect(withoutControls('--a "\x1b[31m\x9b\x7f":\n  µ … →')).toBe(
    '--a "\\x1b[31m\\x9b\\x7f":\n  µ … →',
  );
});

test("nothing typed has quotes around it", () => {
  expect([typedText(""), typedText("4k"), typedText("\x1b")]).toEqual(['""', "4k", "\\x1b"]);
});

test("padding is cut from both ends, and only there", () => {
  expect(safeText(Buffer.from("  ACME X1  2TB \0\0 "))).toBe("ACME X1  2TB");
  expect(safeText(Buffer.from("A\0B"))).toBe("A\\x00B");
  expect(safeText(new Uint8Array(20))).toBe("");
});

test("the nearest word is near", () => {
  const words = ["read", "write", "randread", "randwrite", "randrw"];
  expect(nearest("rand-read", words)).toBe("randread");
  expect(nearest("RandWrite", words)).toBe("randwrite");
  expect(nearest("raed", words)).toBe(undefined);
  expect(nearest("reed", words)).toBe("read");
  expect(nearest("compare", words)).toBe(undefined);
  expect(nearest("", words)).toBe(undefined);
  expect(nearest("r".repeat(1e6), words)).toBe(undefined);
});
