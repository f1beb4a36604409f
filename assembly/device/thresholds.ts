// Temperature thresholds (NVMe 1.4, section 5.21.1.4): over and under, for the composite
// temperature (TMPSEL 0) and for the one sensor there is (TMPSEL 1). Crossing the composite one's
// is an event.
import { Status } from "../spec/status.ts";
import { controller, THRESHOLDS } from "./state.ts";
import { temperatureEvent } from "./events.ts";

/** WCTEMP and CCTEMP of Identify Controller, and how warm the controller is, in kelvins. */
export const WARNING_TEMPERATURE_KELVIN: u32 = 343;
export const CRITICAL_TEMPERATURE_KELVIN: u32 = 353;
export const NORMAL_TEMPERATURE_KELVIN: u32 = 310;

const TMPTH_MASK: u32 = 0xffff;
const TMPSEL_SHIFT: u32 = 16;
const TMPSEL_MASK: u32 = 0xf;
/** TMPSEL: all sensors that exist. */
const ALL_SENSORS: u32 = 0xf;
const SENSORS: u32 = 2;
const THSEL_SHIFT: u32 = 20;
const THSEL_MASK: u32 = 0x3;
const OVER: u32 = 0;
const UNDER: u32 = 1;
/** Over threshold of a sensor by default: none. */
const NO_THRESHOLD: u32 = 0xffff;

/** Defaults: WCTEMP for the composite temperature, none for the sensor, 0 for under. */
export function resetThresholds(): void {
  for (let sensor: u32 = 0; sensor < SENSORS; sensor++) {
    setThreshold(sensor, OVER, defaultThreshold(sensor, OVER));
    setThreshold(sensor, UNDER, defaultThreshold(sensor, UNDER));
  }
}

/** Set Features: `value` is CDW11. Returns a status. */
export function writeThreshold(value: u32): u32 {
  const sensor = (value >> TMPSEL_SHIFT) & TMPSEL_MASK;
  const kind = (value >> THSEL_SHIFT) & THSEL_MASK;
  if (kind > UNDER || (sensor >= SENSORS && sensor != ALL_SENSORS)) return Status.INVALID_FIELD;
  for (let index: u32 = 0; index < SENSORS; index++) {
    if (sensor == index || sensor == ALL_SENSORS) setThreshold(index, kind, value & TMPTH_MASK);
  }
  if (isTooHotOrCold()) temperatureEvent();
  return Status.SUCCESS;
}

/** Whether THSEL says over or under: `value` is CDW11. */
export function isSide(value: u32): bool {
  return ((value >> THSEL_SHIFT) & THSEL_MASK) <= UNDER;
}

/** Whether Get Features may ask for this: `value` is CDW11. */
export function isThreshold(value: u32): bool {
  const sensor = (value >> TMPSEL_SHIFT) & TMPSEL_MASK;
  return sensor < SENSORS && isSide(value);
}

/** The value in force, or the default one, of the threshold that `value` (CDW11) names. */
export function readThreshold(value: u32, byDefault: bool): u32 {
  const sensor = (value >> TMPSEL_SHIFT) & TMPSEL_MASK;
  const kind = (value >> THSEL_SHIFT) & THSEL_MASK;
  return byDefault ? defaultThreshold(sensor, kind) : threshold(sensor, kind);
}

/** Critical Warning bit 1: at or above an over, or at or below an under threshold (5.14.1.2). */
export function isTooHotOrCold(): bool {
  for (let sensor: u32 = 0; sensor < SENSORS; sensor++) {
    if (controller.temperature >= threshold(sensor, OVER)) return true;
    if (controller.temperature <= threshold(sensor, UNDER)) return true;
  }
  return false;
}

function defaultThreshold(sensor: u32, kind: u32): u32 {
  if (kind == UNDER) return 0;
  return sensor == 0 ? WARNING_TEMPERATURE_KELVIN : NO_THRESHOLD;
}

@inline
function threshold(sensor: u32, kind: u32): u32 {
  return load<u16>(THRESHOLDS + (((sensor << 1) | kind) << 1));
}

@inline
function setThreshold(sensor: u32, kind: u32, kelvin: u32): void {
  store<u16>(THRESHOLDS + (((sensor << 1) | kind) << 1), kelvin as u16);
}
