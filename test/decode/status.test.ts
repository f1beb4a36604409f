import fc from "fast-check";
import { expect, test } from "vitest";
import { STATUS_CODES, Status } from "../../assembly/spec/status.ts";
import { decodeStatus, namedStatuses, statusName } from "../../src/decode/status.ts";

test.each([
  [0x07f, "Generic Command Status (0/7f)"],
  [0x1ff, "Command Specific Status (1/ff)"],
  [0x7c0, "Vendor Specific (7/c0)"],
  [0x501, "Reserved (5/01)"],
])("code %i, which has no name, still says what it is: %s", (code, name) => {
  expect(statusName(code)).toBe(name);
});

test("who gave an unnamed code its meaning is told", () => {
  expect(decodeStatus(0x7c0).meaning).toMatch(/vendor/);
  expect(decodeStatus(0x2c5).meaning).toMatch(/vendor/);
  expect(decodeStatus(0x07f).meaning).toMatch(/no such code/);
  expect(decodeStatus(0x501).meaning).toMatch(/no such code/);
});

test.each([
  [0x000, "Successful Completion (0/00)"],
  [0x002, "Invalid Field in Command (0/02)"],
  [0x00b, "Invalid Namespace or Format (0/0b)"],
  [0x013, "PRP Offset Invalid (0/13)"],
  [0x024, "Admin Command Media Not Ready (0/24)"],
  [0x080, "LBA Out of Range (0/80)"],
  [0x11e, "Boot Partition Write Prohibited (1/1e)"],
  [0x180, "Conflicting Attributes (1/80)"],
  [0x1bc, "Zone Invalid Write (1/bc)"],
  [0x281, "Unrecovered Read Error (2/81)"],
  [0x287, "Deallocated or Unwritten Logical Block (2/87)"],
  [0x371, "Command Aborted By Host (3/71)"],
])("status %i is %s", (code, name) => {
  expect(statusName(code)).toBe(name);
});

test("every named status has a name of its own, a meaning and a remedy", () => {
  const decoded = namedStatuses.map((code) => decodeStatus(code));
  expect(decoded.length).toBeGreaterThan(120);
  expect(new Set(decoded.map(({ name }) => name)).size).toBe(decoded.length);
  expect(new Set(namedStatuses).size).toBe(namedStatuses.length);
  for (const { name, meaning, remedy } of decoded) {
    for (const words of [name, meaning, remedy]) expect(words, name).toMatch(/^\S.*[^\s.;,]$/);
  }
});

test("each status that the code knows by a constant has a name", () => {
  const constants = Object.values(Status).filter((code) => typeof code === "number");
  expect(constants.filter((code) => !namedStatuses.includes(code))).toEqual([]);
});

test("Command Retry Delay, More and Do Not Retry are told beside the code, whatever it is", () => {
  expect(decodeStatus(0x7281)).toMatchObject({ sct: 2, sc: 0x81, crd: 2, more: true, dnr: true });
  expect(decodeStatus(0x2000)).toMatchObject({ sct: 0, sc: 0, crd: 0, more: true, dnr: false });
  fc.assert(
    fc.property(fc.nat(0x7fff), (field) => {
      const { sct, sc, crd, more, dnr } = decodeStatus(field);
      const code = (sct << 8) | sc;
      expect(code).toBeLessThan(STATUS_CODES);
      expect(code | (crd << 11) | (Number(more) << 13) | (Number(dnr) << 14)).toBe(field);
    }),
  );
});
