// Power State Descriptors of Identify Controller (NVMe 1.4, figure 248).
import { flag, number, oneOf } from "./shows.ts";
import { bit, bits, bytes, type Field, type Show } from "./structure.ts";
import { timeIn } from "./units.ts";

const FIRST = 2048;
const BYTES = 32;
const MOST = 32;
/** MXPS: Maximum Power counts in 0.0001 W instead of 0.01 W. */
const MXPS = 24n;
const NOPS = 25n;

const scale = oneOf({ 0: "not reported", 1: "of 0.0001 W", 2: "of 0.01 W" });
const rank = number((value) => `rank ${value}: a lower one is better`);

const descriptor: readonly Field[] = [
  bits(
    15,
    0,
    "MP",
    "Maximum Power",
    number((value, sibling) => watts(Number(value), sibling("MXPS") === 1)),
  ),
  bit(24, "MXPS", "Max Power Scale", oneOf({ 0: "of 0.01 W", 1: "of 0.0001 W" })),
  bit(25, "NOPS", "Non-Operational State", flag()),
  bits(63, 32, "ENLAT", "Entry Latency", timeIn(1, "us")),
  bits(95, 64, "EXLAT", "Exit Latency", timeIn(1, "us")),
  bits(100, 96, "RRT", "Relative Read Throughput", rank),
  bits(108, 104, "RRL", "Relative Read Latency", rank),
  bits(116, 112, "RWT", "Relative Write Throughput", rank),
  bits(124, 120, "RWL", "Relative Write Latency", rank),
  bits(143, 128, "IDLP", "Idle Power", number()),
  bits(151, 150, "IPS", "Idle Power Scale", scale),
  bits(175, 160, "ACTP", "Active Power", number()),
  bits(178, 176, "APW", "Active Power Workload", number()),
  bits(183, 182, "APS", "Active Power Scale", scale),
];

/** "25 W, operational" */
const inShort: Show = {
  kind: "number",
  show(value) {
    const all = BigInt(value);
    const power = watts(Number(all & 0xffffn), ((all >> MXPS) & 1n) === 1n);
    return { text: `${power}, ${((all >> NOPS) & 1n) === 1n ? "non-operational" : "operational"}` };
  },
};

function watts(power: number, isFine: boolean): string {
  return power === 0 ? "power not reported" : `${power / (isFine ? 10_000 : 100)} W`;
}

/** PSD0 to PSD31, of which NPSS says how many there are. */
export const powerStates: readonly Field[] = Array.from({ length: MOST }, (_, state) =>
  bytes(FIRST + state * BYTES, BYTES, `PSD${state}`, `Power State ${state} Descriptor`, inShort, {
    fields: descriptor,
    when: (sibling) => state === 0 || Number(sibling("NPSS")) >= state,
  }),
);
