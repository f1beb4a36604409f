// Bundles what a process loads when it starts. To find and open some three hundred small files takes Node.js as long as all
// else that a command does before its device: here the command line becomes a few files, and each worker one.
// They take the place of those that tsc has written, which do the same; what a library imports stays as it is.
import { join } from "node:path";
import { rolldown } from "rolldown";

const result = join(import.meta.dirname, "..", "dist", "src");
/** Each by itself: what a worker shares with another it would load as a file of its own. */
const programs = ["cli", "embedded/worker", "run/job-worker"];

for (const program of programs) {
  const bundle = await rolldown({
    input: { [program]: join(import.meta.dirname, `${program}.ts`) },
    platform: "node",
    // Packages stay where npm puts them, and their licenses with them.
    external: /^[^./]/,
    onLog(level, log) {
      if (level !== "debug") throw new Error(`bundle ${program}: ${log.message}`);
    },
  });
  await bundle.write({
    dir: result,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    sourcemap: true,
  });
  await bundle.close();
}
