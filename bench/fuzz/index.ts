// Millions of messages to both sides of vfio-user, some of them wrong: what was thrown, which descriptors stayed, what grew.
//
//   npm run build && node bench/fuzz/sanitized.mjs [messages [seed]]    under the address sanitizer
//   node dist/bench/fuzz/index.js [messages [seed]]                     without
import { readdirSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AgainstClient } from "./against-client.ts";
import { AgainstServer } from "./against-server.ts";

// nobody reads where a refusal came from, and to note it takes longer than the message
Error.stackTraceLimit = 0;
const messages = Number(process.argv[2] ?? 10_000_000);
const seed = Number(process.argv[3] ?? 1);
/** What code and heap need to be as large as they will be. */
const WARM = Math.min(messages / 10, 500_000);

const openFds = (): number => readdirSync("/proc/self/fd").length;
const mebibytes = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
};

interface Side {
  readonly sent: number;
  readonly sessions: number;
  session(): void | Promise<void>;
  close(): void | Promise<void>;
}

async function fuzz(name: string, side: Side, count: number): Promise<void> {
  const began = performance.now();
  let before: string | undefined;
  while (side.sent < count) {
    await side.session();
    if (side.sessions % 64 === 0) await nextTurn();
    if (before === undefined && side.sent >= WARM) {
      before = `${openFds()} descriptors, ${mebibytes()} MiB`;
    }
  }
  const seconds = (performance.now() - began) / 1000;
  const each = ((seconds / side.sent) * 1e6).toFixed(1);
  console.log(
    `${name}: ${side.sent} messages in ${side.sessions} sessions, ${seconds.toFixed(0)} s, ${each} us each`,
  );
  console.log(
    `  after ${WARM}: ${before}; at the end: ${openFds()} descriptors, ${mebibytes()} MiB`,
  );
  await side.close();
}

console.log(`seed ${seed}, ${messages} messages`);
const first = openFds();
await fuzz("server", await AgainstServer.make(seed), messages / 2);
await fuzz("client", new AgainstClient(seed), messages / 2);
console.log(`${first} descriptors before everything, ${openFds()} after it`);
