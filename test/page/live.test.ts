// The live page: follows a stream through ramps, modes, cuts and hours, to its end.
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatCount } from "../../src/ground/units.ts";
import { chartsOf, curvesOf, figure, ready, usePages } from "./browser.ts";
import { compareReport } from "./fixtures.ts";
import { endEvent, sampleEvent, samples, startEvent, warningEvent } from "./live-events.ts";
import { LiveServer } from "./live-server.ts";

const pages = usePages({ losesConnections: true });
let server: LiveServer;
let url: string;

beforeEach(async () => {
  server = new LiveServer();
  url = await server.listen();
});

afterEach(async () => {
  await server.close();
});

interface Kept {
  readonly sources: EventSource[];
}

/** Lets a test see the page's streams. */
function keepSources(): void {
  const sources: EventSource[] = [];
  const Original = EventSource;
  Object.assign(window, { sources });
  window.EventSource = class extends Original {
    constructor(address: string | URL) {
      super(address);
      sources.push(this);
    }
  };
}

/** The page, once its stream is there. */
async function live(look?: Parameters<typeof pages.open>[1]): Promise<Page> {
  const page = await pages.open(url, look);
  await expect.poll(() => server.attached.length).toBeGreaterThan(0);
  return page;
}

function state(page: Page): Promise<string | null> {
  return page.locator(".state").textContent();
}

function tile(page: Page, index: number): Promise<string | null> {
  return page.locator(".now dd").nth(index).textContent();
}

/** Points of a chart's first curve. */
function pointsOf(page: Page, id: string): Promise<number> {
  return figure(page, id)
    .locator("path[aria-label]")
    .first()
    .evaluate((path) => path.getAttribute("d")?.split("L").length ?? 0);
}

test("nothing has come yet, and the page says so", async () => {
  const page = await live();
  expect(await state(page)).toBe("opening");
  expect(await chartsOf(page)).toEqual([]);
});

test("what is no event of ours is passed over", async () => {
  const page = await live();
  server.sendRaw("data: not json\n\ndata: 3\n\ndata: null\n\ndata: {}\n\n");
  server.sendRaw('data: {"event":"something new","of":["later"]}\n\n');
  server.send(startEvent());
  await expect.poll(() => page.locator("h1").textContent()).toContain("randread 4k qd1 x2");
  expect(await state(page)).toBe("opening");
});

test("what is prepared before the first sample is named", async () => {
  const page = await live();
  server.send(startEvent(), { event: "preparing", text: "preparing 1GiB of the medium" });
  await expect.poll(() => state(page)).toBe("preparing 1GiB of the medium");
  server.send(sampleEvent({ elapsedMs: -500 }));
  await expect.poll(() => state(page)).toBe("ramp");
});

test("a wait for commands in flight is named until the next block", async () => {
  const page = await live();
  const block = { name: "poll", number: 1, of: 2 };
  const text = "waiting for 1 command in flight, for up to 30s each (--timeout)";
  server.send(startEvent(), sampleEvent({ elapsedMs: 1000, block }));
  server.send({ event: "waiting", text }, sampleEvent({ elapsedMs: 1250, block }));
  await expect.poll(() => state(page)).toBe(text);
  server.send(sampleEvent({ elapsedMs: 250, block: { ...block, number: 2 } }));
  await expect.poll(() => state(page)).not.toBe(text);
});

test("during the ramp nothing is measured", async () => {
  const page = await live();
  server.send(startEvent(), sampleEvent({ elapsedMs: -500 }));
  await expect.poll(() => state(page)).toBe("ramp");
  expect(await tile(page, 0)).toBe("–");
  expect(await chartsOf(page)).toEqual([]);
});

test("samples become figures, curves and a heat map", async () => {
  const page = await live();
  const all = samples(0, 5000);
  server.send(startEvent(), ...all);
  await ready(page);
  expect(await state(page)).toBe("measuring");
  await expect.poll(() => tile(page, 0)).toBe(formatCount(Math.round(all.at(-1)!.iops)));
  await expect
    .poll(() => chartsOf(page))
    .toEqual(["iops", "latency-over-time", "heat", "percentiles", "queues"]);
  await expect.poll(() => pointsOf(page, "iops")).toBe(20);
  expect(await page.locator("progress").evaluate((bar) => (bar as HTMLProgressElement).value)).toBe(
    0.5,
  );
  expect(await page.title()).toBe("50% · run randread 4k qd1 x2 poll");
  expect(await figure(page, "heat").locator("path[shape-rendering]").count()).toBeGreaterThan(3);
});

