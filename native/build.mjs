// Builds native/build/Release/phasebit.node: node-gyp's log is shown only when it fails.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const prefix = dirname(dirname(process.execPath));
const result = join(folder, "build", "Release", "phasebit.node");

// Headers installed beside the node binary fit it exactly and need no network; without them node-gyp
// downloads the release's own.
const headers = existsSync(join(prefix, "include", "node", "node_api.h"))
  ? [`--nodedir=${prefix}`]
  : [];

const build = spawnSync(
  process.execPath,
  [
    createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js"),
    "rebuild",
    "-C",
    folder,
    "--jobs=max",
    ...headers,
  ],
  { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
);

if (build.status !== 0 || !existsSync(result)) {
  process.stderr.write(`${build.stdout ?? ""}${build.stderr ?? ""}`);
  process.stderr.write(
    `build the native addon: ${build.error?.message ?? "node-gyp failed"}; ` +
      "it needs Python 3, make and a C++17 compiler\n",
  );
  process.exit(build.status || 1);
}
