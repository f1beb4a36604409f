// The doubts of several measurements together: each once, counts added, of two measures the worse.
import { addedFlags } from "./flags.ts";
import type { Warning } from "./measurement.ts";
import { worstFirst } from "./worst-first.ts";

/** The union of `lists`, in their order, the worst first. */
export function unitedWarnings(lists: readonly (readonly Warning[])[]): Warning[] {
  const united = new Map<string, Warning>();
  for (const warning of lists.flat()) {
    const known = united.get(identity(warning));
    united.set(identity(warning), known === undefined ? warning : together(known, warning));
  }
  return worstFirst([...united.values()]);
}

/** Warnings of the same are one: of a kind, and of a job or a reason where it has one. */
function identity(warning: Warning): string {
  if ("job" in warning) return `${warning.kind} ${warning.job}`;
  if ("queue" in warning) return `${warning.kind} ${warning.queue}`;
  if ("why" in warning) return `${warning.kind} ${warning.why}`;
  return warning.kind === "noted" ? `noted ${warning.text}` : warning.kind;
}

function together(a: Warning, b: Warning): Warning {
  if (a.kind === "garbage-collected" && b.kind === "garbage-collected") {
    return { ...a, count: a.count + b.count, ns: a.ns + b.ns };
  }
  if (a.kind === "process-stopped" && b.kind === "process-stopped") {
    return { ...a, count: a.count + b.count, ns: a.ns + b.ns };
  }
  if ("count" in a && "count" in b) return { ...a, count: a.count + b.count };
  if (a.kind === "partial" && b.kind === "partial") {
    return a.measured / a.planned <= b.measured / b.planned ? a : b;
  }
  if (a.kind === "host-busy" && b.kind === "host-busy") {
    return a.loadAverage >= b.loadAverage ? a : b;
  }
  if (a.kind === "cpus-shared" && b.kind === "cpus-shared") {
    return a.threads / a.cpus >= b.threads / b.cpus ? a : b;
  }
  if (a.kind === "cpu-starved" && b.kind === "cpu-starved") {
    return a.percent <= b.percent ? a : b;
  }
  if (a.kind === "interrupts-unclear" && b.kind === "interrupts-unclear") {
    return { ...a, lost: a.lost + b.lost, spurious: a.spurious + b.spurious };
  }
  if (a.kind === "flagged-successes" && b.kind === "flagged-successes") {
    return { ...a, ...addedFlags([a, b]) };
  }
  if ("worstPercent" in a && "worstPercent" in b) {
    const worse = a.percent >= b.percent ? a : b;
    return { ...worse, worstPercent: Math.max(a.worstPercent, b.worstPercent) };
  }
  return a;
}