test("modes of a comparison are curves of their own", async () => {
  const page = await live();
  const blocks = ["poll", "interrupt", "interrupt", "poll"].map((name, index) => {
    return { name, number: index + 1, of: 4 };
  });
  server.send(
    startEvent({ command: "compare", runtimeMs: 1000, rampTimeMs: 200 }),
    ...blocks.flatMap((block) =>
      [250, 500, 750, 1000].map((elapsedMs) => sampleEvent({ elapsedMs, block, runtimeMs: 1000 })),
    ),
  );
  await ready(page);
  await expect.poll(() => state(page)).toBe("measuring poll 4/4");
  await expect.poll(() => curvesOf(page, "iops")).toEqual(["poll", "interrupt"]);
  // two blocks of four samples each, and nothing joins them
  const linesOf = async () => {
    const path = figure(page, "iops").locator("path[aria-label]").first();
    const lines = ((await path.getAttribute("d")) ?? "").split("M").slice(1);
    return lines.map((line) => line.split("L").length);
  };
  await expect.poll(linesOf).toEqual([4, 4]);
  expect(await page.locator(".summary tbody tr").count()).toBe(2);
});

test("modes have the colours and the order of the report, whichever came first", async () => {
  const names = ["poll", "interrupt", "hybrid", "adaptive"];
  const settings = names.map((name) => ({ name, mode: name, iodepth: 1 }));
  const page = await live();
  server.send(
    startEvent({ command: "compare", runtimeMs: 1000, settings }),
    ...["adaptive", "interrupt", "poll", "hybrid"].map((name, index) => {
      const block = { name, number: index + 1, of: 4 };
      return sampleEvent({ elapsedMs: 500, block, runtimeMs: 1000 });
    }),
  );
  await ready(page);
  const marks = (of: Page) =>
    of
      .locator(".summary tbody th")
      .evaluateAll((heads) =>
        heads.map((head) => [head.textContent, head.querySelector("line")!.getAttribute("stroke")]),
      );
  await expect.poll(async () => (await marks(page)).length).toBe(4);
  const shown = await marks(page);
  expect(shown.map(([name]) => name)).toEqual(names);
  expect(await marks(await pages.report(compareReport()))).toEqual(shown);
});

test("a run has the colour of its mode", async () => {
  const page = await live();
  const settings = [{ name: "", mode: "interrupt", iodepth: 1 }];
  server.send(startEvent({ settings }), ...samples(0, 1000));
  await ready(page);
  const line = page.locator(".summary th line");
  expect(await line.getAttribute("stroke")).toBe("var(--s2)");
});

test("warnings come as they are found, and a later one of a kind replaces the earlier", async () => {
  const page = await live();
  server.send(startEvent(), warningEvent("busy", "The host was busy <b>"));
  await expect.poll(() => page.locator(".warnings li").count()).toBe(1);
  server.send(warningEvent("busy", "The host is very busy"), warningEvent("drift", "It drifts"));
  await expect
    .poll(() => page.locator(".warnings li").allTextContents())
    .toEqual(["The host is very busy", "It drifts"]);
});

test("at the end the page says what was saved, draws the last sample and asks no more", async () => {
  const page = await live({ before: keepSources });
  server.send(startEvent(), ...samples(0, 10_000), endEvent);
  await expect.poll(() => state(page)).toBe("finished");
  expect(await page.locator(".ended li").allTextContents()).toEqual([
    "results/run-1.json",
    "results/run-1.hgrm",
  ]);
  expect(await pointsOf(page, "iops")).toBe(40);
  const sources = await page.evaluate(() =>
    (window as unknown as Kept).sources.map(({ readyState }) => readyState),
  );
  expect(sources).toEqual([2]); // closed
  server.cut();
  expect(await state(page)).toBe("finished");
});

