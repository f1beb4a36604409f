// What features hold in CDW11 of Set Features, which is dword 0 of Get Features' completion (NVMe 1.4, section 5.21.1).
import { flag, hex, number, oneOf, zeroBased } from "./shows.ts";
import { bit, bits, type Field } from "./structure.ts";
import { celsius, timeIn, unlessZero } from "./units.ts";

const UNLIMITED_BURST = 7;

const arbitration: readonly Field[] = [
  bits(
    2,
    0,
    "AB",
    "Arbitration Burst",
    number((value) =>
      Number(value) === UNLIMITED_BURST ? "no limit" : `${2 ** Number(value)} commands`,
    ),
  ),
  bits(15, 8, "LPW", "Low Priority Weight", zeroBased("commands")),
  bits(23, 16, "MPW", "Medium Priority Weight", zeroBased("commands")),
  bits(31, 24, "HPW", "High Priority Weight", zeroBased("commands")),
];

const powerManagement: readonly Field[] = [
  bits(4, 0, "PS", "Power State", number()),
  bits(7, 5, "WH", "Workload Hint", unlessZero("no workload")),
];

const SENSORS: Readonly<Record<number, string>> = Object.fromEntries([
  [0, "composite temperature"],
  ...Array.from({ length: 8 }, (_, index) => [index + 1, `sensor ${index + 1}`] as const),
  [15, "all sensors"],
]);

const temperatureThreshold: readonly Field[] = [
  bits(15, 0, "TMPTH", "Temperature Threshold", number(celsius)),
  bits(19, 16, "TMPSEL", "Threshold Temperature Select", oneOf(SENSORS)),
  bits(21, 20, "THSEL", "Threshold Type Select", oneOf({ 0: "over", 1: "under" })),
];

const errorRecovery: readonly Field[] = [
  bits(15, 0, "TLER", "Time Limited Error Recovery", timeIn(100, "ms", "no limit")),
  bit(16, "DULBE", "Deallocated or Unwritten Logical Block Error", flag("on", "off")),
];

const NONE_TO_COUNT = 65_535;
const queues = number((value) => {
  const count = Number(value);
  return count === NONE_TO_COUNT ? "reserved" : `${count + 1} queues`;
});

const numberOfQueues: readonly Field[] = [
  bits(15, 0, "NSQR", "submission queues", queues),
  bits(31, 16, "NCQR", "completion queues", queues),
];

const coalescing: readonly Field[] = [
  bits(7, 0, "THR", "Aggregation Threshold", zeroBased("entries")),
  bits(15, 8, "TIME", "Aggregation Time", timeIn(100, "us", "no delay")),
];

const vectorConfiguration: readonly Field[] = [
  bits(15, 0, "IV", "Interrupt Vector", number()),
  bit(16, "CD", "Coalescing Disable", flag("not coalesced", "coalesced")),
];

const writeAtomicity: readonly Field[] = [
  bit(0, "DN", "Disable Normal", flag("AWUPF holds", "AWUN holds")),
];

const on = flag("reported", "not reported");

const eventConfiguration: readonly Field[] = [
  bit(0, "ASCBT", "spare below its threshold", on),
  bit(1, "TTC", "temperature thresholds", on),
  bit(2, "NDR", "degraded reliability", on),
  bit(3, "AMRO", "media read only", on),
  bit(4, "VMBF", "volatile memory backup failed", on),
  bit(5, "PMRRO", "Persistent Memory Region read only", on),
  bit(8, "NAN", "Namespace Attribute Notices", on),
  bit(9, "FAN", "Firmware Activation Notices", on),
  bit(10, "TLN", "Telemetry Log Notices", on),
  bit(11, "ANACN", "Asymmetric Namespace Access Change Notices", on),
  bit(12, "PLEALCN", "Predictable Latency Event Aggregate Log Change Notices", on),
  bit(13, "LSIN", "LBA Status Information Notices", on),
  bit(14, "EGEALCN", "Endurance Group Event Aggregate Log Change Notices", on),
  bit(15, "NNSSN", "Normal NVM Subsystem Shutdown (2.0)", on),
  bit(27, "ZDCN", "Zone Descriptor Changed Notices (2.0)", on),
  bit(31, "DLPCN", "Discovery Log Page Change Notifications", on),
];

const autonomousTransition: readonly Field[] = [
  bit(0, "APSTE", "Autonomous Power State Transition", flag("on", "off")),
];

