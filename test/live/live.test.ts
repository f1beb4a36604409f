import { describe, expect, test, vi } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import type { LiveEvent } from "../../src/live/events.ts";
import { Live, whileLive } from "../../src/live/live.ts";
import { NdjsonSink } from "../../src/live/ndjson.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import { sampleOf } from "./samples.ts";

const plan = {
  command: "run",
  parts: [{ name: "", workload: parseWorkload({}) }],
  blocks: 1,
} as const;

/** A sink that notes what it is told. */
function recorder() {
  const told: (LiveEvent | "measured")[] = [];
  const sink = {
    show: (event: LiveEvent) => void told.push(event),
    measured: () => void told.push("measured"),
    close: async () => {},
  };
  return { told, sink };
}

describe("an end that is not the usual one", () => {
  test("a failure ends the stream before it is reported", () => {
    const { told, sink } = recorder();
    new Live(plan, sink).end({ files: [], exitCode: 5 });
    expect(told.slice(1)).toEqual([
      "measured",
      { event: "end", files: [], interrupted: false, exitCode: 5 },
    ]);
  });

  test("a process that ends in the middle was interrupted, and is told once", () => {
    const { told, sink } = recorder();
    const live = new Live(plan, sink);
    live.end({ files: [], exitCode: 130 });
    live.end({ files: ["x"], exitCode: 0 });
    const ends = told.filter((event) => event !== "measured" && event.event === "end");
    expect(ends).toEqual([{ event: "end", files: [], interrupted: true, exitCode: 130 }]);
  });

  test("what the work throws is thrown, whoever looks", async () => {
    const failure = new PhasebitError("DEVICE", "it broke");
    const work = () => Promise.reject(failure);
    await expect(whileLive({ live: "off" }, plan, work)).rejects.toBe(failure);
  });
});

test("doubts of the finished measurement come before the report, the end after it", () => {
  const { told, sink } = recorder();
  const live = new Live(plan, sink);
  live.sample(sampleOf(250, [[9]]));
  live.measured({ warnings: [{ kind: "interrupted" }], interrupted: true });
  live.end({ files: ["a.json"], exitCode: 130 });
  const names = told.map((event) => (event === "measured" ? event : event.event));
  expect(names.filter((name, at) => name !== names[at - 1])).toEqual([
    "start",
    "sample",
    "warning",
    "measured",
    "end",
  ]);
  expect(told.at(-1)).toMatchObject({ files: ["a.json"], interrupted: true });
});

test("what takes a while before the first sample is an event of its own", () => {
  const { told, sink } = recorder();
  new Live(plan, sink).preparing("preparing 1GiB of the medium");
  expect(told.at(-1)).toEqual({ event: "preparing", text: "preparing 1GiB of the medium" });
});

test("and so is a wait after the last one", () => {
  const { told, sink } = recorder();
  new Live(plan, sink).waiting("waiting for 1 command in flight");
  expect(told.at(-1)).toEqual({ event: "waiting", text: "waiting for 1 command in flight" });
});

test("where nobody looks both are a line on stderr", () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const live = new Live(plan, null);
  live.preparing("preparing 1GiB of the medium");
  live.waiting("waiting for 1 command in flight");
  expect(write.mock.calls).toEqual([
    ["preparing 1GiB of the medium\n"],
    ["waiting for 1 command in flight\n"],
  ]);
  write.mockRestore();
});

test("where nobody looks no samples are wanted", async () => {
  expect(new Live(plan, null).isWatched).toBe(false);
  let wasWatched: boolean | undefined;
  await whileLive({ live: "off" }, plan, async (live) => {
    wasWatched = live.isWatched;
    return [];
  });
  expect(wasWatched).toBe(false);
});

test("a reader of lines that lags gets no more samples, but all else", () => {
  const lines: string[] = [];
  const stream = { writableLength: 0, write: (text: unknown) => lines.push(String(text)) > 0 };
  const live = new Live(plan, new NdjsonSink(stream));
  stream.writableLength = 2 * 1024 ** 2;
  live.sample(sampleOf(250, [[9]], { doubts: [{ kind: "io-errors", count: 1 }] }));
  live.end({ files: [], exitCode: 0 });
  const names = lines.map((line) => (JSON.parse(line) as LiveEvent).event);
  expect(names).toEqual(["start", "warning", "end"]);
  expect(lines.every((line) => line.endsWith("\n") && !line.slice(0, -1).includes("\n"))).toBe(
    true,
  );
});
