// --trace: each step of the control plane on stderr, with the time since the first.
import type { Trace } from "../nvme/registers.ts";

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
