// The page of a report: every chart that has data is drawn, and no other.
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { formatCount, formatNs } from "../../src/ground/units.ts";
import type { ReportData } from "../../src/html/report-data.ts";
import { chartsOf, curvesOf, figure, usePages } from "./browser.ts";
import {
  compareReport,
  largeReport,
  manyReport,
  runReport,
  sweepReport,
  wideSweepReport,
} from "./fixtures.ts";

const pages = usePages();

test("a report of nothing is words, and still a page", async () => {
  const lists = { verdicts: [], results: [], groups: [], pairs: [] };
  const empty = { title: "nothing", generator: "phasebit", ...lists };
  const page = await pages.report(empty);
  expect(await chartsOf(page)).toEqual([]);
  expect(await page.locator("h1").textContent()).toBe("nothing");
});

test("a group that kept nothing but its figures has a row and no chart", async () => {
  const report = runReport();
  const groups = report.groups.map((group) => ({
    ...group,
    ...{ series: null, heat: null, queues: [], stages: [] },
    percentiles: { oneOver: [], ns: [] },
  }));
  const page = await pages.report({ ...report, groups });
  expect(await chartsOf(page)).toEqual([]);
  expect(await page.locator(".summary tbody tr").count()).toBe(1);
});

test("what was not measured is a dash and breaks no chart", async () => {
  const report = compareReport();
  const none = { mean: null, p50: null, p90: null, p99: null, p999: null, p9999: null };
  const groups = report.groups.map((group, index) =>
    index > 0
      ? group
      : {
          ...group,
          ...{ iops: null, bytesPerSecond: null, cpuNsPerIo: null },
          latencyNs: { ...none, p99999: null, max: null },
          series: { ...group.series!, p99: group.series!.p99.map(() => null) },
          queues: group.queues.map((queue) => ({ ...queue, iops: null, p50: null, p99: null })),
        },
  );
  const page = await pages.report({ ...report, groups });
  expect(await page.locator(".summary tbody tr").first().textContent()).toBe(
    `poll${"–".repeat(9)}`,
  );
  const markup = await page.locator("main").innerHTML();
  expect(markup).not.toMatch(/NaN|undefined|Infinity/);
  // p50, p99.9 and max of the first group, and one curve more of each other.
  const curves = await curvesOf(page, "latency-over-time");
  expect(curves.filter((name) => name === "poll").length).toBe(
    curves.filter((name) => name === "adaptive").length - 1,
  );
  expect(await figure(page, "cpu").locator("button", { hasText: "poll" }).count()).toBe(0);
});

test("what was drained has a column where there was any", async () => {
  const report = compareReport();
  const headings = async (groups: ReportData["groups"]) => {
    const page = await pages.shown({ ...report, groups });
    return { page, titles: await page.locator(".summary thead th").allTextContents() };
  };
  expect((await headings(report.groups)).titles).not.toContain("drained");
  const [first, ...others] = report.groups;
  const drained = { ios: 1234, longestNs: 24_000 };
  const { page, titles } = await headings([{ ...first!, drained }, ...others]);
  expect(titles.at(-1)).toBe("drained");
  const cells = await page.locator('.summary td[data-label="drained"]').allTextContents();
  expect(cells).toEqual(["1234 in 24.0us", ...others.map(() => "0")]);
});

test("a run with stages has its charts", async () => {
  const page = await pages.shown(runReport());
  expect(await chartsOf(page)).toEqual([
    "percentiles",
    "iops",
    "latency-over-time",
    "heat",
    "stages",
  ]);
});

test("a comparison has its charts", async () => {
  const page = await pages.shown(compareReport());
  expect(await chartsOf(page)).toEqual([
    ...["percentiles", "pairs-1", "pairs-2", "cpu", "iops", "latency-over-time", "heat", "queues"],
  ]);
  expect(await curvesOf(page, "percentiles")).toEqual(["poll", "interrupt", "hybrid", "adaptive"]);
});

test("a sweep over depths has its charts", async () => {
  const page = await pages.shown(sweepReport());
  expect(await chartsOf(page)).toEqual(["percentiles", "depth", "cpu"]);
  expect(await curvesOf(page, "depth")).toHaveLength(3 * 4);
});

