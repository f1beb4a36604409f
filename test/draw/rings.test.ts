// Queues drawn as text: pictures that a person can read, and that fit whatever the queue and the terminal.
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { draw } from "../../src/draw/queue.ts";
import { drawRings } from "../../src/draw/rings.ts";
import type { CompletionSnapshot, SubmissionSnapshot } from "../../src/nvme/snapshot.ts";
import type { SqeDwords } from "../../src/nvme/sqe.ts";
import { bareQueues } from "../nvme/bare-queues.ts";

const command = (cid: number, opcode = 2): SqeDwords =>
  Uint32Array.of((cid << 16) | opcode, 1, ...Array(14).fill(0));

/** One of each state. */
function busy(): { sq: SubmissionSnapshot; cq: CompletionSnapshot } {
  const bare = bareQueues(8);
  const sq = bare.addQueue(1, 8);
  for (const [cid, opcode] of [
    [0x10, 0],
    [0x11, 1],
    [0x12, 2],
    [0x13, 9],
    [0x14, 0xc5],
  ] as const) {
    sq.post(command(cid, opcode));
  }
  sq.ring();
  sq.post(command(0x15));
  bare.complete(0, { cid: 0x11, sqhd: 3 });
  bare.complete(1, { cid: 0x10, sqhd: 3, status: 0x80 });
  bare.cq.take();
  return { sq: sq.snapshot(), cq: bare.cq.snapshot() };
}

const text = (lines: readonly string[]): string => `\n${lines.join("\n")}\n`;

