// Get Features (NVMe 1.4, section 5.13) and Set Features (5.21). Nothing can be saved, so a reset
// brings back every default, and the saved value is the default one.
import {
  Feature,
  FEATURE_FID_MASK,
  FEATURE_SEL_MASK,
  FEATURE_SEL_SHIFT,
  FEATURE_SV,
  FeatureSelect,
  NSID_BROADCAST,
} from "../spec/commands.ts";
import { Status } from "../spec/status.ts";
import { command, MAX_NAMESPACES, namespaceAt } from "./state.ts";
import { isSide, isThreshold, isTooHotOrCold, readThreshold, writeThreshold } from "./thresholds.ts";
import { dropTemperatureEvent, temperatureEvent, WARNING_TEMPERATURE } from "./events.ts";
import { isVector, readVector, writeVector } from "./vectors.ts";
import { applyArbitration, defaultValue, featureValue, setFeatureValue } from "./feature-values.ts";
import { applyCoalescing } from "./coalescing.ts";
import { mostQueues, numberOfQueues, setNumberOfQueues } from "./queue-count.ts";
import { failAt } from "./nvm.ts";

const NSID_LOCATION: u32 = 4;
const FID_LOCATION: u32 = 40;
const SEL_LOCATION: u32 = 41;
/** SV is bit 7 of its byte. */
const SV_LOCATION: u32 = 43 | (7 << 8);
const VALUE_LOCATION: u32 = 44;
const TMPSEL_LOCATION: u32 = 46;
/** THSEL begins with bit 4 of its byte. */
const THSEL_LOCATION: u32 = 46 | (4 << 8);

/** SEL 3: what can be done with a feature. */
const CAPABILITY_NAMESPACE: u32 = 0x2;
const CAPABILITY_CHANGEABLE: u32 = 0x4;

// Bits of each feature's value that mean something here; the others are not kept.
const ARBITRATION_BITS: u32 = 0xffffff07;
const POWER_STATE_BITS: u32 = 0xff;
const POWER_STATE_MASK: u32 = 0x1f;
const ERROR_RECOVERY_BITS: u32 = 0xffff;
const ONE_BIT: u32 = 0x1;
const COALESCING_BITS: u32 = 0xffff;
/** Critical warnings of the SMART log; there are no optional events (OAES). */
const EVENT_BITS: u32 = 0xff;

/** Get Features (5.13). */
export function getFeatures(): u32 {
  const fid = command.cdw10 & FEATURE_FID_MASK;
  const select = (command.cdw10 >> FEATURE_SEL_SHIFT) & FEATURE_SEL_MASK;
  if (!isFeature(fid)) return failAt(FID_LOCATION, Status.INVALID_FIELD);
  if (select > (FeatureSelect.SUPPORTED_CAPABILITIES as u32)) {
    return failAt(SEL_LOCATION, Status.INVALID_FIELD);
  }
  const status = isOfNamespace(fid) ? checkOneNamespace() : checkAnyNamespace();
  if (status != 0) return status;
  if (select == (FeatureSelect.SUPPORTED_CAPABILITIES as u32)) {
    command.dw0 = CAPABILITY_CHANGEABLE | (isOfNamespace(fid) ? CAPABILITY_NAMESPACE : 0);
    return Status.SUCCESS;
  }
  return readFeature(fid, select != (FeatureSelect.CURRENT as u32));
}

/** Set Features (5.21). */
export function setFeatures(): u32 {
  const fid = command.cdw10 & FEATURE_FID_MASK;
  if (!isFeature(fid)) return failAt(FID_LOCATION, Status.INVALID_FIELD);
  if ((command.cdw10 & FEATURE_SV) != 0) return failAt(SV_LOCATION, Status.FEATURE_NOT_SAVEABLE);
  const status = checkScope(fid);
  return status != 0 ? status : writeFeature(fid, command.cdw11);
}

function readFeature(fid: u32, byDefault: bool): u32 {
  const value = command.cdw11;
  switch (fid) {
    case Feature.TEMPERATURE_THRESHOLD:
      if (!isThreshold(value)) return failAt(thresholdLocation(value), Status.INVALID_FIELD);
      command.dw0 = readThreshold(value, byDefault);
      return Status.SUCCESS;
    case Feature.INTERRUPT_VECTOR_CONFIGURATION:
      if (!isVector(value)) return failAt(VALUE_LOCATION, Status.INVALID_FIELD);
      command.dw0 = readVector(value, byDefault);
      return Status.SUCCESS;
    case Feature.NUMBER_OF_QUEUES:
      command.dw0 = byDefault ? mostQueues() : numberOfQueues();
      return Status.SUCCESS;
    case Feature.ERROR_RECOVERY:
      command.dw0 = byDefault ? 0 : namespaceAt(command.nsid).errorRecovery;
      return Status.SUCCESS;
    default:
      command.dw0 = byDefault ? defaultValue(fid) : featureValue(fid);
      return Status.SUCCESS;
  }
}

