// A short form of what bench/fuzz does for hours: sequences of messages, right and wrong, to either side. The seed is printed;
// PHASEBIT_FUZZ_SEED gives it again.
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { AgainstClient } from "../../bench/fuzz/against-client.ts";
import { AgainstServer } from "../../bench/fuzz/against-server.ts";

const SEED = Number(process.env.PHASEBIT_FUZZ_SEED ?? 1);
const MESSAGES = 10_000;
console.log(`socket fuzz: PHASEBIT_FUZZ_SEED=${SEED}`);

const openFds = (): number => readdirSync("/proc/self/fd").length;

test("a server takes anything from its clients, and nothing of them stays", async () => {
  const before = openFds();
  const side = await AgainstServer.make(SEED);
  side.session();
  const between = openFds();
  while (side.sent < MESSAGES) side.session();
  expect(openFds()).toBe(between);
  await side.close();
  expect(openFds()).toBe(before);
});

test("a client takes anything from a server, and nothing of it stays", async () => {
  const before = openFds();
  const side = new AgainstClient(SEED);
  await side.session();
  const between = openFds();
  while (side.sent < MESSAGES) await side.session();
  expect(openFds()).toBe(between);
  side.close();
  expect(openFds()).toBe(before);
});
