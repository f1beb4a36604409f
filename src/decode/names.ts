// Numbers that have names: features, log pages, kinds of Identify data (NVMe 1.4, figures 191, 244 and 271, and 2.0).

const features: Readonly<Record<number, string>> = {
  1: "Arbitration",
  2: "Power Management",
  3: "LBA Range Type",
  4: "Temperature Threshold",
  5: "Error Recovery",
  6: "Volatile Write Cache",
  7: "Number of Queues",
  8: "Interrupt Coalescing",
  9: "Interrupt Vector Configuration",
  10: "Write Atomicity Normal",
  11: "Asynchronous Event Configuration",
  12: "Autonomous Power State Transition",
  13: "Host Memory Buffer",
  14: "Timestamp",
  15: "Keep Alive Timer",
  16: "Host Controlled Thermal Management",
  17: "Non-Operational Power State Config",
  18: "Read Recovery Level Config",
  19: "Predictable Latency Mode Config",
  20: "Predictable Latency Mode Window",
  21: "LBA Status Information Report Interval",
  22: "Host Behavior Support",
  23: "Sanitize Config",
  24: "Endurance Group Event Configuration",
  25: "I/O Command Set Profile",
  26: "Spinup Control",
  29: "Flexible Data Placement",
  30: "Flexible Data Placement Events",
  125: "Enhanced Controller Metadata",
  126: "Controller Metadata",
  127: "Namespace Metadata",
  128: "Software Progress Marker",
  129: "Host Identifier",
  130: "Reservation Notification Mask",
  131: "Reservation Persistence",
  132: "Namespace Write Protection Config",
  133: "Boot Partition Write Protection Config",
};

const logPages: Readonly<Record<number, string>> = {
  0: "Supported Log Pages",
  1: "Error Information",
  2: "SMART / Health Information",
  3: "Firmware Slot Information",
  4: "Changed Namespace List",
  5: "Commands Supported and Effects",
  6: "Device Self-test",
  7: "Telemetry Host-Initiated",
  8: "Telemetry Controller-Initiated",
  9: "Endurance Group Information",
  10: "Predictable Latency Per NVM Set",
  11: "Predictable Latency Event Aggregate",
  12: "Asymmetric Namespace Access",
  13: "Persistent Event Log",
  14: "LBA Status Information",
  15: "Endurance Group Event Aggregate",
  16: "Media Unit Status",
  17: "Supported Capacity Configuration List",
  18: "Feature Identifiers Supported and Effects",
  19: "NVMe-MI Commands Supported and Effects",
  20: "Command and Feature Lockdown",
  21: "Boot Partition",
  22: "Rotational Media Information",
  112: "Discovery",
  128: "Reservation Notification",
  129: "Sanitize Status",
  191: "Changed Zone List",
};

const cnsValues: Readonly<Record<number, string>> = {
  0: "Identify Namespace",
  1: "Identify Controller",
  2: "Active Namespace ID list",
  3: "Namespace Identification Descriptor list",
  4: "NVM Set List",
  5: "I/O Command Set specific Identify Namespace",
  6: "I/O Command Set specific Identify Controller",
  7: "I/O Command Set specific Active Namespace ID list",
  8: "I/O Command Set Independent Identify Namespace",
  16: "Allocated Namespace ID list",
  17: "Identify Namespace of an allocated one",
  18: "Controller list of a namespace",
  19: "Controller list",
  20: "Primary Controller Capabilities",
  21: "Secondary Controller list",
  22: "Namespace Granularity List",
  23: "UUID List",
  24: "Domain List",
  25: "Endurance Group List",
  26: "I/O Command Set specific Allocated Namespace ID list",
  27: "I/O Command Set specific Identify Namespace of an allocated one",
  28: "Identify I/O Command Set",
};

const VENDOR = 0xc0;

/** "Arbitration", of a Feature Identifier. */
export function featureName(fid: number): string {
  return features[fid] ?? unnamed(fid);
}

/** "SMART / Health Information", of a Log Identifier. */
export function logPageName(lid: number): string {
  return logPages[lid] ?? unnamed(lid);
}

/** "Identify Controller", of CNS. */
export function cnsName(cns: number): string {
  return cnsValues[cns] ?? unnamed(cns);
}

/** Feature Identifiers that have a name. */
export const namedFeatures: readonly number[] = Object.keys(features).map(Number);

function unnamed(number: number): string {
  return number >= VENDOR ? "vendor specific" : "reserved";
}
