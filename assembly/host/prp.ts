// Physical Region Pages (NVMe 1.4, section 4.3): how a command names its buffer. PRP1 may have an offset
// into its page, everything after it is whole pages; more than two pages go through a list, and a list
// that does not fit its page continues in the next one, whose pointer is the last entry.
import { PAGE_BYTES } from "../spec/registers.ts";

const PAGE: u32 = PAGE_BYTES;
const ENTRIES_PER_PAGE: u32 = PAGE / 8;

/**
 * Fills PRP1 and PRP2 at `out` (two u64) for `bytes` that the device sees at `iova`, and the list at `list`, which it
 * sees at `listIova`, when one is needed: page aligned, contiguous, as many pages as `prpListPages` says.
 */
export function buildPrps(out: u32, iova: u64, bytes: u32, list: u32, listIova: u64): void {
  store<u64>(out, iova);
  const pages = pagesAfterFirst(iova as u32, bytes);
  const secondPage = (iova & ~((PAGE - 1) as u64)) + PAGE;
  if (pages <= 1) {
    store<u64>(out, pages ? secondPage : 0, 8);
    return;
  }
  store<u64>(out, listIova, 8);
  fillList(list, pages, secondPage, listIova - list);
}

/** @returns how many list pages `bytes` at `buffer`, a pointer or an IOVA's low dword, need: 0 when PRP1 and PRP2 are enough. */
export function prpListPages(buffer: u32, bytes: u32): u32 {
  const pages = pagesAfterFirst(buffer, bytes);
  if (pages <= 1) return 0;
  // each page but the last gives one entry to its successor
  return 1 + (pages - 2) / (ENTRIES_PER_PAGE - 1);
}

function pagesAfterFirst(buffer: u32, bytes: u32): u32 {
  const inFirst = PAGE - (buffer & (PAGE - 1));
  return bytes <= inFirst ? 0 : (bytes - inFirst + PAGE - 1) / PAGE;
}

/** @param iovaBase what the device adds to a pointer of the list */
function fillList(list: u32, pages: u32, firstPage: u64, iovaBase: u64): void {
  let entry = list;
  let page = firstPage;
  for (let left = pages; left > 0; left--) {
    const isLastOfListPage = (entry & (PAGE - 1)) == PAGE - 8;
    if (isLastOfListPage && left > 1) {
      store<u64>(entry, iovaBase + entry + 8);
      entry += 8;
    }
    store<u64>(entry, page);
    entry += 8;
    page += PAGE;
  }
}