describe("pictures", () => {
  test("one entry of each state, 80 columns, with what it means", () => {
    const { sq, cq } = busy();
    expect(text(drawRings({ sqs: [sq], cq }, { legend: true }))).toMatchInlineSnapshot(`
      "
      SQ 1 → CQ 1, 8 entries                   CQ 1, 8 entries
      tail 6, doorbell 5, SQHD 3               head 1, doorbell 0, new phase 1
           0 ◉ 0010h Flush        completed ╮    D▸ 0 ○ p1 sq1 0011h 0/00     reaped ╮
           1 ·                         free │    H▸ 1 ● p1 sq1 0010h 0/80        new │
           2 ◐ 0012h Read           at work │       2 · p0                      free │
        H▸ 3 ● 0013h Dataset Manageme… rung │       3 · p0                      free │
           4 ● 0014h opcode C5h        rung │       4 · p0                      free │
        D▸ 5 ○ 0015h Read            posted │       5 · p0                      free │
        T▸ 6 ·                         free │       6 · p0                      free │
           7 ·                         free ╯       7 · p0                      free ╯

      Submission queue
       H▸           head: SQHD, as completions told it
       D▸           doorbell: the tail as it was rung
       T▸           tail: the host posts here next
       · free       the host may write a command here
       ○ posted     written by the host, not rung: the controller does not know
       ● rung       the controller's: it may read the entry at any time
       ◐ at work    SQHD has passed it: read by the controller, at work
       ◉ completed  its completion is there; the host has not looked
      Completion queue
       H▸           head: the host looks here next
       D▸           doorbell: the head as it was rung
       · free       the controller may write a completion
       ● new        its phase is this lap's: the host may take it
       ○ reaped     taken; the host's until its head doorbell is rung
      "
    `);
  });

  test("40 columns: one ring below the other", () => {
    const { sq, cq } = busy();
    const picture = drawRings({ sqs: [sq], cq }, { columns: 40, legend: true });
    expect(text(picture)).toMatchInlineSnapshot(`
      "
      SQ 1 → CQ 1, 8 entries
      tail 6, doorbell 5, SQHD 3
           0 ◉ 0010h Flush         completed ╮
           1 ·                          free │
           2 ◐ 0012h Read            at work │
        H▸ 3 ● 0013h Dataset Management rung │
           4 ● 0014h opcode C5h         rung │
        D▸ 5 ○ 0015h Read             posted │
        T▸ 6 ·                          free │
           7 ·                          free ╯

      CQ 1, 8 entries
      head 1, doorbell 0, new phase 1
        D▸ 0 ○ p1 sq1 0011h 0/00      reaped ╮
        H▸ 1 ● p1 sq1 0010h 0/80         new │
           2 · p0                       free │
           3 · p0                       free │
           4 · p0                       free │
           5 · p0                       free │
           6 · p0                       free │
           7 · p0                       free ╯

      Submission queue
       H▸           head: SQHD, as completions
                    told it
       D▸           doorbell: the tail as it
                    was rung
       T▸           tail: the host posts here
                    next
       · free       the host may write a
                    command here
       ○ posted     written by the host, not
                    rung: the controller does
                    not know
       ● rung       the controller's: it may
                    read the entry at any time
       ◐ at work    SQHD has passed it: read
                    by the controller, at work
       ◉ completed  its completion is there;
                    the host has not looked
      Completion queue
       H▸           head: the host looks here
                    next
       D▸           doorbell: the head as it
                    was rung
       · free       the controller may write a
                    completion
       ● new        its phase is this lap's:
                    the host may take it
       ○ reaped     taken; the host's until
                    its head doorbell is rung
      "
    `);
  });

  test("120 columns: there is room for SQHD and the status's name", () => {
    const { sq, cq } = busy();
    expect(text(drawRings({ sqs: [sq], cq }, { columns: 120 }))).toMatchInlineSnapshot(`
      "
      SQ 1 → CQ 1, 8 entries                                       CQ 1, 8 entries
      tail 6, doorbell 5, SQHD 3                                   head 1, doorbell 0, new phase 1
           0 ◉ 0010h Flush                            completed ╮    D▸ 0 ○ p1 sq1 0011h 0/00                         reaped ╮
           1 ·                                             free │    H▸ 1 ● p1 sq1 0010h 0/80 SQHD 3 LBA Out of Range    new │
           2 ◐ 0012h Read                               at work │       2 · p0                                          free │
        H▸ 3 ● 0013h Dataset Management                    rung │       3 · p0                                          free │
           4 ● 0014h opcode C5h                            rung │       4 · p0                                          free │
        D▸ 5 ○ 0015h Read                                posted │       5 · p0                                          free │
        T▸ 6 ·                                             free │       6 · p0                                          free │
           7 ·                                             free ╯       7 · p0                                          free ╯
      "
    `);
  });

  test("a queue that has wrapped round writes the other phase", () => {
    const bare = bareQueues(3);
    const sq = bare.addQueue(1, 2);
    for (let done = 0; done < 4; done++) {
      sq.post(command(done));
      sq.ring();
      const phase = done < 3 ? 1 : 0;
      bare.complete(done % 3, { cid: done, sqhd: (done + 1) % 2, phase });
      if (done < 3) bare.cq.take();
      bare.cq.free();
    }
    const picture = drawRings({ sqs: [sq.snapshot()], cq: bare.cq.snapshot() });
    expect(text(picture)).toMatchInlineSnapshot(`
      "
      SQ 1 → CQ 1, 2 entries                   CQ 1, 3 entries
      tail 0, doorbell 0, SQHD 1               head 0, doorbell 0, new phase 0
       DT▸ 0 ·                         free ╮   HD▸ 0 ● p0 sq1 0003h 0/00        new ╮
        H▸ 1 ◉ 0003h Read         completed ╯       1 · p1                      free │
                                                    2 · p1                      free ╯
      "
    `);
  });

  test("long queues are folded: runs of one state in one line, with what stands at their ends", () => {
    const bare = bareQueues(1024);
    const sq = bare.addQueue(1, 256);
    for (let cid = 0; cid < 100; cid++) sq.post(command(cid));
    sq.ring();
    for (let cid = 200; cid < 220; cid++) sq.post(command(cid));
    for (let index = 0; index < 20; index++) bare.complete(index, { cid: index, sqhd: 60 });
    for (let taken = 0; taken < 10; taken++) bare.cq.take();
    const picture = drawRings({ sqs: [sq.snapshot()], cq: bare.cq.snapshot() });
    expect(text(picture)).toMatchInlineSnapshot(`
      "
      SQ 1 → CQ 1, 256 entries                 CQ 1, 1024 entries
      tail 120, doorbell 100, SQHD 60          head 10, doorbell 0, new phase 1
               0–9 · 10 entries        free ╮    D▸       0 ○ p1 sq1 0000h 0… reaped ╮
                10 ◉ 000Ah Read   completed │           1–8 ○ 8 entries       reaped │
             11–18 ◉ 8 entries    completed │             9 ○ p1 sq1 0009h 0… reaped │
                19 ◉ 0013h Read   completed │    H▸      10 ● p1 sq1 000Ah 0/00  new │
                20 ◐ 0014h Read     at work │         11–18 ● 8 entries          new │
             21–58 ◐ 38 entries     at work │            19 ● p1 sq1 0013h 0/00  new │
                59 ◐ 003Bh Read     at work │       20–1023 · 1004 entries      free ╯
        H▸      60 ● 003Ch Read        rung │
             61–98 ● 38 entries        rung │
                99 ● 0063h Read        rung │
        D▸     100 ○ 00C8h Read      posted │
           101–118 ○ 18 entries      posted │
               119 ○ 00DBh Read      posted │
        T▸ 120–255 · 136 entries       free ╯
      "
    `);
  });

  test("two submission queues on one completion queue, and the admin queue's commands", () => {
    const bare = bareQueues(4);
    const first = bare.addQueue(0, 4);
    const second = bare.addQueue(2, 2);
    for (const [cid, opcode] of [6, 5, 0x0c].entries()) first.post(command(cid, opcode));
    second.post(command(7));
    second.ring();
    const sqs = [first.snapshot(), second.snapshot()];
    expect(text(drawRings({ sqs, cq: bare.cq.snapshot() }))).toMatchInlineSnapshot(`
      "
      Admin SQ, 4 entries                      CQ 1, 4 entries
      tail 3, doorbell 0, SQHD 0               head 0, doorbell 0, new phase 1
       HD▸ 0 ○ 0000h Identify        posted ╮   HD▸ 0 · p0                      free ╮
           1 ○ 0001h Create CQ       posted │       1 · p0                      free │
           2 ○ 0002h Async Event     posted │       2 · p0                      free │
        T▸ 3 ·                         free ╯       3 · p0                      free ╯

      SQ 2 → CQ 1, 2 entries
      tail 1, doorbell 1, SQHD 0
        H▸ 0 ● 0007h Read              rung ╮
       DT▸ 1 ·                         free ╯
      "
    `);
  });

  test("one ring alone", () => {
    const { sq, cq } = busy();
    expect(drawRings({ sqs: [sq] })[0]).toBe("SQ 1 → CQ 1, 8 entries");
    expect(drawRings({ sqs: [], cq })[0]).toBe("CQ 1, 8 entries");
    expect(drawRings({ sqs: [] })).toEqual([]);
  });
});