test("a sweep's curves are shown mode by mode, each named by its depth at its end", async () => {
  const report = sweepReport();
  const page = await pages.shown(report);
  const texts = await figure(page, "percentiles")
    .locator(".plot > svg:first-child text")
    .allTextContents();
  for (const name of ["poll", "interrupt", "hybrid", "adaptive"]) {
    expect(texts.filter((text) => text === name)).toHaveLength(1);
  }
  for (const depth of [1, 4, 16, 64]) {
    expect(texts.filter((text) => text === `qd${depth}`)).toHaveLength(4);
  }
  expect(await curvesOf(page, "percentiles")).toHaveLength(16);
});

test("curves over depth are named at their ends, and have the colours of their modes", async () => {
  const page = await pages.shown(sweepReport());
  const labels = figure(page, "depth").locator(".plot text[paint-order]");
  const shown = await labels.evaluateAll((all) =>
    all.map((text) => [text.textContent, text.getAttribute("fill")]),
  );
  expect(shown).toHaveLength(3 * 4);
  const colours = { poll: 1, interrupt: 2, hybrid: 3, adaptive: 4 };
  for (const [name, index] of Object.entries(colours)) {
    expect(shown.filter(([text]) => text === name)).toEqual(
      new Array(3).fill([name, `var(--s${index})`]),
    );
  }
});

test("dots carry their depth where depths differ, and nothing where there is one", async () => {
  const report = sweepReport();
  const page = await pages.shown(report);
  const numbers = async (of: Page) => {
    const texts = await figure(of, "cpu").locator('.plot text[font-size="11"]').allTextContents();
    return texts.map(Number).sort((a, b) => a - b);
  };
  expect(await numbers(page)).toEqual([1, 4, 16, 64].flatMap((depth) => new Array(4).fill(depth)));
  expect(await numbers(await pages.shown(compareReport()))).toEqual([]);
});

test("the page says how many charts are drawn", async () => {
  const page = await pages.shown(manyReport());
  const drawn = await page.evaluate(() => document.documentElement.dataset["drawn"]);
  expect(drawn).toBe(String((await chartsOf(page)).length));
});

test("every chart has shapes of real extent", async () => {
  for (const report of [runReport(), compareReport(), sweepReport(), manyReport()]) {
    const page = await pages.shown(report);
    for (const id of await chartsOf(page)) {
      const largest = await figure(page, id)
        .locator(".plot > svg:first-child :is(path, rect, circle, line)")
        .evaluateAll((shapes) =>
          shapes
            .map((shape) => (shape as SVGGraphicsElement).getBBox())
            .reduce((most, { width, height }) => Math.max(most, width + height), 0),
        );
      expect(largest, id).toBeGreaterThan(100);
      const markup = await figure(page, id).locator(".plot > svg").first().innerHTML();
      expect(markup, id).not.toMatch(/NaN|undefined|Infinity/);
    }
  }
});

test("the answer stands first, then doubts, figures and conditions, before the first chart", async () => {
  const page = await pages.shown(compareReport());
  const order = await page
    .locator("main > *")
    .evaluateAll((parts) => parts.map((part) => part.className || part.tagName.toLowerCase()));
  expect(order.slice(0, 7)).toEqual([
    ...["top", "verdict", "warnings", "summary large", "conditions", "nav", "figure"],
  ]);
  expect(await page.locator(".warnings li").count()).toBe(2);
  expect(await page.locator(".conditions dt").first().textContent()).toBe("device");
});

test("what results share is said once, and what differs beside it", async () => {
  const report = manyReport();
  const two = { ...report, results: report.results.filter((_, index) => index % 8 === 0) };
  const groups = report.groups.slice(0, 2).map((group, result) => ({ ...group, result }));
  const page = await pages.report({ ...two, groups });
  expect(await page.locator(".conditions dt").allTextContents()).not.toContain("firmware");
  expect(await page.locator(".conditions tbody tr").allTextContents()).toEqual([
    "firmware2B4QEXM02B4QEXM2",
    "load0.000.80",
  ]);
});

test("bold is what the intervals show to be the best, and a legend says so", async () => {
  const report = compareReport();
  const [first, ...others] = report.groups.map((group) => ({ ...group, best: [] as string[] }));
  const best = { ...first!, best: ["IOPS", "p99", "system CPU"] };
  const page = await pages.report({ ...report, groups: [best, ...others] });
  const bold = await page.locator(".summary .best").allTextContents();
  expect(bold).toEqual([formatCount(best.iops!), formatNs(best.latencyNs.p99!)]);
  const weights = await page
    .locator(".summary td")
    .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).fontWeight));
  expect(weights.filter((weight) => weight !== "400")).toHaveLength(bold.length);
  expect(await page.locator("b").count()).toBe(1);
  expect(await page.locator(".legend-of-figures").textContent()).toMatch(/^bold better than every/);
});

