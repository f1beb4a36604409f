// The last step of `npm run build`: records what was built and with what (build-facts.ts).
import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../ground/package.ts";
import { BUILD_FACTS_FILE, type BuildFacts } from "./build-facts.ts";
import { ADDON_FILE } from "./native.ts";

/** Under the names of the programs that they are. */
const TOOLS = { asc: "assemblyscript", tsc: "typescript", "node-gyp": "node-gyp" } as const;

const facts: BuildFacts = {
  ...checkout(),
  tools: {
    ...Object.fromEntries(Object.entries(TOOLS).map(([tool, name]) => [tool, versionOf(name)])),
    "c++": compilerOf(readFileSync(ADDON_FILE)),
  },
};
writeFileSync(BUILD_FACTS_FILE, `${JSON.stringify(facts, null, 2)}\n`);

/** The commit of the tree. An archive inside of somebody's checkout is not that checkout. */
function checkout(): Pick<BuildFacts, "commit" | "isModified"> {
  const [top, commit] = git("rev-parse", "--show-toplevel", "HEAD")?.split("\n") ?? [];
  if (
    top === undefined ||
    commit === undefined ||
    realpathSync(top) !== realpathSync(packageRoot)
  ) {
    return { commit: null, isModified: false };
  }
  return { commit, isModified: git("status", "--porcelain") !== "" };
}

/** What git says, or undefined when it fails or is not there. */
function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", ["-C", packageRoot, ...args], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

function versionOf(name: string): string {
  const file = join(packageRoot, "node_modules", name, "package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}

/** Compilers sign what they make, in the section .comment: "GCC: (Debian 12.2.0-14) 12.2.0". */
function compilerOf(addon: Buffer): string {
  const signatures = /(?:[\w ]*clang version|GCC:) [\x20-\x7e]+/g;
  const found: string[] = addon.toString("latin1").match(signatures) ?? [];
  // the C library's start-up objects carry GCC's signature in every program
  return (
    found.find((text) => text.includes("clang")) ?? found[0]?.replace("GCC:", "GCC") ?? "unknown"
  );
}
