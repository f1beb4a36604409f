// The guest suite: one machine at a time, and patient, since everything in it is emulated.
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  cacheDir: join(import.meta.dirname, "../../node_modules/.vite/guest"),
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // What a boot printed belongs to the run, not to one test: show it as it comes.
    disableConsoleIntercept: true,
  },
});
