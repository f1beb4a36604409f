// Accesses that the embedded controller waits with while the process answers page faults: a place for each submission queue in
// the linear memory, of which the device writes one half and we the other.
import {
  PAGE_PLACE_ANSWER,
  PAGE_PLACE_ANSWERED,
  PAGE_PLACE_BYTES,
  PAGE_PLACE_IOVA,
  PAGE_PLACE_LENGTH,
  PAGE_PLACE_NUMBER,
  PAGE_PLACE_WRITES,
  PAGE_PLACES,
  PAGE_PLACES_COUNT,
  PAGE_REQUESTS,
  PAGE_REQUESTS_MADE,
  PageAnswer,
} from "../../assembly/layout.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { ComingGroup, PageAnswerWord, PageRequestSource } from "../memory/page-requests.ts";

interface Placed extends ComingGroup {
  readonly place: number;
}

/** @param tell the device looks anew: a change is a generation of its table */
export function embeddedPageRequests(memory: LinearMemory, tell: () => void): PageRequestSource {
  const { u32, u64 } = memory;
  /** The number that was taken last, by place. */
  const taken = new Map<number, number>();
  let made = Atomics.load(u32, PAGE_REQUESTS_MADE / 4);
  const numberAt = (place: number): number => Atomics.load(u32, (place + PAGE_PLACE_NUMBER) / 4);

  const newAt = (index: number): Placed[] => {
    const place = PAGE_PLACES + index * PAGE_PLACE_BYTES;
    const group = numberAt(place);
    if (group === 0 || taken.get(place) === group) return [];
    taken.set(place, group);
    const writes = u32[(place + PAGE_PLACE_WRITES) / 4] === 1;
    const iova = u64[(place + PAGE_PLACE_IOVA) / 8]!;
    const bytes = u32[(place + PAGE_PLACE_LENGTH) / 4]!;
    return [{ place, group, pasid: null, requests: [{ iova, bytes, reads: !writes, writes }] }];
  };
  const become = (on: number): void => {
    Atomics.store(u32, PAGE_REQUESTS / 4, on);
    tell();
  };
  const isOpen = (group: ComingGroup): boolean => numberAt((group as Placed).place) === group.group;

  become(1);
  return {
    take() {
      const now = Atomics.load(u32, PAGE_REQUESTS_MADE / 4);
      if (now === made) return [];
      made = now;
      const places = Array.from({ length: PAGE_PLACES_COUNT }, (_, index) => newAt(index)).flat();
      return places.toSorted((a, b) => a.group - b.group);
    },
    isOpen,
    answer(group, answer: PageAnswerWord) {
      if (!isOpen(group)) return false;
      const { place } = group as Placed;
      u32[(place + PAGE_PLACE_ANSWER) / 4] =
        answer === "success" ? PageAnswer.SUCCESS : PageAnswer.INVALID;
      Atomics.store(u32, (place + PAGE_PLACE_ANSWERED) / 4, group.group);
      tell();
      return true;
    },
    close: () => become(0),
  };
}
