// Firmware Slot Information, LID 03h (NVMe 1.4, figure 197).
import { FIRMWARE_SLOT_LOG_BYTES, FR_BYTES } from "../../assembly/spec/identify.ts";
import { characters, hex, number } from "./shows.ts";
import { bits, bytes, type Field, type Structure } from "./structure.ts";
import { unlessZero } from "./units.ts";

const AFI: readonly Field[] = [
  bits(2, 0, "CAFS", "slot that is active", number()),
  bits(6, 4, "NCAFS", "slot that becomes active with the next reset", unlessZero("not told")),
];

const SLOTS = 7;

export const firmwareLog: Structure = {
  name: "Firmware Slot Information",
  longName: "Firmware Slot Information log, LID 03h",
  bytes: FIRMWARE_SLOT_LOG_BYTES,
  section: "5.14.1.3",
  fields: [
    bytes(0, 1, "AFI", "Active Firmware Info", hex(2), { fields: AFI }),
    ...Array.from({ length: SLOTS }, (_, index) =>
      bytes(
        8 + index * FR_BYTES,
        FR_BYTES,
        `FRS${index + 1}`,
        `Firmware Revision of slot ${index + 1}`,
        characters,
        {
          when: (sibling) => index === 0 || sibling(`FRS${index + 1}`) !== "",
        },
      ),
    ),
  ],
};
