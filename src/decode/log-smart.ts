// SMART / Health Information, LID 02h (NVMe 1.4, figure 196). Its counters have 128 bits and stay exact.
import { SMART_LOG_BYTES } from "../../assembly/spec/identify.ts";
import { formatBytes } from "../ground/units.ts";
import { flag, hex, number } from "./shows.ts";
import { bit, bytes, type Field, type Show, type Structure } from "./structure.ts";
import { kelvin, timeIn } from "./units.ts";

const CRITICAL_WARNING: readonly Field[] = [
  bit(0, "ASCBT", "available spare is below its threshold", flag()),
  bit(1, "TTC", "a temperature threshold is passed", flag()),
  bit(2, "NDR", "reliability is degraded", flag()),
  bit(3, "AMRO", "media are read only", flag()),
  bit(4, "VMBF", "volatile memory backup failed", flag()),
  bit(5, "PMRRO", "Persistent Memory Region is read only or unreliable", flag()),
];

const EGCWS: readonly Field[] = [
  bit(0, "ASCBT", "available spare of an endurance group is below its threshold", flag()),
  bit(2, "NDR", "reliability of an endurance group is degraded", flag()),
  bit(3, "AMRO", "a namespace of an endurance group is read only", flag()),
];

const percent = number((value) => `${value} %`);

/** Thousands of 512 bytes, rounded up. */
const dataUnits = number((value) => {
  const bytes = BigInt(value) * 512_000n;
  const isCountable = bytes <= BigInt(Number.MAX_SAFE_INTEGER);
  return isCountable ? `at most ${formatBytes(Number(bytes))}` : `at most ${bytes} bytes`;
});

const counter: Show = number();
const minutes = timeIn(1, "minutes", "0 minutes");

const sensors: readonly Field[] = Array.from({ length: 8 }, (_, index) =>
  bytes(
    200 + index * 2,
    2,
    `TSEN${index + 1}`,
    `Temperature Sensor ${index + 1}`,
    kelvin("not there"),
    { when: (sibling) => index === 0 || sibling(`TSEN${index + 1}`) !== 0 },
  ),
);

export const smartLog: Structure = {
  name: "SMART / Health Information",
  longName: "SMART / Health Information log, LID 02h",
  bytes: SMART_LOG_BYTES,
  section: "5.14.1.2",
  fields: [
    bytes(0, 1, "CW", "Critical Warning", hex(2), { fields: CRITICAL_WARNING }),
    bytes(1, 2, "CTEMP", "Composite Temperature", kelvin()),
    bytes(3, 1, "AVSP", "Available Spare", percent),
    bytes(4, 1, "AVSPT", "Available Spare Threshold", percent),
    bytes(5, 1, "PUSED", "Percentage Used", percent),
    bytes(6, 1, "EGCWS", "Endurance Group Critical Warning Summary", hex(2), { fields: EGCWS }),
    bytes(32, 16, "DUR", "Data Units Read", dataUnits),
    bytes(48, 16, "DUW", "Data Units Written", dataUnits),
    bytes(64, 16, "HRC", "Host Read Commands", counter),
    bytes(80, 16, "HWC", "Host Write Commands", counter),
    bytes(96, 16, "CBT", "Controller Busy Time", minutes),
    bytes(112, 16, "PC", "Power Cycles", counter),
    bytes(128, 16, "POH", "Power On Hours", counter),
    bytes(144, 16, "USD", "Unsafe Shutdowns", counter),
    bytes(160, 16, "MDIE", "Media and Data Integrity Errors", counter),
    bytes(176, 16, "NEILE", "Number of Error Information Log Entries", counter),
    bytes(192, 4, "WCTT", "Warning Composite Temperature Time", minutes),
    bytes(196, 4, "CCTT", "Critical Composite Temperature Time", minutes),
    ...sensors,
    bytes(216, 4, "TMT1C", "Thermal Management Temperature 1 Transition Count", counter),
    bytes(220, 4, "TMT2C", "Thermal Management Temperature 2 Transition Count", counter),
    bytes(
      224,
      4,
      "TTTMT1",
      "Total Time For Thermal Management Temperature 1",
      timeIn(1, "s", "0 s"),
    ),
    bytes(
      228,
      4,
      "TTTMT2",
      "Total Time For Thermal Management Temperature 2",
      timeIn(1, "s", "0 s"),
    ),
  ],
};
