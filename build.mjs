// `npm run build`: a line before each step that takes its time, and on failure which step it was.
import { spawnSync } from "node:child_process";

/** Scripts of package.json, each with what is said before it. */
const STEPS = {
  "build:wasm": "WebAssembly: compiling host and device ...",
  "build:ts": "TypeScript: compiling ...",
  "build:page": "page of reports: bundling ...",
  "build:native": "native addon: compiling with node-gyp (may take a minute) ...",
  "build:facts": undefined,
};

for (const [script, words] of Object.entries(STEPS)) {
  if (words !== undefined) console.log(words);
  const { status, signal, error } = spawnSync("npm", ["run", "--silent", script], {
    stdio: "inherit",
  });
  if (status !== 0) {
    const how = error?.message ?? signal ?? `exit code ${status}`;
    console.error(`build: npm run ${script} failed (${how}); what it said stands above`);
    process.exit(1);
  }
}
console.log(`built in ${(performance.now() / 1000).toFixed(0)} s`);
