// How a guest suite is declared: it fails in CI where no machine can start, and says loudly that
// it was skipped elsewhere; a boot is shared by the tests that read it.
import { afterAll, describe } from "vitest";
import { type BootOptions, type BootResult, boot, unavailable } from "./machine.ts";
import { discard } from "./outcome.ts";

const reason = unavailable();
const skip = reason !== undefined && !process.env.CI;

export function guestSuite(name: string, body: () => void): void {
  if (skip) {
    console.warn(`\n*** NOT TESTED: ${name}\n*** ${reason}\n`);
  }
  describe.skipIf(skip)(name, body);
}

/**
 * Boots when the first test asks and gives every later one the same result. A boot that fails,
 * fails each of its tests, which a beforeAll would report as skipped.
 */
export function sharedBoot(options: () => BootOptions): () => Promise<BootResult> {
  let result: Promise<BootResult> | undefined;
  afterAll(async () => {
    const booted = await result?.catch(() => undefined);
    if (booted !== undefined) {
      discard(booted);
    }
  });
  return () => {
    result ??= reason === undefined ? boot(options()) : Promise.reject(new Error(reason));
    return result;
  };
}
