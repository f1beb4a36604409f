// Identify (NVMe 1.4, section 5.15): CNS 00h to 03h, and 05h, 06h and 08h of 2.0. Data structures are built in the scratch
// memory.
import { Cns, IDENTIFY_CSI_SHIFT, NSID_BROADCAST } from "../spec/commands.ts";
import {
  IDENTIFY_BYTES,
  IdentifyIndependentNamespace,
  IdentifyNamespace,
  LBAF_LBADS_SHIFT,
  NamespaceIdentifierType,
  NSTAT_NRDY,
} from "../spec/identify.ts";
import { Status } from "../spec/status.ts";
import { command, MAX_NAMESPACES, Namespace, namespaceAt, SCRATCH } from "./state.ts";
import { buildController } from "./identify-controller.ts";
import { makeEui64, uuidHigh, uuidLow } from "./identity.ts";
import { isRevision2 } from "./version.ts";
import { overrideIdentify } from "./fault-controls.ts";
import { Movement } from "./pieces.ts";
import { transfer } from "./transfer.ts";
import { failAt } from "./nvm.ts";

const CNS_MASK: u32 = 0xff;
const NSID_LOCATION: u32 = 4;
const CNS_LOCATION: u32 = 40;
const CSI_LOCATION: u32 = 47;
/** DLFEAT: deallocated blocks read as zeroes; Write Zeroes may deallocate. */
const DLFEAT_ZEROES: u8 = 0x01;
const DLFEAT_WRITE_ZEROES: u8 = 0x08;
/** CNS 02h refuses these: no NSID is greater (5.15.2.3). */
const LAST_LIST_NSID: u32 = 0xfffffffd;

/** Identify (5.15). */
export function identify(): u32 {
  const cns = command.cdw10 & CNS_MASK;
  memory.fill(SCRATCH, 0, IDENTIFY_BYTES);
  const status = build(cns);
  if (status != 0) return status;
  overrideIdentify(cns);
  return transfer(Movement.TO_HOST, IDENTIFY_BYTES, SCRATCH as u32, IDENTIFY_BYTES);
}

function build(cns: u32): u32 {
  switch (cns) {
    case Cns.NAMESPACE:
      return buildNamespace(command.nsid);
    case Cns.CONTROLLER:
      return command.nsid == 0 ? buildController() : unusedNamespace();
    case Cns.ACTIVE_NAMESPACES:
      return buildActiveList(command.nsid);
    case Cns.NAMESPACE_DESCRIPTORS:
      return buildDescriptors(command.nsid);
    default:
      return buildOfRevision2(cns);
  }
}

/** What 2.0 added: CNS 05h, 06h and 08h. */
function buildOfRevision2(cns: u32): u32 {
  if (!isRevision2()) return failAt(CNS_LOCATION, Status.INVALID_FIELD);
  switch (cns) {
    case Cns.COMMAND_SET_NAMESPACE:
      return buildNvmNamespace(command.nsid);
    case Cns.COMMAND_SET_CONTROLLER:
      return buildNvmController();
    case Cns.INDEPENDENT_NAMESPACE:
      return buildIndependentNamespace(command.nsid);
    default:
      return failAt(CNS_LOCATION, Status.INVALID_FIELD);
  }
}

/** CNS 05h for the NVM command set: formats without protection have nothing to say. */
function buildNvmNamespace(nsid: u32): u32 {
  if (!isNvmCommandSet()) return failAt(CSI_LOCATION, Status.INVALID_FIELD);
  return nsid - 1 >= MAX_NAMESPACES ? noNamespace() : (Status.SUCCESS as u32);
}

/** CNS 06h for the NVM command set: no command has a limit of its own. */
function buildNvmController(): u32 {
  if (!isNvmCommandSet()) return failAt(CSI_LOCATION, Status.INVALID_FIELD);
  return command.nsid == 0 ? (Status.SUCCESS as u32) : unusedNamespace();
}

/** CSI 0, the one command set that there is. */
@inline
function isNvmCommandSet(): bool {
  return command.cdw11 >> IDENTIFY_CSI_SHIFT == 0;
}

