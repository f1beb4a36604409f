// phasebit --version, after its first line: what was built and with what, and what runs it now.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { readBuildFacts } from "../compiled/build-facts.ts";
import { ADDON_FILE, native } from "../compiled/native.ts";
import { packageRoot } from "../ground/package.ts";
import { SCHEMA } from "../results/schema/values.ts";

/** Characters of a commit or a digest that tell it from others. */
const SHORT = 12;
/** SIMD as the Wasm modules may use it; a clock that counts evenly; whether this is a virtual machine. */
const CPU_FLAGS = ["sse4_1", "avx2", "constant_tsc", "nonstop_tsc", "hypervisor"];
const CLOCK_SOURCE = "/sys/devices/system/clocksource/clocksource0/current_clocksource";

/** Lines of a name and a value, aligned. */
export function versionFacts(): string {
  const facts = [...buildFacts(), ...runtimeFacts(), ["schema", String(SCHEMA)] as const];
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}

type Fact = readonly [name: string, value: string];

function buildFacts(): Fact[] {
  const facts = readBuildFacts();
  if (facts === null) return [["commit", "unknown: the build did not record it"]];
  const { commit, isModified, tools } = facts;
  const tree = commit === null ? "unknown" : commit.slice(0, SHORT);
  return [["commit", `${tree}${isModified ? " modified" : ""}`], ...Object.entries(tools)];
}

function runtimeFacts(): Fact[] {
  const { node, v8, napi } = process.versions;
  return [
    ["node", node],
    ["v8", v8],
    ["node-api", napi ?? "unknown"],
    ["addon", `${ADDON_FILE}  ${addonState()}`],
    ...(["host", "device"] as const).map(moduleFact),
    ["cpu", [cpus()[0]?.model.trim(), ...cpuFlags(), `clock ${clockSource()}`].join("  ")],
  ];
}

function addonState(): string {
  try {
    native();
    return "loads";
  } catch (error) {
    return `does not load: ${(error as Error).message}`;
  }
}

function moduleFact(name: string): Fact {
  const bytes = contents(join(packageRoot, "build", `${name}.wasm`));
  if (bytes === null) return [`${name}.wasm`, 'not built; run "npm run build:wasm"'];
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, SHORT);
  return [`${name}.wasm`, `${bytes.length} bytes  sha256 ${digest}`];
}

function cpuFlags(): string[] {
  const line = /^flags\s*:(.*)$/m.exec(contents("/proc/cpuinfo")?.toString() ?? "")?.[1] ?? "";
  const flags = new Set(line.split(" "));
  return CPU_FLAGS.filter((flag) => flags.has(flag));
}

function clockSource(): string {
  return contents(CLOCK_SOURCE)?.toString().trim() ?? "unknown";
}

function contents(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
