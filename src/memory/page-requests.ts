// Page faults that the process answers: a device that may ask (PCI Express, section 10.4: Page Requests) waits with an access
// that leads nowhere until the memory is mapped, or is refused.
import { badValue, PhasebitError } from "../ground/errors.ts";

/** What a group of requests is told: its memory is mapped now, or will not be. */
export type PageAnswerWord = "success" | "invalid";

/** An access that a device waits with. */
export interface PageRequest {
  readonly iova: bigint;
  /** How much the device is about to move; null where it does not say. */
  readonly bytes: number | null;
  readonly reads: boolean;
  readonly writes: boolean;
}

/** Requests that have one answer. */
export interface PageRequestGroup {
  /** The number that the device, or its IOMMU, knows it by. */
  readonly group: number;
  /** The address space that is meant, where there are several. */
  readonly pasid: number | null;
  readonly requests: readonly PageRequest[];
  /** "open" until it was answered; "withdrawn" when nobody waits any more. */
  readonly state: "open" | PageAnswerWord | "withdrawn";
  /**
   * Answers it, once: "success" after the memory was mapped, on which the device begins anew.
   * @returns whether somebody still waited. @throws PhasebitError USAGE for a second answer
   */
  answer(answer: PageAnswerWord): boolean;
}

/** Whoever is asked. What has no answer yet stays open: `group.answer` may come later. */
export type PageDecision = (group: PageRequestGroup) => PageAnswerWord | undefined;

/** Page faults that are answered from now on. */
export interface PageAnswers {
  /** Asks about the groups that have come. Whatever waits for the device does so too; a workload's loop does not. */
  look(): void;
  /** Groups without an answer, oldest first. */
  readonly unanswered: readonly PageRequestGroup[];
  /** Groups that were refused unasked, because too many were open. */
  readonly overflown: number;
  /** Refuses what is open, and answers nothing any more. Twice is once. @returns the groups that never had an answer */
  close(): readonly PageRequestGroup[];
}

/** A group as it comes. */
export interface ComingGroup {
  readonly group: number;
  readonly pasid: number | null;
  readonly requests: readonly PageRequest[];
}

/** Where requests come from. */
export interface PageRequestSource {
  /** Those since the last look. */
  take(): readonly ComingGroup[];
  /** Whether somebody still waits for the answer to `group`. */
  isOpen(group: ComingGroup): boolean;
  /** @returns whether somebody still waited */
  answer(group: ComingGroup, answer: PageAnswerWord): boolean;
  close(): void;
}

/** More than a device may have outstanding (PRG Index has 9 bits); what comes beyond is refused. */
const MOST_OPEN = 512;

export class AnsweredPages implements PageAnswers {
  readonly #source: PageRequestSource;
  readonly #decide: PageDecision;
  #open: Group[] = [];
  #isClosed = false;
  overflown = 0;

  constructor(source: PageRequestSource, decide: PageDecision) {
    this.#source = source;
    this.#decide = decide;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get unanswered(): readonly PageRequestGroup[] {
    this.#open = this.#open.filter(({ state }) => state === "open");
    return [...this.#open];
  }

  look(): void {
    if (this.#isClosed) return;
    for (const coming of this.#source.take()) this.#ask(coming);
  }

  close(): readonly PageRequestGroup[] {
    if (this.#isClosed) return [];
    const left = this.unanswered;
    this.#isClosed = true;
    for (const group of left) refuseAtLast(group);
    this.#source.close();
    return left;
  }

  #ask(coming: ComingGroup): void {
    if (this.unanswered.length >= MOST_OPEN) {
      this.overflown++;
      this.#source.answer(coming, "invalid");
      return;
    }
    const group = new Group(coming, this.#source);
    this.#open.push(group);
    let answer: PageAnswerWord | undefined;
    try {
      answer = this.#decide(group);
    } catch (error) {
      if (group.state === "open") group.answer("invalid");
      throw error;
    }
    if (answer !== undefined) group.answer(answer);
  }
}

/** What cannot be told any more is refused by the end of its source. */
function refuseAtLast(group: PageRequestGroup): void {
  try {
    group.answer("invalid");
  } catch (error) {
    if (!(error instanceof PhasebitError)) throw error;
  }
}

class Group implements PageRequestGroup {
  readonly #source: PageRequestSource;
  readonly #coming: ComingGroup;
  #state: PageRequestGroup["state"] = "open";

  constructor(coming: ComingGroup, source: PageRequestSource) {
    this.#coming = coming;
    this.#source = source;
  }

  get group(): number {
    return this.#coming.group;
  }

  get pasid(): number | null {
    return this.#coming.pasid;
  }

  get requests(): readonly PageRequest[] {
    return this.#coming.requests;
  }

  get state(): PageRequestGroup["state"] {
    const isWithdrawn = this.#state === "open" && !this.#source.isOpen(this.#coming);
    if (isWithdrawn) this.#state = "withdrawn";
    return this.#state;
  }

  answer(answer: PageAnswerWord): boolean {
    if (answer !== "success" && answer !== "invalid") {
      throw badValue("answer", answer, 'must be "success" or "invalid"');
    }
    const { state } = this;
    if (state === "withdrawn") return false;
    if (state !== "open") {
      const what = `answer page request group ${this.group}`;
      throw new PhasebitError("USAGE", `${what}: it was answered with ${state}`);
    }
    const waited = this.#source.answer(this.#coming, answer);
    this.#state = waited ? answer : "withdrawn";
    return waited;
  }
}

/** The one who answers for a device, if anybody does. */
export class PageAnswering {
  #answers: AnsweredPages | undefined;

  /** @throws PhasebitError USAGE while somebody answers, and whatever `open` throws */
  begin(open: () => PageRequestSource, decide: PageDecision): AnsweredPages {
    if (typeof decide !== "function") throw badValue("decide", `${decide}`, "must be a function");
    if (this.#answers !== undefined && !this.#answers.isClosed) {
      throw new PhasebitError("USAGE", "answer page faults: they are answered already");
    }
    this.#answers = new AnsweredPages(open(), decide);
    return this.#answers;
  }

  look(): void {
    this.#answers?.look();
  }
}
