import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LiveEvent, SampleEvent } from "../../src/live/events.ts";
import { fits, frame, type Size } from "../../src/live/frame.ts";
import { blockNames } from "../../src/live/frame-blocks.ts";
import { narrowFrame } from "../../src/live/frame-narrow.ts";
import type { Look } from "../../src/live/look.ts";
import { shortLine } from "../../src/live/short-line.ts";
import { LiveStream } from "../../src/live/stream.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import { latencies } from "../examples/run.ts";
import { rampSample, runEvents, runStream, sampleOf, viewOf } from "./samples.ts";

const plain: Look = { unicode: true, colors: "none" };
const ascii: Look = { unicode: false, colors: "none" };
const colorful: Look = { unicode: true, colors: "256" };
const at80x24: Size = { columns: 79, rows: 23 };

function texts(events: Parameters<typeof viewOf>[0], size = at80x24, look = plain): string[] {
  return frame(viewOf(events), size, look).map(({ text }) => text);
}

/** A comparison in its third block. */
function compareEvents(): Parameters<typeof viewOf>[0] {
  const names = ["poll", "interrupt", "adaptive"] as const;
  const parts = names.map((name) => ({
    name,
    workload: parseWorkload({ completion: name, runtime: "1s", rampTime: "250ms" }),
  }));
  const stream = new LiveStream({ command: "compare", parts, blocks: 21 });
  const events = names.flatMap((name, index) =>
    [250, 500].flatMap((elapsedMs) =>
      stream.sample(sampleOf(elapsedMs, [latencies(2000, 4000 * (index + 1), elapsedMs)]), {
        name,
        number: index + 1,
        of: 21,
      }),
    ),
  );
  return [stream.start(0), ...events];
}

