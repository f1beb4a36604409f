// Fuzzes both sides of vfio-user with an addon that was built with the address sanitizer, which ends the process at what it finds.
//
//   npm run build && node bench/fuzz/sanitized.mjs [messages [seed]]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** As native/binding.gyp has them, and the sanitizers. */
const FLAGS = [
  ...["-shared", "-fPIC", "-O1", "-g", "-std=c++17", "-fno-omit-frame-pointer"],
  ...["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-sanitize=vptr"],
  ...["-DNODE_GYP_MODULE_NAME=phasebit", "-DNAPI_VERSION=9", "-DNAPI_DISABLE_CPP_EXCEPTIONS"],
  "-D_FILE_OFFSET_BITS=64",
];

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "phasebit-asan-"));
const addon = join(folder, "phasebit.node");
const headers = join(dirname(dirname(process.execPath)), "include/node");
const addonApi = createRequire(import.meta.url)("node-addon-api").include_dir;
const includes = [headers, join(root, addonApi), addonApi].map((path) => `-I${path}`);
try {
  execFileSync("g++", [...FLAGS, ...includes, join(root, "native/phasebit.cc"), "-o", addon], {
    cwd: root,
    stdio: "inherit",
  });
  const library = (name) =>
    execFileSync("g++", [`-print-file-name=${name}`], { encoding: "utf8" }).trim();
  const { status, signal } = spawnSync(
    process.execPath,
    [
      ...["--expose-gc", "-r", join(import.meta.dirname, "sanitized.cjs")],
      ...[join(root, "dist/bench/fuzz/index.js"), ...process.argv.slice(2)],
    ],
    {
      stdio: "inherit",
      env: {
        ...process.env,
        LD_PRELOAD: `${library("libasan.so")} ${library("libubsan.so")}`,
        PHASEBIT_SANITIZED_ADDON: addon,
        // V8 ends without freeing, WebAssembly has its own handler of SIGSEGV, and the addon one of SIGBUS
        ASAN_OPTIONS: "detect_leaks=0:handle_segv=0:handle_sigbus=0:abort_on_error=1",
      },
    },
  );
  if (signal !== null) console.error(`ended by ${signal}`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