/** CNS 08h: an active namespace is always ready. Zeroes for an inactive one. */
function buildIndependentNamespace(nsid: u32): u32 {
  if (nsid - 1 >= MAX_NAMESPACES) return noNamespace();
  if (namespaceAt(nsid).blocks != 0) {
    store<u8>(SCRATCH + IdentifyIndependentNamespace.NSTAT, NSTAT_NRDY);
  }
  return Status.SUCCESS;
}

/**
 * CNS 00h: zeroes for an inactive namespace. No management, so nothing is common to all of them.
 */
function buildNamespace(nsid: u32): u32 {
  if (nsid == 0 || nsid == NSID_BROADCAST || nsid > MAX_NAMESPACES) return noNamespace();
  const namespace = namespaceAt(nsid);
  if (namespace.blocks != 0) describe(namespace, nsid);
  return Status.SUCCESS;
}

function describe(namespace: Namespace, nsid: u32): void {
  store<u64>(SCRATCH + IdentifyNamespace.NSZE, namespace.blocks);
  store<u64>(SCRATCH + IdentifyNamespace.NCAP, namespace.blocks);
  store<u64>(SCRATCH + IdentifyNamespace.NUSE, namespace.blocks);
  store<u8>(SCRATCH + IdentifyNamespace.DLFEAT, DLFEAT_ZEROES | DLFEAT_WRITE_ZEROES);
  writeNguid(SCRATCH + IdentifyNamespace.NGUID, nsid);
  writeBigEndian(SCRATCH + IdentifyNamespace.EUI64, makeEui64(nsid));
  store<u32>(SCRATCH + IdentifyNamespace.LBAF0, namespace.lbaShift << LBAF_LBADS_SHIFT);
}

/** CNS 02h: the active NSIDs that are greater than `nsid`, in order. */
function buildActiveList(nsid: u32): u32 {
  if (nsid > LAST_LIST_NSID) return noNamespace();
  let count: usize = 0;
  for (let id: u32 = 1; id <= MAX_NAMESPACES; id++) {
    if (id > nsid && namespaceAt(id).blocks != 0) store<u32>(SCRATCH + (count++ << 2), id);
  }
  return Status.SUCCESS;
}

/** CNS 03h: EUI64, NGUID and UUID, each after a header of four bytes. */
function buildDescriptors(nsid: u32): u32 {
  if (nsid - 1 >= MAX_NAMESPACES || namespaceAt(nsid).blocks == 0) return noNamespace();
  writeHeader(SCRATCH, NamespaceIdentifierType.EUI64, 8);
  writeBigEndian(SCRATCH + 4, makeEui64(nsid));
  writeHeader(SCRATCH + 12, NamespaceIdentifierType.NGUID, 16);
  writeNguid(SCRATCH + 16, nsid);
  writeHeader(SCRATCH + 32, NamespaceIdentifierType.UUID, 16);
  writeUuid(SCRATCH + 36, nsid);
  return Status.SUCCESS;
}

/** NIDT and NIDL. */
function writeHeader(place: usize, type: u32, bytes: u32): void {
  store<u8>(place, type as u8);
  store<u8>(place, bytes as u8, 1);
}

/** NGUID: an extension of the vendor's, then what is an EUI64 (7.10). */
function writeNguid(place: usize, nsid: u32): void {
  writeBigEndian(place, uuidHigh(nsid));
  writeBigEndian(place + 8, makeEui64(nsid));
}

function writeUuid(place: usize, nsid: u32): void {
  writeBigEndian(place, uuidHigh(nsid));
  writeBigEndian(place + 8, uuidLow(nsid));
}

function writeBigEndian(place: usize, value: u64): void {
  store<u64>(place, bswap(value));
}

/** CNS 01h does not use the NSID. */
function unusedNamespace(): u32 {
  return failAt(NSID_LOCATION, Status.INVALID_FIELD);
}

function noNamespace(): u32 {
  return failAt(NSID_LOCATION, Status.INVALID_NAMESPACE_OR_FORMAT);
}
