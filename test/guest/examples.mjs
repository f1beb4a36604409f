// Runs the programs in examples/ in turn inside of one process: node examples.mjs FOLDER SHARE ADDRESS NAME…
// In the guest a start of Node.js takes longer than most of them. What each wrote, and why it failed if it did, lies in
// the share as from a step of its own (prelude.sh).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , folder, share, address, ...names] = process.argv;
const record = (name, suffix, text) => writeFileSync(join(share, `${name}.${suffix}`), text);

for (const name of names) {
  const program = join(folder, `${name}.js`);
  const lines = [];
  console.log = (line) => lines.push(`${line}\n`);
  process.argv = [process.argv[0], program, address];
  process.exitCode = 0;
  let error = "";
  try {
    await import(pathToFileURL(program).href);
  } catch (thrown) {
    error = `${thrown.stack}\n`;
  }
  record(name, "out", lines.join(""));
  record(name, "err", error);
  record(name, "exit", `${error === "" ? process.exitCode : 1}`);
}