const hostMemoryBuffer: readonly Field[] = [
  bit(0, "EHM", "Enable Host Memory", flag("on", "off")),
  bit(1, "MR", "Memory Return", flag("the same memory as before", "new memory")),
  bit(2, "HMNARE", "Non-Operational Access Restriction (2.1)", flag("on", "off")),
];

const keepAlive: readonly Field[] = [
  bits(31, 0, "KATO", "Keep Alive Timeout", timeIn(1, "ms", "off")),
];

const thermal: readonly Field[] = [
  bits(15, 0, "TMT2", "heavy throttling from", unlessZero("off", celsius)),
  bits(31, 16, "TMT1", "light throttling from", unlessZero("off", celsius)),
];

const nonOperational: readonly Field[] = [
  bit(0, "NOPPME", "Non-Operational Power State Permissive Mode", flag("on", "off")),
];

const readRecovery: readonly Field[] = [bits(3, 0, "RRL", "Read Recovery Level", number())];
const predictableConfig: readonly Field[] = [
  bit(0, "PLE", "Predictable Latency", flag("on", "off")),
];
const predictableWindow: readonly Field[] = [
  bits(2, 0, "WS", "Window Select", oneOf({ 1: "deterministic", 2: "non-deterministic" })),
];

const lbaStatus: readonly Field[] = [
  bits(15, 0, "LSIRI", "LBA Status Information Report Interval", timeIn(100, "ms", "0 ms")),
  bits(31, 16, "LSIPI", "LBA Status Information Poll Interval", timeIn(100, "ms", "0 ms")),
];

const sanitizeConfig: readonly Field[] = [
  bit(0, "NODRM", "No-Deallocate Response Mode", flag("warning", "error")),
];

const enduranceEvents: readonly Field[] = [
  bits(15, 0, "ENDGID", "Endurance Group Identifier", number()),
  bits(23, 16, "EGCW", "Critical Warnings that are events", hex(2)),
];

const commandSetProfile: readonly Field[] = [
  bits(8, 0, "IOCSCI", "I/O Command Set Combination Index", number()),
];

const writeProtection: readonly Field[] = [
  bits(
    2,
    0,
    "WPS",
    "Write Protection State",
    oneOf({
      0: "not protected",
      1: "write protected",
      2: "write protected until the next power cycle",
      3: "write protected for ever",
    }),
  ),
];

const partition = oneOf({
  0: "no change asked",
  1: "unlocked",
  2: "locked",
  3: "locked until the next power cycle",
});

const bootProtection: readonly Field[] = [
  bits(2, 0, "BP0WPS", "Boot Partition 0", partition),
  bits(5, 3, "BP1WPS", "Boot Partition 1", partition),
];

/** Fields of the value by Feature Identifier. A feature without an entry here has none, or all of it is in its data. */
export const featureFields: Readonly<Record<number, readonly Field[]>> = {
  1: arbitration,
  2: powerManagement,
  3: [bits(5, 0, "NUM", "Number of LBA Ranges", zeroBased("ranges"))],
  4: temperatureThreshold,
  5: errorRecovery,
  6: [bit(0, "WCE", "Volatile Write Cache Enable", flag("on", "off"))],
  7: numberOfQueues,
  8: coalescing,
  9: vectorConfiguration,
  10: writeAtomicity,
  11: eventConfiguration,
  12: autonomousTransition,
  13: hostMemoryBuffer,
  15: keepAlive,
  16: thermal,
  17: nonOperational,
  18: readRecovery,
  19: predictableConfig,
  20: predictableWindow,
  21: lbaStatus,
  23: sanitizeConfig,
  24: enduranceEvents,
  25: commandSetProfile,
  128: [bits(7, 0, "PBSLC", "Pre-boot Software Load Count", number())],
  129: [bit(0, "EXHID", "Host Identifier of 128 bits", flag())],
  130: [
    bit(1, "REGPRE", "Registration Preempted is masked", flag()),
    bit(2, "RESREL", "Reservation Released is masked", flag()),
    bit(3, "RESPRE", "Reservation Preempted is masked", flag()),
  ],
  131: [bit(0, "PTPL", "Persist Through Power Loss", flag("on", "off"))],
  132: writeProtection,
  133: bootProtection,
};

/** What the bits of a supported capability say (SEL 3). */
export const featureCapabilities: readonly Field[] = [
  bit(0, "SAVE", "can be saved", flag()),
  bit(1, "NSSPEC", "each namespace has its own", flag()),
  bit(2, "CHANG", "can be changed", flag()),
];
