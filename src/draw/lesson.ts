// A command's way through a pair of rings, an act at a time, each told in one sentence with its section: what the picture
// shows moving. The acts are those of a host and a controller that work together (NVMe 1.4, sections 4.1 and 4.6).
import { statusName } from "../decode/status.ts";
import { commandName } from "../nvme/command-text.ts";
import type { CompletionQueue } from "../nvme/completion-queue.ts";
import type { SqeDwords } from "../nvme/sqe.ts";
import type { SubmissionQueue } from "../nvme/submission-queue.ts";

/** Acts that a lesson knows. */
export const acts = ["post", "ring", "device", "reap", "free"] as const;
export type Act = (typeof acts)[number];

/** What an act was, in words. */
export interface Told {
  readonly act: Act | "start";
  readonly text: string;
  /** Of NVMe 1.4. */
  readonly section: string;
}

/** What a lesson works with. */
export interface LessonOptions {
  /** At least one; all complete into the same completion queue. */
  readonly sqs: readonly SubmissionQueue[];
  /** The command that is posted as the `count`th, from 0. */
  command(count: number): SqeDwords;
  /** Lets the controller work until it has written a completion; for a bounded time. */
  work(): Promise<void>;
}

/** Commands that a lesson posts before it rings, so that a ring is not full at once. */
const BATCH = 3;

export class Lesson {
  readonly sqs: readonly SubmissionQueue[];
  readonly cq: CompletionQueue;
  readonly #options: LessonOptions;
  #posted = 0;
  #inBatch = 0;

  constructor(options: LessonOptions) {
    this.sqs = options.sqs;
    this.cq = options.sqs[0]!.cq;
    this.#options = options;
  }

  /** What there is before the first act. */
  get start(): Told {
    const text =
      "The rings are empty: head and tail are the same entry. All entries of a submission queue are the host's, " +
      "all of a completion queue the controller's.";
    return { act: "start", text, section: "4.1.1" };
  }

