// Millions of messages to both sides of vfio-user, some of them wrong: what was thrown, which descriptors stayed, what grew.
//
//   npm run build && node bench/fuzz/sanitized.mjs [messages [seed]]    under the address sanitizer
//   node --expose-gc dist/bench/fuzz/index.js [messages [seed]]         without
import { readdirSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AgainstClient } from "./against-client.ts";
import { AgainstServer } from "./against-server.ts";

// nobody reads where a refusal came from, and to note it takes longer than the message
Error.stackTraceLimit = 0;
const messages = Number(process.argv[2] ?? 10_000_000);
const seed = Number(process.argv[3] ?? 1);
/** Lines that tell how far it is. */
const LINES = 20;

const openFds = (): number => readdirSync("/proc/self/fd").length;
const mebibytes = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
};

const began = performance.now();
const before = openFds();
console.log(`seed ${seed}, ${messages} messages, half of them to each side; ${before} descriptors`);
const server = await AgainstServer.make(seed);
const client = new AgainstClient(seed);
const done = (): number => server.sent + client.sent;
for (let line = 1; line <= LINES; line++) {
  while (done() < (messages / LINES) * line) {
    if (server.sent <= client.sent) server.session();
    else await client.session();
    if ((server.sessions + client.sessions) % 64 === 0) await nextTurn();
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const sessions = `${server.sessions} clients and ${client.sessions} servers`;
  const holds = `${openFds()} descriptors, ${mebibytes()} MiB`;
  console.log(`${done()} messages, ${sessions}, ${seconds} s; ${holds}`);
}
client.close();
await server.close();
console.log(`${openFds()} descriptors at the end`);
