import { describe, expect, test } from "vitest";
import type { LiveEvent } from "../../src/live/events.ts";
import { Feed } from "../../src/live/feed.ts";
import { latencies } from "../examples/run.ts";
import { runEvents, runStream, sampleOf, samplesAmong } from "./samples.ts";

/** A reader that keeps what it gets, and reads only when it is told. */
class Reader {
  writableLength = 0;
  text = "";
  state: "open" | "ended" | "destroyed" = "open";

  write(text: string): void {
    this.text += text;
  }
  end(): void {
    this.state = "ended";
  }
  destroy(): void {
    this.state = "destroyed";
  }

  get ids(): string[] {
    return [...this.text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id!);
  }
  get events(): LiveEvent[] {
    return [...this.text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data!));
  }
}

function attached(feed: Feed, lastEventId?: string): Reader {
  const reader = new Reader();
  feed.attach(reader, lastEventId);
  return reader;
}

const [start, ...events] = runEvents({ doubts: [{ kind: "io-errors", count: 2 }] });

describe("readers that do not behave", () => {
  test("one that does not read is dropped, and the others are not", () => {
    const feed = new Feed("a");
    const [slow, quick] = [attached(feed), attached(feed)];
    slow.writableLength = 3 * 1024 ** 2;
    feed.push(start);
    expect(slow.state).toBe("destroyed");
    expect(feed.readers).toBe(1);
    expect(quick.events).toEqual([start]);
  });

  test("an id of another measurement, or none at all, gets everything", () => {
    const feed = new Feed("a");
    for (const event of [start, ...events]) feed.push(event);
    for (const id of ["b-3", "3", "", "a-x", "a", "\r\n"]) {
      expect(attached(feed, id).ids[0], id).toBe("a-1");
    }
  });
});

test("whoever comes late gets the start, what was, and the latest doubts, in order", () => {
  const feed = new Feed("a");
  for (const event of [start, ...events]) feed.push(event);
  const late = attached(feed);
  expect(late.text.startsWith("retry: 1000\n\n")).toBe(true);
  expect(late.events.map(({ event }) => event)).toEqual([
    "start",
    "warning",
    ...events.filter(({ event }) => event === "sample").map(() => "sample"),
  ]);
  expect(late.events.at(-1)).toEqual(events.at(-1));
  feed.push({ event: "warning", kind: "io-errors", text: "9 commands" });
  expect(late.events.at(-1)).toMatchObject({ text: "9 commands" });
  const later = attached(feed).events.filter(({ event }) => event === "warning");
  expect(later).toEqual([{ event: "warning", kind: "io-errors", text: "9 commands" }]);
});

test("only the last sample of each block keeps its percentile curve", () => {
  const feed = new Feed("a");
  const stream = runStream();
  for (const number of [1, 2]) {
    for (const elapsedMs of [250, 500, 750]) {
      const sample = sampleOf(elapsedMs, [latencies(500, 8000)]);
      const block = { name: "poll", number, of: 2 };
      for (const event of stream.sample(sample, block)) feed.push(event);
    }
  }
  const curves = samplesAmong(attached(feed).events).map(({ total }) => total.percentiles.length);
  expect(curves.map((length) => length > 10)).toEqual([false, false, true, false, false, true]);
});

test("whoever comes back gets what it missed, and nothing twice", () => {
  const feed = new Feed("a");
  const reader = attached(feed);
  for (const event of [start, ...events.slice(0, 4)]) feed.push(event);
  feed.detach(reader);
  for (const event of events.slice(4)) feed.push(event);
  const back = attached(feed, reader.ids.at(-1));
  expect([...reader.ids, ...back.ids]).toEqual(attached(feed).ids);
  expect(back.events).toHaveLength(events.length - 4);
});

test("a long run is replayed in part: its start, its end, and less of what is older", () => {
  const feed = new Feed("a");
  const stream = runStream({ runtime: "1h" });
  feed.push(start);
  const [first] = stream.sample(sampleOf(250, [[8000]]));
  for (let at = 0; at < 20_000; at++) feed.push(first!);
  const late = attached(feed);
  expect(late.text.length).toBeLessThan(600 * 1024);
  const numbers = late.ids.map((id) => Number(id.split("-")[1]));
  expect(numbers.slice(0, 2)).toEqual([1, 2]);
  expect(numbers.at(-1)).toBe(20_001);
  const gaps = numbers.slice(1).map((number, at) => number - numbers[at]!);
  expect(gaps.at(-1)).toBe(1);
  expect(gaps[Math.floor(gaps.length / 4)]).toBeGreaterThan(gaps[Math.floor(gaps.length * 0.9)]!);
});

test("a heartbeat is a comment, and the end ends all", () => {
  const feed = new Feed("a");
  const reader = attached(feed);
  feed.beat();
  expect(reader.text.endsWith("\n\n:\n\n")).toBe(true);
  feed.push({ event: "end", files: [], interrupted: false, exitCode: 0 });
  feed.end();
  expect(reader.events).toHaveLength(1);
  expect(reader.state).toBe("ended");
  expect(feed.readers).toBe(0);
});
