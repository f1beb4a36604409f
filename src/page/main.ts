// The page's program: reads what the page was given and draws it.
import type { LivePageConfig, ReportData } from "../html/report-data.ts";
import { h } from "./dom.ts";
import { showLive } from "./live/live.ts";
import { showReport } from "./report.ts";

const main = document.getElementById("report");
const island = document.getElementById("data");
if (main && island) {
  try {
    show(JSON.parse(island.textContent ?? "") as ReportData | LivePageConfig, main);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    main.append(h("p", { role: "alert" }, `This page cannot be drawn: ${message}`));
    throw error;
  }
}

function show(data: ReportData | LivePageConfig, into: HTMLElement): void {
  if ("groups" in data) showReport(data, into);
  else showLive(data, into);
}
