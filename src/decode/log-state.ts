// Log pages of what goes on: Device Self-test, 06h, the headers of telemetry, 07h and 08h, Sanitize Status, 81h (NVMe
// 1.4, figures 200 to 203 and 231).
import { hex, number, oneOf, raw } from "./shows.ts";
import { bits, bytes, type Field, type Structure } from "./structure.ts";

const RESULTS: Readonly<Record<number, string>> = {
  0: "completed without error",
  1: "aborted by a Device Self-test command",
  2: "aborted by a Controller Level Reset",
  3: "aborted as a namespace was removed",
  4: "aborted by a Format NVM command",
  5: "a fatal or unknown error",
  6: "completed, a segment that is not known failed",
  7: "completed, one or more segments failed",
  8: "aborted for an unknown reason",
  9: "aborted by a sanitize operation",
  15: "an unused entry",
};

const CODES: Readonly<Record<number, string>> = {
  0: "none",
  1: "short",
  2: "extended",
  14: "vendor specific",
};

const RESULT_BYTES = 28;

const selfTestResult: readonly Field[] = [
  bits(3, 0, "RES", "result", oneOf(RESULTS)),
  bits(7, 4, "CODE", "which test", oneOf(CODES)),
  bytes(1, 1, "SEGN", "segment that failed", number()),
  bytes(2, 1, "VDI", "Valid Diagnostic Information", hex(2)),
  bytes(4, 8, "POH", "Power On Hours", number()),
  bytes(12, 4, "NSID", "Namespace", number()),
  bytes(16, 8, "FLBA", "failing LBA", number()),
  bytes(24, 1, "SCT", "Status Code Type", number()),
  bytes(25, 1, "SC", "Status Code", hex(2)),
  bytes(26, 2, "VS", "Vendor Specific", raw),
];

const UNUSED = 15;

export const selfTestLog: Structure = {
  name: "Device Self-test",
  longName: "Device Self-test log, LID 06h",
  bytes: 564,
  section: "5.14.1.6",
  fields: [
    bits(3, 0, "CDSTO", "Current Device Self-test Operation", oneOf(CODES)),
    bytes(
      1,
      1,
      "CDSTC",
      "Current Device Self-test Completion",
      number((value) => `${Number(value) & 0x7f} %`),
    ),
    ...Array.from({ length: 20 }, (_, index) =>
      bytes(
        4 + index * RESULT_BYTES,
        RESULT_BYTES,
        `RESULT${index + 1}`,
        "Self-test Result, the newest first",
        raw,
        {
          fields: selfTestResult,
          when: (sibling) =>
            (Number.parseInt(String(sibling(`RESULT${index + 1}`)).slice(0, 2), 16) & 0xf) !==
            UNUSED,
        },
      ),
    ),
  ],
};

/** Bytes of a telemetry log's header and of its blocks. */
export const TELEMETRY_BLOCK_BYTES = 512;

const blocks = number((value) => `${value} blocks of ${TELEMETRY_BLOCK_BYTES} bytes in all`);

/** @param lid 07h or 08h */
export function telemetryHeader(lid: number): Structure {
  const isHosts = lid === 0x07;
  return {
    name: "Telemetry header",
    longName: `Header of the Telemetry ${isHosts ? "Host" : "Controller"}-Initiated log`,
    bytes: TELEMETRY_BLOCK_BYTES,
    section: isHosts ? "5.14.1.7" : "5.14.1.8",
    fields: [
      bytes(0, 1, "LID", "Log Identifier", hex(2)),
      bytes(5, 3, "IEEE", "IEEE OUI", hex(6)),
      bytes(8, 2, "DA1LB", "last block of data area 1", blocks),
      bytes(10, 2, "DA2LB", "last block of data area 2", blocks),
      bytes(12, 2, "DA3LB", "last block of data area 3", blocks),
      bytes(16, 4, "DA4LB", "last block of data area 4 (2.0)", number()),
      bytes(380, 1, "THIS", "scope (2.0)", number()),
      bytes(381, 1, "HIDGN", "generation of host-initiated data (2.0)", number()),
      bytes(382, 1, "CIDA", "controller-initiated data are there", oneOf({ 0: "no", 1: "yes" })),
      bytes(383, 1, "CIDGN", "generation of controller-initiated data", number()),
      bytes(384, 128, "RID", "Reason Identifier", raw),
    ],
  };
}

const NO_ESTIMATE = 0xffffffff;
const estimate = number((value) => (Number(value) === NO_ESTIMATE ? "not reported" : `${value} s`));

export const sanitizeLog: Structure = {
  name: "Sanitize Status",
  longName: "Sanitize Status log, LID 81h",
  bytes: 512,
  section: "5.14.1.16.2",
  fields: [
    bytes(
      0,
      2,
      "SPROG",
      "Sanitize Progress",
      number((value) => `${((Number(value) * 100) / 65_536).toFixed(1)} %`),
    ),
    bytes(2, 2, "SSTAT", "Sanitize Status", hex(4), {
      fields: [
        bits(
          2,
          0,
          "SOS",
          "the last sanitize operation",
          oneOf({
            0: "there was none",
            1: "completed",
            2: "in progress",
            3: "failed",
            4: "completed, deallocation was not done as asked",
          }),
        ),
        bits(7, 3, "OPC", "overwrite passes completed", number()),
        bits(8, 8, "GDE", "nothing was written since", oneOf({ 0: "no", 1: "yes" })),
      ],
    }),
    bytes(4, 4, "SCDW10", "CDW10 of the last Sanitize", hex(8)),
    ...[
      [8, "ETFO", "overwrite"],
      [12, "ETFBE", "block erase"],
      [16, "ETFCE", "crypto erase"],
      [20, "ETFOND", "overwrite without deallocation"],
      [24, "ETFBEND", "block erase without deallocation"],
      [28, "ETFCEND", "crypto erase without deallocation"],
    ].map(([at, name, what]) =>
      bytes(Number(at), 4, String(name), `estimated time of ${what}`, estimate),
    ),
  ],
};
