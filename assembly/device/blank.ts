// Which pages of the linear memory are blank: zeroes of a RAM medium that nobody has written to.
// They are never read, so the kernel need not make a page of each one, which would take a command
// up to milliseconds. The bytes behind a blank page are zeroes too: calling a page blank is never
// needed, and calling it not blank is never wrong.
import { PAGE_BYTES } from "../spec/registers.ts";
import { BLANK_PAGES, ZEROES } from "./state.ts";

const PAGE_SHIFT: u32 = 12;
const OFFSET_MASK: u32 = PAGE_BYTES - 1;

if (1 << PAGE_SHIFT != PAGE_BYTES) ERROR("PAGE_SHIFT is that of PAGE_BYTES");

/** Makes blank what lies wholly inside [pointer, pointer + bytes), which must be zeroes. */
export function makeBlank(pointer: u32, bytes: u64): void {
  const first = ((pointer as u64) + OFFSET_MASK) >> PAGE_SHIFT;
  const end = ((pointer as u64) + bytes) >> PAGE_SHIFT;
  for (let page = first; page < end; page++) {
    const place = placeOf(page as u32);
    store<u8>(place, load<u8>(place) | bitOf(page as u32));
  }
}

/** Before bytes are written, up to a page of them: they and what lies around are blank no more. */
@inline
export function willWrite(pointer: u32, bytes: u32): void {
  const first = pointer >> PAGE_SHIFT;
  const last = (pointer + bytes - 1) >> PAGE_SHIFT;
  soil(first);
  if (last != first && bytes != 0) soil(last);
}

/** How many of `bytes` from `pointer` on lie in its page. */
@inline
export function withinPage(pointer: u32, bytes: u32): u32 {
  return min(bytes, (PAGE_BYTES as u32) - (pointer & OFFSET_MASK));
}

/** Where the bytes at `pointer`, up to the end of its page, are to be read. */
@inline
export function readable(pointer: u32): u32 {
  return isBlank(pointer) ? (ZEROES as u32) : pointer;
}

/** Writes zeroes; blank pages have them. */
export function fillWithZeroes(pointer: u32, bytes: u32): void {
  let place = pointer;
  let left = bytes;
  while (left != 0) {
    const part = withinPage(place, left);
    if (!isBlank(place)) memory.fill(place, 0, part);
    place += part;
    left -= part;
  }
}

@inline
function isBlank(pointer: u32): bool {
  const page = pointer >> PAGE_SHIFT;
  return (load<u8>(placeOf(page)) & bitOf(page)) != 0;
}

@inline
function soil(page: u32): void {
  const place = placeOf(page);
  const bits = load<u8>(place);
  if ((bits & bitOf(page)) != 0) store<u8>(place, bits & ~bitOf(page));
}

@inline
function placeOf(page: u32): usize {
  return BLANK_PAGES + (page >> 3);
}

@inline
function bitOf(page: u32): u8 {
  return ((1 as u32) << (page & 7)) as u8;
}
