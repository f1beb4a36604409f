// `npm run build`: a line before each step that takes its time, and on failure which step it was.
import { spawn } from "node:child_process";

/** Scripts of package.json, each with what is said before it. */
const STEPS = {
  "build:wasm": "WebAssembly: compiling host and device (may take a minute) ...",
  "build:ts": "TypeScript: compiling ...",
  "build:program": undefined,
  "build:page": "page of reports: bundling ...",
  "build:native": "native addon: compiling with node-gyp (may take a minute) ...",
  "build:facts": undefined,
};
/** On a busy machine steps take minutes: so often it is said that one goes on. */
const PATIENCE_S = 20;

for (const [script, words] of Object.entries(STEPS)) {
  if (words !== undefined) console.log(words);
  const how = await ended(script);
  if (how === "") continue;
  console.error(`build: npm run ${script} failed (${how}); what it said stands above`);
  process.exit(1);
}
console.log(`built in ${(performance.now() / 1000).toFixed(0)} s`);

/** @returns how it failed; empty when it did not */
function ended(script) {
  const startMs = performance.now();
  const step = spawn("npm", ["run", "--silent", script], { stdio: "inherit" });
  const patience = setInterval(() => {
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    console.log(`npm run ${script}: still at work after ${seconds} s ...`);
  }, PATIENCE_S * 1000);
  return new Promise((resolve) => {
    step.once("error", ({ message }) => resolve(message));
    step.once("close", (status, signal) => {
      resolve(status === 0 ? "" : (signal ?? `exit code ${status}`));
    });
  }).finally(() => clearInterval(patience));
}
