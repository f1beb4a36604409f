// SMART / Health Information (NVMe 1.4, section 5.14.1.2). The counters count; the drive never
// wears.
import { BUS_NOW } from "../layout.ts";
import { SMART_LOG_BYTES, SmartLog } from "../spec/identify.ts";
import { controller, SCRATCH } from "./state.ts";
import { isTooHotOrCold } from "./thresholds.ts";
import { busyNs } from "./waiting.ts";
import { WARNING_TEMPERATURE } from "./events.ts";

const AVAILABLE_SPARE_PERCENT: u8 = 100;
const SPARE_THRESHOLD_PERCENT: u8 = 10;
const NS_PER_MINUTE: u64 = 60_000_000_000;
const NS_PER_HOUR: u64 = 3_600_000_000_000;
/** A data unit is 1000 times 512 bytes, rounded up. */
const SECTORS_PER_UNIT: u64 = 1000;

/** Builds the log page in the scratch memory; returns its size. */
export function buildSmartLog(): u32 {
  memory.fill(SCRATCH, 0, SMART_LOG_BYTES);
  store<u8>(SCRATCH + SmartLog.CRITICAL_WARNING, criticalWarning());
  store<u16>(SCRATCH + SmartLog.COMPOSITE_TEMPERATURE, controller.temperature as u16);
  store<u8>(SCRATCH + SmartLog.AVAILABLE_SPARE, AVAILABLE_SPARE_PERCENT);
  store<u8>(SCRATCH + SmartLog.AVAILABLE_SPARE_THRESHOLD, SPARE_THRESHOLD_PERCENT);
  store<u64>(SCRATCH + SmartLog.DATA_UNITS_READ, dataUnits(controller.sectorsRead));
  store<u64>(SCRATCH + SmartLog.DATA_UNITS_WRITTEN, dataUnits(controller.sectorsWritten));
  store<u64>(SCRATCH + SmartLog.HOST_READ_COMMANDS, controller.readCommands);
  store<u64>(SCRATCH + SmartLog.HOST_WRITE_COMMANDS, controller.writeCommands);
  store<u64>(SCRATCH + SmartLog.CONTROLLER_BUSY_TIME, busyNs() / NS_PER_MINUTE);
  store<u64>(SCRATCH + SmartLog.POWER_CYCLES, 1);
  store<u64>(SCRATCH + SmartLog.POWER_ON_HOURS, powerOnHours());
  store<u64>(SCRATCH + SmartLog.MEDIA_ERRORS, controller.mediaErrors);
  store<u64>(SCRATCH + SmartLog.ERROR_LOG_ENTRIES, controller.errors);
  store<u16>(SCRATCH + SmartLog.TEMPERATURE_SENSOR_1, controller.temperature as u16);
  return SMART_LOG_BYTES;
}

function criticalWarning(): u8 {
  return isTooHotOrCold() ? (WARNING_TEMPERATURE as u8) : 0;
}

function dataUnits(sectors: u64): u64 {
  return (sectors + SECTORS_PER_UNIT - 1) / SECTORS_PER_UNIT;
}

function powerOnHours(): u64 {
  return (load<u64>(BUS_NOW) - controller.poweredOnNs) / NS_PER_HOUR;
}