describe("live queues", () => {
  test("a submission queue stands beside its completion queue, a completion queue alone", () => {
    const bare = bareQueues(4);
    const sq = bare.addQueue(1, 4);
    const sqs = [sq.snapshot()];
    const cq = bare.cq.snapshot();
    expect(draw(sq)).toBe(drawRings({ sqs, cq }).join("\n"));
    expect(draw(sq.cq, { columns: 40 })).toBe(
      drawRings({ sqs: [], cq }, { columns: 40 }).join("\n"),
    );
  });

  test("one that is gone is refused", () => {
    const sq = bareQueues(4).addQueue(1, 4);
    sq.end("reset");
    expect(() => draw(sq)).toThrow(
      /take a snapshot of submission queue 1: the controller was reset/,
    );
  });
});

describe("any queues", () => {
  const states = {
    sq: ["free", "posted", "rung", "read", "completed"],
    cq: ["free", "new", "reaped", "overwritten"],
  } as const;
  const count = fc.integer({ min: 1, max: 300 });
  const sq = count.chain((entries) =>
    fc.record({
      kind: fc.constant("sq" as const),
      ...{ id: fc.nat(65_535), cqid: fc.nat(65_535), outstanding: fc.nat() },
      ...{ head: fc.nat(entries), tail: fc.nat(entries - 1), doorbell: fc.nat(0xffff_ffff) },
      entries: fc
        .array(fc.constantFrom(...states.sq), { minLength: entries, maxLength: entries })
        .chain((all) =>
          fc.tuple(
            ...all.map((state, index) =>
              fc.record({
                ...{ index: fc.constant(index), state: fc.constant(state) },
                ...{
                  owner: fc.constant("host" as const),
                  opcode: fc.nat(255),
                  cid: fc.nat(65_535),
                },
              }),
            ),
          ),
        ),
    }),
  );
  const cq = fc
    .array(fc.constantFrom(...states.cq), { minLength: 1, maxLength: 300 })
    .chain((all) =>
      fc.record({
        kind: fc.constant("cq" as const),
        ...{ id: fc.nat(65_535), sqids: fc.constant([]), vector: fc.option(fc.nat(2047)) },
        ...{ head: fc.nat(300), doorbell: fc.nat(0xffff_ffff), phase: fc.constantFrom(0, 1) },
        entries: fc.tuple(
          ...all.map((state, index) =>
            fc.record({
              ...{ index: fc.constant(index), state: fc.constant(state) },
              ...{ owner: fc.constant("host" as const), isWritten: fc.boolean() },
              ...{ dw0: fc.nat(), sqhd: fc.nat(65_535), sqid: fc.nat(65_535), cid: fc.nat(65_535) },
              ...{ phase: fc.constantFrom(0, 1), status: fc.nat(0x7ff) },
              ...{ more: fc.boolean(), dnr: fc.boolean() },
            }),
          ),
        ),
      }),
    );

  test("no line is wider than the terminal, no ring longer than its rows, coloured or not", () => {
    fc.assert(
      fc.property(
        ...[sq, cq, fc.integer({ min: 36, max: 200 }), fc.integer({ min: 5, max: 40 })],
        (one, other, columns, rows) => {
          const group = { sqs: [one], cq: other as CompletionSnapshot };
          const plain = drawRings(group, { columns, rows, legend: true });
          expect(Math.max(...plain.map((line) => line.length))).toBeLessThanOrEqual(columns);
          const colored = drawRings(group, { columns, rows, legend: true, color: true });
          expect(colored.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(plain);
          for (const ring of [{ sqs: [one] }, { sqs: [], cq: other as CompletionSnapshot }]) {
            expect(drawRings(ring, { columns, rows }).length).toBeLessThanOrEqual(rows + 2);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
