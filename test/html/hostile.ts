// Results made by hand to do harm.
import type { Result } from "../../src/results/read.ts";
import { exampleRun } from "../examples/run.ts";
import { runResult } from "./examples.ts";

/** Ends whatever it stands in, if it is let. */
export const nasty = [
  "</script><script>document.title='owned'</script>",
  "<!--<script>",
  "--></noscript></pre><svg onload=\"document.title='owned'\">",
  "\" onmouseover='document.title=1' x=\"",
  "</title><base href=//evil.example>",
  "\u2028\u2029\0\r\n\x1b[2J\ud800\u202e",
  "&lt;&#39;&amp;",
];

/** `run` with this text wherever a result has one. */
export function hostileRun(text: string, file = text): Result {
  const run = exampleRun({ perSecond: 200 });
  const { host, devices, workload } = run;
  return runResult(
    {
      ...run,
      version: text,
      argv: ["run", text],
      host: { ...host, hostname: text, kernel: text, cpuModel: text, node: text, v8: text },
      devices: devices.map((device) => ({
        ...{ ...device, address: text, transport: text, model: text },
        ...{ serial: text, firmware: text, version: text },
      })),
      workload: { ...workload, device: text, precondition: text },
      warnings: [{ kind: "stopped-early", why: text }],
      merged: [{ file: text, startedMs: 0, argv: [text], host, devices }],
    },
    file,
  );
}
