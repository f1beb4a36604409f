// Compiles one folder's addon with node-gyp, whose log is shown only when it fails.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const prefix = dirname(dirname(process.execPath));

/** Ends the process when the addon called `name` could not be built. */
export function buildAddon(folder, name) {
  const headers = nodeHeaders(name);
  nodeGyp(
    ["rebuild", "-C", folder, "--jobs=max", ...headers],
    `build ${name}: node-gyp failed; it needs Python 3, make and a C++17 compiler`,
  );
}

/**
 * Headers beside the node binary fit it exactly and need no network; without them, and where the user names
 * none, node-gyp fetches the release's own. That is a step by itself here, to tell its failure from a compiler's.
 */
function nodeHeaders(name) {
  if (existsSync(join(prefix, "include", "node", "node_api.h"))) return [`--nodedir=${prefix}`];
  if (!namesHeaders()) {
    nodeGyp(
      ["install", "--ensure"],
      `build ${name}: Node.js ${process.version}'s C headers are not in ${prefix}/include/node, and ` +
        "node-gyp could not fetch them (above); try again with a network, or install them (Debian: " +
        "libnode-dev) and name the folder that has include/node: npm_config_nodedir=/usr npm run build",
    );
  }
  return [];
}

/** In any of the ways that node-gyp reads. */
function namesHeaders() {
  return Object.keys(process.env).some((key) =>
    /^npm_(package_config_node_gyp|config)_nodedir$/i.test(key),
  );
}

function nodeGyp(args, failure) {
  const gyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [gyp, ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`);
  console.error(failure);
  process.exit(1);
}
