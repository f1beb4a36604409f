import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/guest/**"],
    // Two cores: a run's workers and its device already take both.
    fileParallelism: false,
    pool: "forks",
    testTimeout: 30_000,
  },
});
