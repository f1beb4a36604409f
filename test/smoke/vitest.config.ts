// What tells soon whether a release of Node.js carries phasebit: the addon, the loop, the embedded controller
// and one run of each completion mode. `npm test` has all of these too.
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  cacheDir: join(import.meta.dirname, "../../node_modules/.vite/smoke"),
  test: {
    root: join(import.meta.dirname, "../.."),
    include: [
      ...["test/compiled/native.test.ts", "test/host/*.test.ts"],
      ...["test/embedded/*.test.ts", "test/transport/*.test.ts", "test/smoke/*.test.ts"],
    ],
    fileParallelism: false,
    pool: "forks",
    testTimeout: 60_000,
  },
});