function writeFeature(fid: u32, value: u32): u32 {
  switch (fid) {
    case Feature.ARBITRATION:
      setFeatureValue(fid, value & ARBITRATION_BITS);
      applyArbitration();
      return Status.SUCCESS;
    case Feature.POWER_MANAGEMENT:
      if ((value & POWER_STATE_MASK) != 0) return failAt(VALUE_LOCATION, Status.INVALID_FIELD);
      return keep32(fid, value & POWER_STATE_BITS);
    case Feature.TEMPERATURE_THRESHOLD:
      return failAt(thresholdLocation(value), writeThreshold(value));
    case Feature.ERROR_RECOVERY:
      setErrorRecovery(command.nsid, value & ERROR_RECOVERY_BITS);
      return Status.SUCCESS;
    case Feature.NUMBER_OF_QUEUES:
      return setNumberOfQueues(value);
    case Feature.INTERRUPT_COALESCING:
      setFeatureValue(fid, value & COALESCING_BITS);
      applyCoalescing();
      return Status.SUCCESS;
    case Feature.INTERRUPT_VECTOR_CONFIGURATION:
      return failAt(VALUE_LOCATION, configureVector(value));
    case Feature.ASYNCHRONOUS_EVENT_CONFIGURATION:
      return configureEvents(value & EVENT_BITS);
    default:
      return keep32(fid, value & ONE_BIT);
  }
}

/** Coalescing Disable of a vector. What that vector has delayed is not delayed any longer. */
function configureVector(value: u32): u32 {
  const status = writeVector(value);
  applyCoalescing();
  return status;
}

/**
 * Asynchronous Event Configuration (5.21.1.11): a warning that holds when it is enabled is an event; one
 * that is disabled before it was reported is none any more.
 */
function configureEvents(value: u32): u32 {
  const before = featureValue(Feature.ASYNCHRONOUS_EVENT_CONFIGURATION);
  setFeatureValue(Feature.ASYNCHRONOUS_EVENT_CONFIGURATION, value);
  if ((value & WARNING_TEMPERATURE) == 0) {
    dropTemperatureEvent();
  } else if ((before & WARNING_TEMPERATURE) == 0 && isTooHotOrCold()) {
    temperatureEvent();
  }
  return Status.SUCCESS;
}

/** Which field of a threshold (CDW11) is wrong, if one is. */
function thresholdLocation(value: u32): u32 {
  return isSide(value) ? TMPSEL_LOCATION : THSEL_LOCATION;
}

/** Whether there is such a feature: FIDs 01h, 02h and 04h to 0Bh. */
export function isFeature(fid: u32): bool {
  return (
    fid >= (Feature.ARBITRATION as u32) &&
    fid <= (Feature.ASYNCHRONOUS_EVENT_CONFIGURATION as u32) &&
    fid != LBA_RANGE_TYPE
  );
}

/** FID 03h, which is optional. */
const LBA_RANGE_TYPE: u32 = 0x03;

/** Features that each namespace has for itself. */
export function isOfNamespace(fid: u32): bool {
  return fid == (Feature.ERROR_RECOVERY as u32);
}

/**
 * NSID rules of Set Features: all namespaces at once where there is one each, none where there is
 * not.
 */
function checkScope(fid: u32): u32 {
  const nsid = command.nsid;
  if (isOfNamespace(fid)) return nsid == NSID_BROADCAST ? Status.SUCCESS : checkOneNamespace();
  if (nsid == 0 || nsid == NSID_BROADCAST) return Status.SUCCESS;
  if (nsid > MAX_NAMESPACES) return failAt(NSID_LOCATION, Status.INVALID_NAMESPACE_OR_FORMAT);
  return failAt(NSID_LOCATION, Status.FEATURE_NOT_NAMESPACE_SPECIFIC);
}

/** Get Features of what is the controller's: with any NSID that may be one (7.8). */
function checkAnyNamespace(): u32 {
  const nsid = command.nsid;
  if (nsid <= MAX_NAMESPACES || nsid == NSID_BROADCAST) return Status.SUCCESS;
  return failAt(NSID_LOCATION, Status.INVALID_NAMESPACE_OR_FORMAT);
}

function checkOneNamespace(): u32 {
  const nsid = command.nsid;
  if (nsid - 1 >= MAX_NAMESPACES) return failAt(NSID_LOCATION, Status.INVALID_NAMESPACE_OR_FORMAT);
  if (namespaceAt(nsid).blocks == 0) return failAt(NSID_LOCATION, Status.INVALID_FIELD);
  return Status.SUCCESS;
}

function setErrorRecovery(nsid: u32, value: u32): void {
  for (let id: u32 = 1; id <= MAX_NAMESPACES; id++) {
    if (nsid == id || nsid == NSID_BROADCAST) namespaceAt(id).errorRecovery = value;
  }
}

function keep32(fid: u32, value: u32): u32 {
  setFeatureValue(fid, value);
  return Status.SUCCESS;
}
