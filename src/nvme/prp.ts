// PRP entries of a region (NVMe 1.4, section 4.3), for commands of the control plane.
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue } from "../ground/errors.ts";
import type { Region } from "../memory/region.ts";

const PRP_BYTES = 8;
const PAGE = BigInt(PAGE_BYTES);

/** List pages that `bytes` of a region may need: every page but the last gives one entry to its successor. */
export function listPages(bytes: number): number {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return pages <= 1 ? 0 : Math.ceil(pages / (PAGE_BYTES / PRP_BYTES - 1));
}

/**
 * PRP1 and PRP2 of a region. More than two pages go through a list.
 * @param list page aligned memory that the device may read; `listPages(bytes)` pages are enough
 * @throws PhasebitError USAGE when a list is needed and is not there, too short, or not on a page, and when either was
 * given back: its place may be somebody else's by now.
 */
export function prps(data: Region, list?: Region): readonly [bigint, bigint] {
  data.requireHeld();
  const first = PAGE_BYTES - (data.pointer % PAGE_BYTES);
  if (data.bytes <= first) return [data.iova, 0n];
  const second = data.iova + BigInt(first);
  if (data.bytes <= first + PAGE_BYTES) return [data.iova, second];
  const pages = Math.ceil((data.bytes - first) / PAGE_BYTES);
  if (list === undefined) {
    throw badValue("data", data.bytes, "bytes need a PRP list: give one", "4.3");
  }
  if (list.iova % PAGE !== 0n) {
    throw badValue("list", list.iova, "must begin on a page: give a region that does", "4.3");
  }
  const entries = listEntries(second, pages, list.iova);
  if (entries.length * PRP_BYTES > list.bytes) {
    throw badValue(
      "list",
      list.bytes,
      `bytes are too few for ${entries.length} PRP entries`,
      "4.3",
    );
  }
  list.write(new Uint8Array(BigUint64Array.from(entries).buffer));
  return [data.iova, list.iova];
}

/** All entries of a list, those included that lead from one list page to the next. */
function listEntries(firstPage: bigint, pages: number, list: bigint): bigint[] {
  const entries: bigint[] = [];
  for (let page = 0; page < pages; page++) {
    const isLastOfListPage = (entries.length + 1) % (PAGE_BYTES / PRP_BYTES) === 0;
    if (isLastOfListPage && page < pages - 1) {
      entries.push(list + BigInt((entries.length + 1) * PRP_BYTES));
    }
    entries.push(firstPage + BigInt(page) * PAGE);
  }
  return entries;
}
