// The rows as text.
import type { ControllerRow } from "./controller.ts";
import type { LoopRow } from "./loops.ts";
import type { StartupRow } from "./startup.ts";
import type { Spread } from "./statistics.ts";

/** One line for each engine, under a heading for each device and clock. */
export function loopTable(rows: readonly LoopRow[]): string {
  const groups = new Map<string, LoopRow[]>();
  for (const row of rows) {
    const heading = `${row.device} device, ${row.clock ? "with" : "without"} the clock`;
    groups.set(heading, [...(groups.get(heading) ?? []), row]);
  }
  return [...groups].map(([heading, group]) => `${heading}\n${groupTable(group)}`).join("\n\n");
}

function groupTable(rows: readonly LoopRow[]): string {
  const header = [
    "depth",
    "engine",
    "ns/command",
    "min – max",
    "/ C++",
    "min – max",
    "per sweep",
    "disturbed",
  ];
  return align([header, ...rows.map(loopCells)]);
}

function loopCells(row: LoopRow): string[] {
  return [
    String(row.depth),
    row.engine,
    row.nsPerCommand.median.toFixed(1),
    range(row.nsPerCommand, 1),
    row.ratioToCpp.median.toFixed(2),
    range(row.ratioToCpp, 2),
    row.perSweep === undefined ? "" : row.perSweep.toFixed(1),
    row.disturbed === undefined ? "" : `${(row.disturbed * 100).toFixed(0)} %`,
  ];
}

export function controllerTable(rows: readonly ControllerRow[]): string {
  const header = ["depth", "by", "IOPS", "min – max", "ns/command", "/ embedded", "min – max"];
  return align([
    header,
    ...rows.map(({ case: via, depth, iops, nsPerCommand, ratioToEmbedded }) => [
      String(depth),
      via,
      iops.median.toFixed(0),
      range(iops, 0),
      nsPerCommand.median.toFixed(1),
      ratioToEmbedded.median.toFixed(2),
      range(ratioToEmbedded, 2),
    ]),
  ]);
}

/** Both programs, and whether the second is as soon as it has to be. */
export function startupTable({ nodeMs, helpMs, ratio, allowedMs, holds }: StartupRow): string {
  const rows = Object.entries({ "node -e 0": nodeMs, "phasebit --help": helpMs });
  const cells = rows.map(([name, ms]) => [name, ms.median.toFixed(1), range(ms, 1)]);
  const verdict = `within 1.5 x + 60 ms = ${allowedMs.toFixed(1)} ms: ${holds ? "yes" : "NO"}`;
  return `${align([["program", "ms", "min – max"], ...cells])}\n${ratio.toFixed(2)} x, ${verdict}`;
}

function range({ min, max }: Spread, digits: number): string {
  return `${min.toFixed(digits)} – ${max.toFixed(digits)}`;
}

/** Columns two spaces apart, all to the right. */
function align(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padStart(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
