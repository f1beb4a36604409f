// Builds bench/native/build/Release/bench.node with node-gyp; its log is shown only when it fails.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const prefix = dirname(dirname(process.execPath));
// Headers beside the node binary fit it exactly; without them node-gyp downloads the release's own.
const headers = existsSync(join(prefix, "include", "node", "node_api.h"))
  ? [`--nodedir=${prefix}`]
  : [];
const gyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");
const folder = dirname(fileURLToPath(import.meta.url));
const build = spawnSync(
  process.execPath,
  [gyp, "rebuild", "-C", folder, "--jobs=max", ...headers],
  {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  },
);
if (build.status !== 0) {
  process.stderr.write(`${build.stdout ?? ""}${build.stderr ?? ""}`);
  process.stderr.write(
    `build the benchmark's addon: ${build.error?.message ?? "node-gyp failed"}\n`,
  );
  process.exit(build.status || 1);
}
