// Who the controller is: SN, MN and FR, space padded (NVMe 1.4, section 1.5), and
// identifiers made from the seed. Text is written as numbers, eight bytes of ASCII at a time: this
// module has no data of its own.
import { FR_BYTES, MN_BYTES, SN_BYTES } from "../spec/identify.ts";
import { controller, IDENTITY } from "./state.ts";
import { IdentityField } from "./options.ts";
import { mix } from "./random.ts";

const SN: usize = IDENTITY;
const MN: usize = SN + SN_BYTES;
const FR: usize = MN + MN_BYTES;
const IDENTITY_BYTES: usize = SN_BYTES + MN_BYTES + FR_BYTES;
const SPACE: u8 = 0x20;

const HYPHEN: u8 = 0x2d;

/** VID and SSVID: "pb". The PCI-SIG has given it to nobody known to us, and phasebit has none. */
export const VENDOR_ID: u16 = 0x7062;
/** IEEE: locally administered (bit 1 of its first byte), so that it belongs to nobody, and "pb". */
export const OUI: u32 = 0x027062;
const OUI_SHIFT: u64 = 40;
const EXTENSION_MASK: u64 = 0xffffffffff;
const UUID_VERSION_MASK: u64 = 0xf000;
const UUID_VERSION_4: u64 = 0x4000;
const UUID_VARIANT_MASK: u64 = 0xc000000000000000;
const UUID_VARIANT: u64 = 0x8000000000000000;

/** SN from the seed, MN "phasebit embedded", FR "1". */
export function resetIdentity(): void {
  memory.fill(IDENTITY, SPACE, IDENTITY_BYTES);
  writeHex(SN, mix(controller.seed), 16);
  store<u64>(MN, 0x7469626573616870); // phasebit
  store<u64>(MN, 0x6465646465626d65, 9); // embedded
  store<u8>(MN, SPACE, 8);
  store<u8>(FR, 0x31);
}

/** Sets one byte of SN (0), MN (1) or FR (2). What lies outside the string is ignored. */
export function identity(field: u32, index: u32, byte: u32): void {
  switch (field) {
    case IdentityField.SN:
      return setByte(SN, SN_BYTES, index, byte);
    case IdentityField.MN:
      return setByte(MN, MN_BYTES, index, byte);
    case IdentityField.FR:
      return setByte(FR, FR_BYTES, index, byte);
    default:
  }
}

function setByte(text: usize, bytes: u32, index: u32, byte: u32): void {
  if (index < bytes) store<u8>(text + index, byte as u8);
}

/** Where the serial number lies; MN and FR follow it, as in Identify Controller. */
export function serialNumber(): usize {
  return SN;
}

/** Where the firmware revision lies. */
export function firmwareRevision(): usize {
  return FR;
}

/**
 * IEEE Extended Unique Identifier of a namespace: the OUI and 40 bits that are the namespace's. It is stored
 * with its highest byte first.
 */
export function makeEui64(nsid: u32): u64 {
  const extension = mix(controller.seed ^ ((nsid as u64) << 32)) & EXTENSION_MASK;
  return ((OUI as u64) << OUI_SHIFT) | extension;
}

/**
 * High half of a UUID (RFC 4122, version 4: random). `owner` is an NSID, or 0 for the subsystem.
 */
export function uuidHigh(owner: u32): u64 {
  const random = mix((controller.seed + 1) ^ ((owner as u64) << 32));
  return (random & ~UUID_VERSION_MASK) | UUID_VERSION_4;
}

/** Low half of the same UUID. */
export function uuidLow(owner: u32): u64 {
  const random = mix((controller.seed + 2) ^ ((owner as u64) << 32));
  return (random & ~UUID_VARIANT_MASK) | UUID_VARIANT;
}

/** `nqn.2014-08.org.nvmexpress:uuid:` and a UUID: SUBNQN (7.9). */
export function writeSubsystemName(place: usize): void {
  const high = uuidHigh(0);
  const low = uuidLow(0);
  store<u64>(place, 0x343130322e6e716e); // nqn.2014
  store<u64>(place, 0x2e67726f2e38302d, 8); // -08.org.
  store<u64>(place, 0x65727078656d766e, 16); // nvmexpre
  store<u64>(place, 0x3a646975753a7373, 24); // ss:uuid:
  writeHex(place + 32, high >> 32, 8);
  writeGroup(place + 40, high >> 16);
  writeGroup(place + 45, high);
  writeGroup(place + 50, low >> 48);
  store<u8>(place + 55, HYPHEN);
  writeHex(place + 56, low, 12);
}

/** A hyphen and four digits. */
function writeGroup(place: usize, value: u64): void {
  store<u8>(place, HYPHEN);
  writeHex(place + 1, value, 4);
}

/** Writes the lowest `digits` hexadecimal digits of `value`, the highest of them first. */
function writeHex(place: usize, value: u64, digits: u32): void {
  for (let index: u32 = 0; index < digits; index++) {
    const digit = ((value >> (((digits - 1 - index) << 2) as u64)) & 15) as u32;
    store<u8>(place + index, (digit < 10 ? 0x30 + digit : 0x57 + digit) as u8);
  }
}
