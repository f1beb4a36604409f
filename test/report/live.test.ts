import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Live, type LiveSnapshot, liveLine } from "../../src/report/live.ts";

const snapshot: LiveSnapshot = {
  elapsedMs: 6200,
  runtimeMs: 10_000,
  bs: 4096,
  iops: 121_345,
  p50Ns: 8003,
  p99Ns: 9412,
  history: [100_000, 121_000, 60_000, 0],
};
const sample = { elapsedMs: 250, iops: 1000, p50Ns: 300, p99Ns: 400 };
const workload = { runtimeMs: 10_000, bs: 4096 };

function recorder(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: unknown) => written.push(String(text)) > 0;
  return { written, stream: { isTTY, columns: 80, write } };
}

describe("what must not be shown", () => {
  test("nothing goes to a pipe", () => {
    const { written, stream } = recorder(false);
    const live = new Live(stream, workload, () => 0);
    live.show(sample);
    live.end();
    expect(written).toEqual([]);
  });

  test("a sample without I/O has no latency", () => {
    const line = liveLine({ ...snapshot, iops: 0, p50Ns: 0, p99Ns: 0 }, 80);
    expect(line).toContain("0 IOPS");
    expect(line).toContain("p50 -       p99 -       0:04 left");
  });

  test("a line as wide as the terminal, which would scroll it", () => {
    const times = fc.record({
      elapsedMs: fc.integer({ min: -1e5, max: 1e8 }),
      runtimeMs: fc.integer({ min: 1, max: 1e8 }),
      bs: fc.integer({ min: 1, max: 2 ** 28 }),
      iops: fc.double({ min: 0, max: 1e8, noNaN: true }),
      p50Ns: fc.nat(1e9),
      p99Ns: fc.nat(1e12),
      history: fc.array(fc.nat(1e8), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 200 }), (any, columns) => {
        expect(liveLine(any, columns).length).toBeLessThan(columns);
      }),
    );
  });
});

test("a moment of a run in one line", () => {
  expect(liveLine(snapshot, 100)).toBe(
    " 62%  121.3k IOPS  474.0 MiB/s  p50 8.00us  p99 9.41us  0:04 left  ▇█▄▁",
  );
  expect(liveLine(snapshot, 40)).toBe(" 62%  121.3k IOPS  474.0 MiB/s");
  expect(liveLine({ ...snapshot, elapsedMs: -1500 }, 80)).toBe("ramp, 0:02 left");
});

test("a run that overstays stays at 100%", () => {
  expect(liveLine({ ...snapshot, elapsedMs: 12_000 }, 80)).toMatch(/^100% .* 0:00 left/);
});

test("at most four lines a second, each over the last, and none left behind", () => {
  const { written, stream } = recorder(true);
  let nowMs = 1000;
  const live = new Live(stream, workload, () => nowMs);
  for (; nowMs < 2000; nowMs += 50) live.show({ ...sample, elapsedMs: nowMs - 1000 });
  expect(written).toHaveLength(4);
  for (const line of written) expect(line.startsWith("\r\x1b[2K")).toBe(true);
  live.end();
  live.end();
  expect(written.slice(4)).toEqual(["\r\x1b[2K"]);
});
