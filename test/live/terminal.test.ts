import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lookOf } from "../../src/live/look.ts";
import { TerminalSink } from "../../src/live/terminal.ts";
import { Emulator, ESC } from "./emulator.ts";
import { runEvents } from "./samples.ts";

const env = { LANG: "C.UTF-8" };
const CURSOR_MOVES = new RegExp(`${ESC}\\[(\\?(25|1049)[hl]|2?J|H|K)`, "g");

/** A sink whose clock moves on by 250 ms with every event. */
function sinkOn(terminal: Emulator, options: { isShort?: boolean; env?: NodeJS.ProcessEnv } = {}) {
  let nowMs = 0;
  const sink = new TerminalSink(terminal, {
    isShort: options.isShort ?? false,
    env: options.env ?? env,
    nowMs: () => nowMs,
  });
  const show = (event: Parameters<typeof sink.show>[0]) => {
    nowMs += 250;
    sink.show(event);
  };
  return { sink, show };
}

describe("what must not happen", () => {
  test("a view that stays, a hidden cursor, or a drawing after the end", async () => {
    const terminal = new Emulator(80, 24);
    terminal.write("$ phasebit run\r\n");
    const { sink, show } = sinkOn(terminal);
    const events = runEvents({ jobs: 2 });
    for (const event of events) show(event);
    expect(terminal.lines.length).toBeGreaterThan(15);
    expect(terminal.isCursorShown).toBe(false);
    sink.measured();
    show(events.at(-1)!);
    await sink.close();
    expect(terminal.lines).toEqual(["$ phasebit run"]);
    expect(terminal.cursor).toEqual({ row: 1, column: 0 });
    expect(terminal.isCursorShown).toBe(true);
  });

  test("a scrolled screen or a remnant, whatever the size and however often it is drawn", () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 1, max: 200 }),
      rows: fc.integer({ min: 2, max: 60 }),
      before: fc.nat(70),
      jobs: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(sizes, ({ columns, rows, before, jobs }) => {
        const terminal = new Emulator(columns, rows);
        for (let line = 0; line < before; line++) terminal.write("$\r\n");
        const { sink, show } = sinkOn(terminal);
        for (const event of runEvents({ jobs, samples: 4, ios: 20 })) show(event);
        sink.measured();
        expect([...terminal.scrolled, ...terminal.lines]).toEqual(Array(before).fill("$"));
        expect(terminal.cursor.column).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test("an escape that colours, with NO_COLOR", () => {
    const terminal = new Emulator(100, 40);
    const { show } = sinkOn(terminal, { env: { ...env, NO_COLOR: "1" } });
    for (const event of runEvents({ jobs: 2 })) show(event);
    expect(terminal.writes.join("").replace(CURSOR_MOVES, "")).not.toContain(ESC);
  });
});

test("a drawing is one write, and at most four a second are made", () => {
  const terminal = new Emulator(80, 24);
  let nowMs = 0;
  const sink = new TerminalSink(terminal, { isShort: false, env, nowMs: () => nowMs });
  const [start, ...events] = runEvents({ samples: 1 });
  sink.show(start);
  for (; nowMs < 1000; nowMs += 50) for (const event of events) sink.show(event);
  expect(terminal.writes).toHaveLength(4);
});

test("drawings lie over each other", () => {
  const terminal = new Emulator(80, 24);
  const { show } = sinkOn(terminal);
  for (const event of runEvents()) show(event);
  expect(terminal.lines.filter((line) => line.startsWith("run "))).toHaveLength(1);
  expect(terminal.scrolled).toEqual([]);
});

test("whatever sizes a terminal had meanwhile, it is afterwards as it was", () => {
  const size = fc.tuple(fc.integer({ min: 20, max: 220 }), fc.integer({ min: 8, max: 60 }));
  fc.assert(
    fc.property(fc.array(size, { maxLength: 6 }), fc.boolean(), (sizes, isShort) => {
      const terminal = new Emulator(120, 30);
      terminal.write("$ before\r\n");
      const { sink, show } = sinkOn(terminal, { isShort });
      const events = runEvents({ jobs: 3 });
      for (const event of events) show(event);
      for (const [columns, rows] of sizes) {
        terminal.resize(columns, rows);
        show(events.at(-1)!);
        for (const line of terminal.isAlternate ? terminal.lines : []) {
          expect(line.length).toBeLessThanOrEqual(Math.max(1, columns - 1));
        }
      }
      terminal.resize(120, 30);
      sink.measured();
      expect([...terminal.scrolled, ...terminal.lines].join("")).toBe("$ before");
      expect(terminal.isAlternate).toBe(false);
      expect(terminal.isCursorShown).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("another size is drawn at once, and nothing of the last one stays", () => {
  const terminal = new Emulator(120, 40);
  const { sink, show } = sinkOn(terminal);
  for (const event of runEvents({ jobs: 3 })) show(event);
  expect(terminal.lines.length).toBeGreaterThan(20);
  terminal.resize(40, 12);
  sink.redraw();
  expect(terminal.lines).toEqual([
    "run randread 4k qd1 x3 poll",
    "20%  19.80k IOPS  0:08 left  p50 8.38us",
    "p99 10.6us  77.34 MiB/s  ▅▆▆▇▇███",
  ]);
});

test("one line where more is not wanted", () => {
  const terminal = new Emulator(80, 24);
  const { show } = sinkOn(terminal, { isShort: true });
  for (const event of runEvents()) show(event);
  expect(terminal.lines).toEqual([expect.stringMatching(/^ 20% +6800 IOPS/)]);
});

describe("how a terminal looks", () => {
  const looks: readonly [string, NodeJS.ProcessEnv, number, object][] = [
    ["all that it can", { LANG: "en_US.UTF-8" }, 24, { unicode: true, colors: "256" }],
    ["sixteen colours", { LANG: "C.utf8" }, 4, { unicode: true, colors: "16" }],
    ["no colours", { LANG: "C.UTF-8" }, 1, { unicode: true, colors: "none" }],
    ["NO_COLOR wins", { NO_COLOR: "1" }, 24, { unicode: false, colors: "none" }],
    ["an empty NO_COLOR is none", { NO_COLOR: "" }, 8, { unicode: false, colors: "256" }],
    ["LC_ALL wins", { LC_ALL: "C", LANG: "C.UTF-8" }, 8, { unicode: false, colors: "256" }],
    ["no locale", {}, 8, { unicode: false, colors: "256" }],
  ];
  test.each(looks)("%s", (_name, wanted, depth, look) => {
    const stream = { getColorDepth: (env: object = {}) => ("NO_COLOR" in env ? 1 : depth) };
    expect(lookOf(stream, wanted)).toEqual(look);
  });
});
