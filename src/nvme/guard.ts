// The Guard of protection information: checksums of a logical block's data. 16 bits are the T10 DIF's CRC (NVMe 1.4,
// section 8.3), 64 bits one of NVMe's own (NVM Command Set 1.0, 64b Guard Protection Information).

/** x^64 is implied; bits are reflected. */
const POLYNOMIAL_64 = 0x9a6c_9329_ac4b_c9b5n;
const POLYNOMIAL_16 = 0x8bb7;
const ALL_ONES = 2n ** 64n - 1n;

/** For each byte the low and the high dword of what it adds: 64-bit numbers are slow in JavaScript. */
const table64 = Uint32Array.from({ length: 512 }, (_, at) => {
  let value = BigInt(at >> 1);
  for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? POLYNOMIAL_64 : 0n);
  return Number(at & 1 ? value >> 32n : value & 0xffff_ffffn);
});

const table16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 8;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value & 0x8000 ? POLYNOMIAL_16 : 0);
  return value;
});

/**
 * CRC-64 of the NVM Command Set, which the 64-bit Guard is.
 * @param before the CRC of the bytes that come before these: data in pieces give the same as in one
 */
export function crc64(bytes: Uint8Array, before = 0n): bigint {
  const start = before ^ ALL_ONES;
  let low = Number(start & 0xffff_ffffn);
  let high = Number((start >> 32n) & 0xffff_ffffn);
  for (const byte of bytes) {
    const at = ((low ^ byte) & 0xff) * 2;
    low = ((low >>> 8) | (high << 24)) ^ table64[at]!;
    high = (high >>> 8) ^ table64[at + 1]!;
  }
  return ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)) ^ ALL_ONES;
}

/** CRC-16 of the T10 DIF, which the 16-bit Guard is. @param before as of `crc64` */
export function crc16(bytes: Uint8Array, before = 0): number {
  let crc = before;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ table16[(crc >> 8) ^ byte]!;
  return crc;
}
