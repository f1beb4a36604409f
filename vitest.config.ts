import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * This name makes a test a real one: it measures, with threads that want cores, or watches a clock.
 * `test/layers.test.ts` finds those that do without having the name.
 */
const REAL = "test/**/*.real.test.ts";

export default defineConfig({
  test: {
    // Tests for machines of any speed: what hangs ends here, and nothing that is only slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    pool: "forks",
    projects: [
      {
        extends: true,
        test: {
          name: "pure",
          include: ["test/**/*.test.ts"],
          exclude: ["test/guest/**", REAL],
          maxWorkers: availableParallelism(),
          // No test changes what another one's file loads, and to load all anew for each took an eighth of the time.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // The controller's tests again, with vfio-user's socket between it and its host: but for those that have none, and
        // those whose thousands of random hosts and blocks are about the controller's inside.
        extends: true,
        test: {
          name: "socket",
          include: ["test/device/*.test.ts"],
          exclude: ["test/device/{module,rules,blank,hostile,queue-model}.test.ts"],
          provide: { link: "socket" },
          setupFiles: ["test/device/not-by-socket.ts"],
          maxWorkers: availableParallelism(),
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // None beside the pure ones, and two at a time: for most of its time such a test starts Node.js, which takes one
        // core, or waits.
        extends: true,
        test: {
          name: "real",
          include: [REAL],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
