// --trace: each step of the control plane on stderr, with the time since the first.
import { Option } from "commander";
import type { Trace } from "../nvme/registers.ts";

export function traceOption(): Option {
  return new Option("--trace", "show every register access and control-plane command on stderr");
}

/** The trace that the flags ask for, as an option to spread. */
export function traceTo(flags: { readonly trace?: boolean }): { trace?: Trace } {
  if (flags.trace !== true) return {};
  const start = performance.now();
  const trace: Trace = (line) => {
    const elapsedMs = (performance.now() - start).toFixed(3).padStart(10);
    process.stderr.write(`${elapsedMs} ms  ${line}\n`);
  };
  return { trace };
}