test("without a shown difference nothing is bold, however far apart the figures are", async () => {
  const report = compareReport();
  const groups = report.groups.map((group) => ({ ...group, best: [] }));
  const compared = await pages.shown({ ...report, groups });
  expect(await compared.locator(".summary .best").count()).toBe(0);
  expect(await compared.locator(".legend-of-figures").textContent()).toMatch(/^nothing is bold/);
  for (const other of [runReport(), sweepReport(), manyReport()]) {
    const page = await pages.shown(other);
    expect(await page.locator(".summary .best, b").count()).toBe(0);
  }
});

for (const [name, make] of Object.entries({ runReport, compareReport, sweepReport, manyReport })) {
  test(`${name}: verdict, doubts and figures are on the first screen`, async () => {
    const page = await pages.shown(make());
    const parts = page.locator(".verdict, .warnings, .summary, .conditions > details > summary");
    const boxes = await Promise.all((await parts.all()).map((part) => part.boundingBox()));
    for (const box of boxes) expect(box!.y + box!.height).toBeLessThanOrEqual(900);
    expect(await page.locator(".summary tbody tr:visible").count()).toBe(make().groups.length);
    expect(await page.locator(".conditions dl").first().isVisible()).toBe(false);
    const summary = page.locator(".conditions > details > summary");
    await summary.click();
    expect(await page.locator(".conditions dl").first().isVisible()).toBe(true);
    await summary.click();
  });
}

test("two comparisons in one report have their answers, doubts and figures on the first screen", async () => {
  const [one, other] = [compareReport(), compareReport()];
  const result = other.results.map((own) => ({ ...own, file: "another-comparison.json" }));
  const groups = other.groups.map((group) => ({
    ...{ ...group, id: `b ${group.id}`, name: `${group.name} b`, result: 1 },
  }));
  const page = await pages.report({
    ...one,
    verdicts: [
      ...one.verdicts,
      ...one.verdicts.map((own) => ({ ...own, about: one.results[0]!.file })),
      ...one.verdicts.map((own) => ({ ...own, about: "another-comparison.json" })),
    ],
    results: [...one.results, ...result],
    groups: [...one.groups, ...groups],
  });
  const last = await page.locator(".summary").boundingBox();
  expect(last!.y + last!.height).toBeLessThanOrEqual(900);
  expect(await page.locator(".verdict .one:visible").count()).toBe(2);
  // what both have is said once
  expect(await page.locator(".warnings li").count()).toBe(2);
  expect(await page.locator(".warnings .about").first().textContent()).toBe(
    `${one.results[0]!.file}, another-comparison.json: `,
  );
});

test("of many settings the first are shown, and the others when somebody asks", async () => {
  const page = await pages.report(wideSweepReport());
  const rows = page.locator(".summary tbody tr:visible");
  expect(await rows.count()).toBe(16);
  await page.locator(".summary details summary").click();
  expect(await rows.count()).toBe(200);
});

test("the verdict names groups with the marks of their curves", async () => {
  const page = await pages.shown(compareReport());
  const names = page.locator(".verdict .sentence .group");
  expect(await names.allTextContents()).toEqual(["poll", "adaptive"]);
  const stroke = (locator: Locator) => locator.locator("line").first().getAttribute("stroke");
  expect(await stroke(names.last())).toBe(await stroke(page.locator(".summary tr").last()));
});

test("of many doubts the first are open, and the others counted", async () => {
  const report = compareReport();
  const warnings = Array.from({ length: 9 }, (_, index) => `Doubt ${index + 1}. Advice.`);
  const results = report.results.map((result) => ({ ...result, warnings }));
  const page = await pages.report({ ...report, results });
  expect(await page.locator(".warnings li:visible").count()).toBe(3);
  expect(await page.locator(".warnings summary").textContent()).toBe("6 more");
});

test("verdicts are told in words, and only those there are", async () => {
  const report = compareReport();
  const page = await pages.shown(report);
  const words = await figure(page, "pairs-1").locator(".notes li").first().textContent();
  const [iops] = report.pairs;
  const [low, high] = iops!.ratioCi95!;
  expect(words).toContain(
    `poll and interrupt: poll has ${low.toFixed(2)} to ${high.toFixed(2)} times the IOPS of interrupt, `,
  );
  const undecided = report.pairs.map((pair) => ({ ...pair, verdict: null }));
  const without = await pages.shown({ ...report, pairs: undecided });
  const notes = await figure(without, "pairs-1").locator(".notes li").allTextContents();
  for (const note of notes) expect(note).toContain("too few rounds for a verdict");
});

