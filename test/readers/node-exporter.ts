// node_exporter, asked once.
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";

const DEADLINE_MS = 100_000;

/** What node_exporter's textfile collector makes of a folder's files: the text that Prometheus would scrape. */
export async function scraped(folder: string): Promise<string> {
  const child = spawn(
    "prometheus-node-exporter",
    [
      ...["--collector.disable-defaults", "--collector.textfile"],
      ...[`--collector.textfile.directory=${folder}`, "--web.listen-address=127.0.0.1:0"],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  try {
    const address = await addressIn(child.stderr);
    const response = await fetch(`http://${address}/metrics`);
    return await response.text();
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

/** "127.0.0.1:42879", which it logs when it listens. The log is read on: it dies of a line that nobody takes. */
function addressIn(log: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    log.on("data", (chunk) => {
      text += `${chunk}`;
      // a piece of the log may end within the number
      const [, address] = /address=(127\.0\.0\.1:\d+)\D/.exec(text) ?? [];
      if (address !== undefined) resolve(address);
    });
    log.once("end", () => reject(new Error(`node_exporter does not listen: ${text}`)));
  });
}