test("an end that is none is named", async () => {
  const page = await live();
  server.send(startEvent(), ...samples(0, 1000), {
    ...{ event: "end", files: [], interrupted: true, exitCode: 130 },
  });
  await expect.poll(() => state(page)).toBe("interrupted");
  expect(await page.locator(".ended").textContent()).toContain("Nothing was saved.");
});

test("a cut stream is taken up where it was left", async () => {
  const page = await live();
  server.send(startEvent(), ...samples(0, 2000));
  await ready(page);
  server.cut();
  server.send(...samples(2000, 4000));
  await expect.poll(() => server.attached.length).toBe(2);
  expect(server.attached[1]).toBe("9");
  await expect.poll(() => pointsOf(page, "iops")).toBe(16);
  expect(await state(page)).toBe("measuring");
});

test("events that come twice count once", async () => {
  const page = await live();
  server.replaysAll = true;
  server.send(startEvent(), ...samples(0, 2000));
  await ready(page);
  server.cut();
  await expect.poll(() => server.attached.length).toBe(2);
  server.send(...samples(2000, 3000));
  await expect.poll(() => pointsOf(page, "iops")).toBe(12);
});

test("a lost connection is named, and found again when the server is back", async () => {
  const page = await live();
  server.send(startEvent(), ...samples(0, 1000));
  await ready(page);
  server.refuses = true;
  server.cut();
  await expect.poll(() => state(page)).toBe("connection lost, trying again");
  server.refuses = false;
  server.send(...samples(1000, 2000));
  await expect.poll(() => state(page)).toBe("measuring");
});

test("another measurement on the same port begins anew", async () => {
  const page = await live();
  server.send(startEvent(), ...samples(0, 5000), warningEvent("busy", "busy"));
  await ready(page);
  server.send(startEvent({ startedMs: 1, workload: "write 128k" }), ...samples(0, 1000));
  await expect.poll(() => page.locator("h1").textContent()).toBe("run write 128k");
  await expect.poll(() => pointsOf(page, "iops")).toBe(4);
  expect(await page.locator(".warnings").count()).toBe(0);
});

test("a stream of an hour is drawn in bounded room", async () => {
  const page = await live();
  const hour = samples(0, 3600_000).map((sample) => ({
    ...sample,
    total: { ...sample.total, percentiles: [] },
  }));
  server.send(startEvent({ runtimeMs: 3600_000, totalMs: 3601_000 }), ...hour, endEvent);
  await expect.poll(() => state(page)).toBe("finished");
  const points = await pointsOf(page, "iops");
  expect(points).toBeGreaterThan(250);
  expect(points).toBeLessThanOrEqual(600);
  expect(await page.locator("*").count()).toBeLessThan(3000);
});

test("a chart that somebody reads is not drawn away under the pointer", async () => {
  const page = await live();
  server.send(startEvent(), ...samples(0, 2000));
  await ready(page);
  await figure(page, "iops").locator(".plot").focus();
  await page.keyboard.press("ArrowRight");
  server.send(...samples(2000, 6000));
  await expect.poll(() => pointsOf(page, "latency-over-time")).toBe(24);
  expect(await pointsOf(page, "iops")).toBe(8);
  await page.keyboard.press("Escape");
  server.send(...samples(6000, 6250));
  await expect.poll(() => pointsOf(page, "iops")).toBe(25);
});

test("a curve that is hidden stays hidden when samples come", async () => {
  const page = await live();
  server.send(startEvent(), ...samples(0, 2000));
  await ready(page);
  await figure(page, "latency-over-time").locator("button", { hasText: "max" }).click();
  server.send(...samples(2000, 4000));
  await expect.poll(() => pointsOf(page, "latency-over-time")).toBe(16);
  expect(await curvesOf(page, "latency-over-time")).toEqual(["p50", "p99", "p99.9"]);
});

test("on a phone nothing scrolls sideways", async () => {
  const page = await live({ width: 380 });
  server.send(startEvent(), warningEvent("long", "long ".repeat(80)), ...samples(0, 2000));
  await ready(page);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(over).toBeLessThanOrEqual(0);
});
