// Compiles the two Wasm modules, and their texts for the golden test, as asconfig.json says; and prints TypeScript's
// view of them to build/bindings.ts.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import asc from "assemblyscript/asc";
import { bindings } from "./bindings.mjs";

/** Binaryen's passes may swing between two forms of like size; the module is whole, and nobody can act on it. */
const HARMLESS = "Last converge was suboptimal.\n";

const root = join(import.meta.dirname, "..");
const declared = [];
for (const name of ["host", "device"]) declared.push({ name, declarations: await compile(name) });
writeFileSync(join(root, "build/bindings.ts"), bindings(declared));

/** @returns the declarations of the module's exports */
async function compile(name) {
  const log = asc.createMemoryStream();
  let declarations = "";
  const options = ["--target", name, "--bindings", "raw", "--baseDir", root];
  const { error } = await asc.main([`assembly/${name}/index.ts`, ...options], {
    stdout: log,
    stderr: log,
    writeFile(file, contents) {
      if (file.endsWith(".d.ts")) declarations = contents;
      // asc's own loader is not used
      else if (!file.endsWith(".js")) write(resolve(root, file), contents);
    },
  });
  process.stderr.write(log.toString().replaceAll(HARMLESS, ""));
  if (!error) return declarations;
  console.error(`compile assembly/${name}: ${error.message}`);
  process.exit(1);
}

function write(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}
