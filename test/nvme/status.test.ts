import { expect, test } from "vitest";
import { statusName } from "../../src/nvme/status.ts";

test.each([
  [0x080, "LBA Out of Range (0/80)"],
  [0x281, "Unrecovered Read Error (2/81)"],
  [0x002, "Invalid Field (0/02)"],
  [0x013, "PRP Offset Invalid (0/13)"],
  [0x00b, "Invalid Namespace or Format (0/0b)"],
  // Codes without a name still say what they are.
  [0x07f, "Generic Command Status (0/7f)"],
  [0x1ff, "Command Specific Status (1/ff)"],
  [0x7c0, "Vendor Specific (7/c0)"],
  [0x501, "Reserved (5/01)"],
])("status %i is %s", (code, name) => {
  expect(statusName(code)).toBe(name);
});
