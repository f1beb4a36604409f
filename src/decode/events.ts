// Asynchronous events: dword 0 of the completion (NVMe 1.4, figures 146 to 151, and 2.0).
import { AsynchronousEventType } from "../../assembly/spec/commands.ts";
import { logPageName } from "./names.ts";

/** An event in words. */
export interface DecodedEvent {
  /** Asynchronous Event Type, and its name: "Error", "SMART / Health", "Notice", "I/O Command Set", "Vendor specific". */
  readonly type: number;
  readonly typeName: string;
  /** Asynchronous Event Information, and its name: "Temperature Threshold". */
  readonly information: number;
  readonly name: string;
  /** The log page whose reading clears the event, and its name. */
  readonly lid: number;
  readonly logPage: string;
}

const types: Readonly<Record<number, string>> = {
  0: "Error",
  1: "SMART / Health",
  2: "Notice",
  3: "Immediate",
  4: "One-Shot",
  6: "I/O Command Set",
  7: "Vendor specific",
};

const informations: Readonly<Record<number, readonly string[]>> = {
  [AsynchronousEventType.ERROR]: [
    "Write to Invalid Doorbell Register",
    "Invalid Doorbell Write Value",
    "Diagnostic Failure",
    "Persistent Internal Error",
    "Transient Internal Error",
    "Firmware Image Load Error",
  ],
  [AsynchronousEventType.SMART]: [
    "NVM subsystem Reliability",
    "Temperature Threshold",
    "Spare Below Threshold",
  ],
  [AsynchronousEventType.NOTICE]: [
    "Namespace Attribute Changed",
    "Firmware Activation Starting",
    "Telemetry Log Changed",
    "Asymmetric Namespace Access Change",
    "Predictable Latency Event Aggregate Log Change",
    "LBA Status Information Alert",
    "Endurance Group Event Aggregate Log Page Change",
  ],
  3: ["Normal NVM Subsystem Shutdown"],
  6: [
    "Reservation Log Page Available",
    "Sanitize Operation Completed",
    "Sanitize Operation Completed With Unexpected Deallocation",
  ],
};

/** Notices whose numbers stand apart. */
const otherNotices: Readonly<Record<number, string>> = {
  239: "Zone Descriptor Changed",
  240: "Discovery Log Page Change",
};

/** @param dw0 dword 0 of an Asynchronous Event Request's completion */
export function decodeEvent(dw0: number): DecodedEvent {
  const type = dw0 & 0x7;
  const information = (dw0 >>> 8) & 0xff;
  const lid = (dw0 >>> 16) & 0xff;
  const name =
    informations[type]?.[information] ??
    (type === AsynchronousEventType.NOTICE ? otherNotices[information] : undefined) ??
    (type === 7 ? "Vendor specific" : "reserved");
  return {
    type,
    typeName: types[type] ?? "reserved",
    information,
    name,
    lid,
    logPage: logPageName(lid),
  };
}
