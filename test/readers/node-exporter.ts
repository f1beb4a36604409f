// node_exporter, asked once.
import { spawn } from "node:child_process";

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

/** "127.0.0.1:42879", which it logs when it listens; a piece of the log may end within it. */
async function addressIn(log: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of log) {
    text += `${chunk}`;
    const [, address] = /address=(127\.0\.0\.1:\d+)\D/.exec(text) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`node_exporter does not listen: ${text}`);
}
