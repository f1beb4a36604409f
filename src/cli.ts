#!/usr/bin/env node
// Where the process begins: looks whether it may have what it takes, before it loads anything that could fail for want of
// it. Node.js opens all files of a program at once, and V8 ends the process where it gets no memory.
import { exitCodes } from "./ground/errors.ts";
import { LEAST, missingLimit } from "./ground/limits.ts";

const missing = missingLimit(LEAST, "phasebit");
if (missing !== undefined) {
  process.stderr.write(`phasebit: ${missing}\n`);
  process.exit(exitCodes.ENVIRONMENT);
}
const { main } = await import("./command-line.ts");
await main();
