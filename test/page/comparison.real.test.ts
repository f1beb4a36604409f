// The whole way, nothing made up: a real comparison on the embedded controller, its saved result, the report that
// the command line makes of it, and the page that it serves meanwhile.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder } from "../cli/cli.ts";
import { phasebit, started } from "../cli/real.ts";
import { chartsOf, curvesOf, figure, ready, usePages } from "./browser.ts";

const INTERRUPTED = 130;
const pages = usePages({ losesConnections: true });

/** A lognormal service time: something for heat maps to show. */
const COMPARE = [
  ...["compare", "--device", "embedded?latency=lognormal:50us,0.3"],
  ...["--modes", "poll,interrupt", "--runtime", "100ms", "--ramp-time", "10ms"],
];

test("the report of a real comparison is drawn, answers, and asks nobody for anything", async () => {
  const cwd = folder();
  expect(phasebit([...COMPARE, "--rounds", "7", "--output", "c.json"], cwd).status).toBe(0);
  expect(phasebit(["report", "c.json"], cwd).status).toBe(0);
  const page = await pages.open(`file://${join(cwd, "c.html")}`);
  await ready(page);
  const charts = await chartsOf(page);
  for (const id of ["percentiles", "pairs", "cpu", "iops", "heat"]) {
    expect(charts.some((chart) => chart.startsWith(id))).toBe(true);
  }
  expect(await curvesOf(page, "percentiles")).toEqual(["poll", "interrupt"]);
  await figure(page, "percentiles").locator("button", { hasText: "interrupt" }).click();
  expect(await curvesOf(page, "percentiles")).toEqual(["poll"]);
  await figure(page, "percentiles").locator(".plot").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  expect(await figure(page, "percentiles").locator(".tip").textContent()).toMatch(
    /poll[\d.]+(ns|us|ms)$/,
  );
  const saved = JSON.parse(readFileSync(join(cwd, "c.json"), "utf8"));
  const polled = saved.blocks.filter((block: { workload: number }) => block.workload === 0);
  const ios = polled
    .flatMap(({ jobs }: { jobs: { completed: number }[] }) => jobs)
    .reduce((sum: number, job: { completed: number }) => sum + job.completed, 0);
  const shown = JSON.parse((await page.locator("#data").textContent()) ?? "");
  expect(shown.groups[0].ios).toBe(ios);
});

test("the live page of a real comparison draws as it goes, and ends with the file", async () => {
  const live = ["--rounds", "1000", "--live", "http", "--output", "c.json"];
  const { child, said, ended } = started([...COMPARE, ...live], folder());
  await expect.poll(() => said.stderr).toContain("live view at ");
  const page = await pages.open(said.stderr.trim().split(" ").at(-1)!);
  await expect.poll(() => curvesOf(page, "iops")).toEqual(["poll", "interrupt"]);
  child.kill("SIGINT");
  expect((await ended).status).toBe(INTERRUPTED);
  await expect.poll(() => page.locator("main").textContent()).toContain("c.json");
});
