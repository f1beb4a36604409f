// Compiles the two Wasm modules, and their texts for the golden test, as asconfig.json says.
import { join } from "node:path";
import asc from "assemblyscript/asc";

/** Binaryen's passes may swing between two forms of like size; the module is whole, and nobody can act on it. */
const HARMLESS = "Last converge was suboptimal.\n";

for (const module of ["host", "device"]) {
  const log = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      `assembly/${module}/index.ts`,
      ...["--target", module],
      ...["--baseDir", join(import.meta.dirname, "..")],
    ],
    { stdout: log, stderr: log },
  );
  process.stderr.write(log.toString().replace(HARMLESS, ""));
  if (error) {
    console.error(`compile assembly/${module}: ${error.message}`);
    process.exit(1);
  }
}
