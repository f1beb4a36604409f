// One process at a time changes drivers: the kernel holds the lock, and gives it back with a killed process.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { native } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Bus } from "./bus.ts";

const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/** Does `work` while no other process does any. @throws PhasebitError REFUSED when another one takes too long */
export async function alone<T>(bus: Bus, work: () => Promise<T>): Promise<T> {
  const folder = join(bus.roots.run, "phasebit");
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const descriptor = openSync(join(folder, "lock"), "w", 0o600);
  try {
    const deadline = bus.now() + PATIENCE_MS;
    while (!native().tryLock(descriptor)) {
      if (bus.now() >= deadline) {
        const path = join(folder, "lock");
        throw new PhasebitError(
          "REFUSED",
          `another phasebit is changing drivers; wait for it ("fuser -v ${path}" names it)`,
        );
      }
      await bus.sleep(POLL_MS);
    }
    return await work();
  } finally {
    closeSync(descriptor);
  }
}