describe("what must not be shown", () => {
  test("more than the terminal has room for, whatever is measured", () => {
    const kinds = ["io-errors", "rejected-completions", "lost-interrupts"] as const;
    const views = fc.record({
      jobs: fc.integer({ min: 1, max: 70 }),
      samples: fc.integer({ min: 0, max: 12 }),
      typicalNs: fc.integer({ min: 1, max: 1e9 }),
      kinds: fc.subarray([...kinds]),
      device: fc.string({ minLength: 1, maxLength: 90, unit: "binary" }),
    });
    const sizes = fc.record({
      columns: fc.integer({ min: 59, max: 250 }),
      rows: fc.integer({ min: 11, max: 80 }),
    });
    const looks = fc.constantFrom(plain, ascii, colorful, { ...plain, colors: "16" as const });
    fc.assert(
      fc.property(views, sizes, looks, (any, size, look) => {
        const device = any.device.trim() === "" ? "embedded" : any.device;
        const doubts = any.kinds.map((kind) => ({ kind, count: 7 }));
        const view = viewOf(runEvents({ ...any, ios: 30, options: { device }, doubts }));
        const lines = frame(view, size, look);
        expect(lines.length).toBeLessThanOrEqual(size.rows);
        for (const { text, width } of lines) {
          const shown = stripVTControlCharacters(text);
          expect(shown).toHaveLength(width);
          expect(width).toBeLessThanOrEqual(size.columns);
          expect(shown).toMatch(look.unicode ? /^[ -~▁-█░▒▓]*$/u : /^[ -~]*$/);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("an escape where colours are not wanted", () => {
    expect(texts(runEvents({ jobs: 3 })).join("")).not.toContain("\x1b");
    expect(texts(runEvents(), at80x24, colorful).join("")).toContain("\x1b[48;5;");
  });

  test("a latency before there is one", () => {
    const start = runStream().start(0);
    expect(texts([start])[1]).toMatch(/^ {2}0% .* 0:00 {2}0:10 left {2}opening$/);
    const ramp = runStream({ rampTime: "4s" });
    const lines = texts([ramp.start(0), ...ramp.sample(rampSample(3000))]);
    expect(lines[1]).toMatch(/^ {2}7% .* 0:01 {2}0:13 left {2}ramp$/);
    expect(lines[4]).toMatch(/^now( +-){7}$/);
  });

  test("what is prepared before the first sample is named, and gone with it", () => {
    const [start, ...samples] = runEvents({ samples: 1 });
    const preparing = { event: "preparing", text: "preparing 1GiB of the medium" } as const;
    expect(texts([start, preparing])[1]).toMatch(/ 0:10 left {2}preparing 1GiB of the medium$/);
    const short = shortLine(viewOf([start, preparing]), 80, plain).text;
    expect(short).toBe("preparing 1GiB of the medium");
    expect(texts([start, preparing, ...samples]).join()).not.toContain("preparing");
  });

  test("a wait for commands in flight is shown until the next block, whatever is sampled meanwhile", () => {
    const events = runEvents({ samples: 2 });
    const [last] = events.slice(-1) as [SampleEvent];
    const text = "waiting for 2 commands in flight, for up to 30s each (--timeout)";
    const waiting = { event: "waiting", text } as const;
    expect(texts([...events, waiting, last])[1]).toContain(text);
    expect(shortLine(viewOf([...events, waiting]), 80, plain).text).toContain(text);
    const next: SampleEvent = { ...last, block: { ...last.block, number: 2 } };
    expect(texts([...events, waiting, next]).join()).not.toContain("waiting");
  });

  test("a frame in a terminal that is too small", () => {
    expect(fits({ columns: 59, rows: 11 })).toBe(true);
    expect(fits({ columns: 58, rows: 11 })).toBe(false);
    expect(fits({ columns: 59, rows: 10 })).toBe(false);
  });
});

describe("a frame, line by line", () => {
  test("a run on 80 by 24", () => {
    expect(texts(runEvents())).toEqual([
      "run     randread 4k qd1 x1 poll  embedded",
      " 20%    ███████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0:02  0:08 left",
      "",
      "             IOPS    MiB/s     I/Os      p50      p99    p99.9      max",
      "now          6800    26.56            8.38us   10.7us        -   34.3us",
      "total         850    3.320     1700   8.38us   10.7us        -   34.3us",
      "",
      "IOPS    ▅▆▆▇▇███",
      "latency I/Os in each sample of 250ms, few ░▒▓█ many",
      "",
      "",
      "  50us",
      "",
      "               ░",
      "",
      "  20us",
      "        ░ ░   ░░",
      "        ▒▒░░▒░░▒",
      "  10us  ▓▓▓▓▓▓▓▓",
      "        ████████",
      "",
      "   5us",
      "",
    ]);
  });

  test("two queues and a doubt on 70 by 20, in ASCII", () => {
    const doubts = [{ kind: "rejected-completions", count: 3 }] as const;
    const events = runEvents({ samples: 4, jobs: 2, doubts });
    expect(texts(events, { columns: 69, rows: 19 }, ascii)).toEqual([
      "run     randread 4k qd1 x2 poll  embedded",
      " 10%    ####........................................  0:01  0:09 left",
      "",
      "             IOPS    MiB/s      p50      p99    p99.9      max",
      "now        10.20k    39.84   8.37us   10.8us        -   34.3us",
      "total        2550    9.961   8.37us   10.8us        -   34.3us",
      "",
      "IOPS    **##",
      "latency I/Os in each sample of 250ms, few .:+# many",
      "  50us",
      "  20us     .",
      "  10us  ####",
      "   5us",
      "",
      "job          IOPS      p50      p99   IOPS over time",
      "0            5200   8.37us   10.7us   **##",
      "1            5000   8.36us   11.0us   **##",
      "",
      "warning 3 completions did not fit any command in flight and were no..",
    ]);
  });

  test("the smallest: 60 by 12, 64 queues", () => {
    expect(texts(runEvents({ samples: 3, jobs: 64 }), { columns: 59, rows: 11 })).toEqual([
      "run     randread 4k qd1 x64 poll  embedded",
      "  7%    ███░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0:00  0:10 left",
      "",
      "             IOPS    MiB/s      p50      p99      max",
      "now        60.00k    234.4   8.37us   10.7us   21.8us",
      "total      20.00k    78.13   8.37us   10.7us   21.8us",
      "",
      "latency I/Os in each sample of 250ms, few ░▒▓█ many",
      "  50us   ░",
      "  10us  ▓▓▓",
      "   5us  ███",
    ]);
  });
});

test("queues that there is no room for are summed up", () => {
  const lines = texts(runEvents({ jobs: 64 }));
  const rest = lines.at(-1)!;
  const shown = lines.filter((line) => /^\d+ /.test(line)).length;
  expect(rest).toMatch(new RegExp(`^\\+ ${64 - shown} more, \\S+ to \\S+ IOPS each$`));
  expect(shown).toBeGreaterThan(5);
});

test("a comparison has a row for each mode, and a gap between its blocks", () => {
  const lines = texts(compareEvents());
  expect(lines[1]).toMatch(/ {2}adaptive {3}3\/21$/);
  expect(lines.slice(4, 8).map((line) => line.split(/ +/)[0])).toEqual([
    "now",
    "poll",
    "interrupt",
    "adaptive",
  ]);
  expect(lines.find((line) => line.startsWith("IOPS"))).toMatch(/^IOPS {4}(\S\S ){2}\S\S$/);
});

/** Columns of blocks, each of so many samples; 0 is a gap. */
function columnsOf(...blocks: readonly (readonly [name: string, width: number])[]) {
  const [one] = compareEvents().filter((event) => event.event === "sample");
  return blocks.flatMap(([name, width], index) =>
    name === ""
      ? [undefined]
      : Array.from({ length: width }, () => ({
          ...one!,
          block: { name, number: index + 1, of: 9 },
        })),
  );
}

test("each block is named where it begins, as far as it has room and the name stays one", () => {
  const modes = ["poll", "interrupt", "adaptive"];
  const wide = columnsOf(
    ["poll", 6],
    ["", 1],
    ["interrupt", 4],
    ["", 1],
    ["poll", 4],
    ["adaptive", 8],
  );
  expect(blockNames(wide, modes)).toBe("poll   inte polladaptive");
  expect(blockNames(columnsOf(["poll", 1], ["adaptive", 1], ["poll", 1]), modes)).toBe("pap");
  const points = ["poll qd1", "poll qd16"];
  expect(blockNames(columnsOf(["poll qd1", 4], ["", 1], ["poll qd16", 9]), points)).toBe(
    "1    poll qd16",
  );
  expect(blockNames([], modes)).toBe("");
});

test("the strip says what it is, and which mode each block is", () => {
  const lines = texts(compareEvents(), { columns: 79, rows: 30 });
  const [bars, names, scale] = lines.slice(lines.findIndex((line) => line.startsWith("IOPS")));
  expect(bars).toMatch(/^IOPS {4}(\S\S ){2}\S\S$/);
  expect(names).toBe("mode    po in ad");
  expect(scale).toBe("latency I/Os in each sample of 250ms, few ░▒▓█ many");
});

test("modes stand in the order of the report, whichever came first", () => {
  const [start, ...events] = compareEvents();
  const lines = texts([start, ...events.toReversed()]);
  expect(lines.slice(5, 8).map((line) => line.split(/ +/)[0])).toEqual([
    "poll",
    "interrupt",
    "adaptive",
  ]);
});

test("a device that has no room is not shown as another one", () => {
  const device = "embedded?latency=lognormal:100us,0.3";
  const [start, ...rest] = runEvents({ samples: 1 });
  const events: Parameters<typeof viewOf>[0] = [{ ...start, device }, ...rest];
  const [wide] = texts(events, { columns: 119, rows: 23 });
  expect(wide!.endsWith(`  ${device}`)).toBe(true);
  const [narrow] = texts(events, { columns: 59, rows: 23 });
  expect(narrow).toMatch(/ embedded\?lat.*[^~]~$/);
  expect(narrow).toHaveLength(59);
});

test("a terminal of 40 columns has lines that are broken at words, never inside of one", () => {
  const doubts = [{ kind: "rejected-completions", count: 3 }] as const;
  const view = viewOf(runEvents({ doubts, jobs: 2 }));
  const lines = narrowFrame(view, { columns: 39, rows: 23 }, plain).map(({ text }) => text);
  expect(lines[0]).toBe("run randread 4k qd1 x2 poll");
  expect(lines.slice(3)).toEqual([
    "3 completions did not fit any command",
    "in flight and were not counted. The",
    "device, or what lies between, broke the",
    "protocol; the saved result has the raw",
    "entries.",
  ]);
  expect(narrowFrame(view, { columns: 39, rows: 2 }, plain)).toHaveLength(2);
  for (const { width } of narrowFrame(view, { columns: 20, rows: 23 }, plain)) {
    expect(width).toBeLessThanOrEqual(20);
  }
});

test("the bar stays as long, and figures stay, through the ramps of a comparison", () => {
  const [start, ...events] = compareEvents();
  const stream = new LiveStream({
    command: "compare",
    parts: [{ name: "poll", workload: parseWorkload({ rampTime: "250ms", runtime: "1s" }) }],
    blocks: 21,
  });
  const ramp = stream.sample(rampSample(100), { name: "poll", number: 4, of: 21 });
  const [before, during] = [texts([start, ...events]), texts([start, ...events, ...ramp])];
  expect(during[1]).toMatch(/ {2}poll {7}4\/21 {2}ramp$/);
  expect(during[1]!.lastIndexOf("░")).toBe(before[1]!.lastIndexOf("░"));
  expect(during[4]).toBe(before[4]);
});

test("a sweep has a row for each of its last points, even of one name", () => {
  const parts = [{ name: "", workload: parseWorkload({}) }];
  const stream = new LiveStream({ command: "sweep", parts, blocks: 8 });
  const events = Array.from({ length: 8 }, (_, index) =>
    stream.sample(sampleOf(250, [[9]]), { name: "poll qd1", number: index + 1, of: 8 }),
  );
  const lines = texts([stream.start(0), ...events.flat()]);
  expect(lines.filter((line) => line.startsWith("poll qd1 "))).toHaveLength(5);
});

describe("doubts", () => {
  const doubts = [
    { kind: "rejected-completions", count: 3 },
    { kind: "lost-interrupts", count: 2 },
  ] as const;
  const warned = (size: Size) =>
    texts(runEvents({ doubts }), size).filter((line) => /^(warning|[ ]{8}[A-Za-z])/.test(line));

  test("are one line each where lines are few", () => {
    expect(warned(at80x24)).toEqual([
      "warning 3 completions did not fit any command in flight and were not counted.",
      "warning 2 completions came without an interrupt and were found when the wait ..",
    ]);
  });

  test("are told in full where there is room", () => {
    expect(warned({ columns: 119, rows: 39 }).length).toBeGreaterThan(2);
  });

  test("are counted where there are more than lines", () => {
    const events: LiveEvent[] = Array.from({ length: 9 }, (_, at) => ({
      event: "warning",
      kind: `kind ${at}`,
      text: "Something.",
    }));
    const [start, ...samples] = runEvents();
    const lines = texts([start, ...samples, ...events]);
    expect(lines.at(-1)).toBe("warning 5 more in the report");
  });
});

describe("one line", () => {
  test("keeps what matters most", () => {
    const view = viewOf(runEvents());
    expect(shortLine(view, 99, plain).text).toBe(
      " 20%    6800 IOPS  0:08 left  p50 8.38us  p99 10.7us  26.56 MiB/s  ▅▆▆▇▇███",
    );
    expect(shortLine(view, 40, plain).text).toBe(" 20%    6800 IOPS  0:08 left  p50 8.38us");
  });

  test("says which block it is, and that nothing is measured yet", () => {
    expect(shortLine(viewOf(compareEvents()), 40, plain).text).toMatch(/^adaptive 3\/21 +\d+% /);
    const stream = runStream({ rampTime: "4s" });
    const events = [stream.start(0), ...stream.sample(rampSample(3000))] as const;
    expect(shortLine(viewOf(events), 40, plain).text).toBe("ramp  0:13 left");
  });

  test("is never wider than it may be", () => {
    const views = [
      viewOf(runEvents({ jobs: 2 })),
      viewOf(compareEvents()),
      viewOf(runEvents({ samples: 0 })),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...views), fc.integer({ min: 1, max: 200 }), (view, columns) => {
        const { text, width } = shortLine(view, columns, ascii);
        expect(text).toHaveLength(width);
        expect(width).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