  /** The act that a host would do next, or the controller. */
  get next(): Act {
    const unrung = this.sqs.some((sq) => entriesOf(sq, "posted") > 0);
    const hasRoom = this.#sqInTurn().room > 0;
    if (entriesOf(this.cq, "new") > 0 && !this.#isAwaited()) return "reap";
    if (this.#isAwaited() && !unrung) return "device";
    if (this.cq.snapshot().doorbell !== this.cq.head) return "free";
    return this.#inBatch < BATCH && hasRoom ? "post" : "ring";
  }

  /** Does one act. What makes no sense just now is told, and done not. */
  async do(act: Act): Promise<Told> {
    const [text, section] = await this.#acts[act]();
    return { act, text, section };
  }

  readonly #acts: Readonly<
    Record<Act, () => [string, string] | Promise<[text: string, section: string]>>
  > = {
    post: () => this.#post(),
    ring: () => this.#ring(),
    device: () => this.#work(),
    reap: () => this.#reap(),
    free: () => this.#free(),
  };

  #post(): [string, string] {
    const sq = this.#sqInTurn();
    if (sq.room === 0) {
      const most = `${sq.entries - 1} commands in ${sq.entries} entries`;
      const why = "One stays free: were all taken, head and tail would be as in an empty ring.";
      return [`SQ ${sq.id} is full with ${most}. ${why}`, "4.1.2"];
    }
    const entry = this.#options.command(this.#posted);
    const { slot, cid } = sq.post(entry, { cid: this.#posted & 0xffff });
    this.#posted++;
    this.#inBatch++;
    const name = commandName(entry[0]! & 0xff, sq.id === 0);
    const round = slot === sq.entries - 1 ? " The tail goes round to entry 0." : "";
    const text = `The host writes a ${name} with CID ${hex(cid)} into entry ${slot} of SQ ${sq.id}.${round} The controller does not know of it.`;
    return [text, "4.1"];
  }

  #ring(): [string, string] {
    this.#inBatch = 0;
    const rung = this.sqs.flatMap((sq) => {
      const { doorbell, tail } = sq.snapshot();
      if (doorbell === tail) return [];
      sq.ring();
      return [`${tail} to the tail doorbell of SQ ${sq.id}: ${entries(sq, doorbell, tail)}`];
    });
    if (rung.length === 0) return ["Nothing was posted: the doorbell has the tail already.", "4.1"];
    return [`The host writes ${rung.join(", and ")} may be read now.`, "3.1.25"];
  }

  async #work(): Promise<[string, string]> {
    const before = entriesOf(this.cq, "new");
    const isAwaited = this.#isAwaited();
    await this.#options.work();
    const all = this.cq.snapshot().entries.filter(({ state }) => state === "new");
    const fresh = inLap(all, this.cq.head).slice(before);
    const [first] = fresh;
    if (first === undefined) {
      return isAwaited
        ? ["The controller has written no completion yet.", "4.6"]
        : ["Nothing is rung: the controller has nothing to do.", "4.1"];
    }
    const others = fresh.length > 1 ? ` ${fresh.length - 1} more came with it.` : "";
    const text =
      `The controller completes CID ${hex(first.cid)}: ${statusName(first.status)}, in entry ${first.index} of CQ ` +
      `${this.cq.id} with phase ${first.phase}. SQHD ${first.sqhd}: it has read SQ ${first.sqid} up to there.${others}`;
    return [text, "4.6"];
  }

  #reap(): [string, string] {
    const { head, phase } = this.cq;
    const found = this.cq.take();
    if (found === undefined) {
      const text = `Entry ${head} of CQ ${this.cq.id} has not phase ${phase}, which is this lap's: nothing new is there.`;
      return [text, "4.6"];
    }
    const round =
      this.cq.head === 0
        ? ` The head goes round: new entries have phase ${this.cq.phase} now.`
        : "";
    const text =
      `The host finds phase ${phase} in entry ${head} of CQ ${this.cq.id} and takes the completion of CID ${hex(found.cid)}. ` +
      `The entry is its own until the head doorbell is rung.${round}`;
    return [text, "4.6"];
  }

  #free(): [string, string] {
    const { doorbell, head } = this.cq.snapshot();
    if (doorbell === head) return ["Nothing was taken: the doorbell has the head already.", "4.1"];
    this.cq.free();
    const text = `The host writes ${head} to the head doorbell of CQ ${this.cq.id}: ${entries(this.cq, doorbell, head)} may be written again, in the next lap, with the other phase.`;
    return [text, "3.1.26"];
  }

  #sqInTurn(): SubmissionQueue {
    return this.sqs[this.#posted % this.sqs.length]!;
  }

  /** Something is with the controller, whose completion has room. */
  #isAwaited(): boolean {
    const busy = this.sqs.some((sq) => entriesOf(sq, "rung") + entriesOf(sq, "read") > 0);
    const free = this.cq.snapshot().entries.filter(({ state }) => state === "free");
    return busy && free.length > 1;
  }
}

function entriesOf(queue: SubmissionQueue | CompletionQueue, wanted: string): number {
  const states: readonly string[] = queue.snapshot().entries.map(({ state }) => state);
  return states.filter((state) => state === wanted).length;
}

/** In the order in which the controller wrote them. */
function inLap<Entry extends { readonly index: number }>(
  found: readonly Entry[],
  head: number,
): Entry[] {
  const ahead = found.filter(({ index }) => index >= head);
  return [...ahead, ...found.filter(({ index }) => index < head)];
}

/** "entry 3", "entries 6 to 1". */
function entries(
  { entries: count }: { readonly entries: number },
  from: number,
  to: number,
): string {
  const last = (to - 1 + count) % count;
  return from === last ? `entry ${from}` : `entries ${from} to ${last}`;
}

function hex(value: number): string {
  return `${value.toString(16).toUpperCase().padStart(4, "0")}h`;
}