test("fairness is told in words", async () => {
  const page = await pages.shown(largeReport());
  const words = await figure(page, "queues").locator(".notes").textContent();
  expect(words).toMatch(/^read: q4 has the fewest IOPS \(.*Jain's index 0\.99\d\.$/);
});

test("a table of figures comes when it is opened", async () => {
  const page = await pages.report(runReport());
  const details = figure(page, "percentiles").locator("details");
  expect(await details.locator("table").count()).toBe(0);
  await details.locator("summary").click();
  const row = details.locator("tr", { hasText: /^50%/ });
  const curve = runReport().groups[0]!.percentiles;
  const index = curve.oneOver.findLastIndex((value) => value <= 2);
  expect(await row.textContent()).toBe(`50%${(curve.ns[index]! / 1000).toFixed(2)}us`);
});

test("a report of 600 columns and 64 queues stays below 3 MB", async () => {
  const page = await pages.shown(largeReport());
  const html = await page.content();
  expect(html.length).toBeGreaterThan(500_000);
  // The document as it came is a part of this: what was drawn is added.
  const island = await page.locator("#data").evaluate((data) => data.textContent?.length ?? 0);
  const script = await page
    .locator("script:not(#data)")
    .evaluate((code) => code.textContent?.length ?? 0);
  expect(island + script).toBeLessThan(3e6);
  expect(await chartsOf(page)).toContain("queue-heat");
});

/** How many points of its curve each line of a chart joins. */
async function joinedPoints(page: Page, id: string, name: string): Promise<number[]> {
  const path = figure(page, id).locator(`path[aria-label="${name}"]`).first();
  const lines = ((await path.getAttribute("d")) ?? "").split("M").slice(1);
  return lines.map((line) => line.split("L").length);
}

test("no line joins blocks across time in which another mode ran", async () => {
  const page = await pages.shown(compareReport());
  for (const id of ["iops", "latency-over-time"]) {
    for (const name of ["poll", "interrupt", "hybrid", "adaptive"]) {
      expect(await joinedPoints(page, id, name)).toEqual(new Array(12).fill(1));
    }
  }
  expect(await figure(page, "iops").locator("circle").count()).toBe(48);
  expect(await joinedPoints(await pages.shown(runReport()), "iops", "read")).toEqual([60]);
});

test("a line ends where a run was not measured", async () => {
  const report = runReport();
  const [group] = report.groups;
  const { series } = group!;
  const endS = series!.endS.map((end, index) => (index < 20 ? end : end + 5));
  const groups = [{ ...group!, series: { ...series!, endS } }];
  const page = await pages.report({ ...report, groups });
  expect(await joinedPoints(page, "iops", "read")).toEqual([20, 40]);
});

test("what was left over when the jobs stopped is not drawn as a stall", async () => {
  const report = runReport();
  const [group] = report.groups;
  const { series } = group!;
  const lengthS = series!.lengthS.with(-1, 0.002);
  const iops = series!.iops.with(-1, 3);
  const page = await pages.report({
    ...report,
    groups: [{ ...group!, series: { ...series!, lengthS, iops } }],
  });
  const path = figure(page, "iops").locator("path[aria-label]");
  expect((await path.getAttribute("d"))?.split("L")).toHaveLength(series!.endS.length - 1);
});

test("both directions of a run have one CPU time, and no figure that compares it", async () => {
  const report = compareReport();
  const cpuNsPerIo = { user: 100, system: 20 };
  const groups = report.groups.slice(0, 2).map((group) => ({ ...group, cpuNsPerIo }));
  const page = await pages.report({ ...report, groups, pairs: [] });
  expect(await chartsOf(page)).not.toContain("cpu");
});

test("a run of one interval, and one of one I/O, are drawn as far as they go", async () => {
  const report = runReport();
  const [group] = report.groups;
  const first = <T>(values: readonly T[]) => values.slice(0, 1);
  const series = Object.fromEntries(
    Object.entries(group!.series!).map(([key, values]) => [key, first(values)]),
  ) as unknown as NonNullable<typeof group>["series"];
  const heat = { ...group!.heat!, cells: [[[0, 1]]] as [number, number][][] };
  const page = await pages.report({ ...report, groups: [{ ...group!, series, heat }] });
  expect(await chartsOf(page)).toEqual(["percentiles", "heat", "stages"]);
});
