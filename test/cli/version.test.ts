// phasebit --version: from the tree as it is built, and from one that lacks what the facts are about.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { packageRoot, version } from "../../src/ground/package.ts";
import { SCHEMA } from "../../src/results/schema/values.ts";
import { phasebit } from "./cli.ts";

/** Names and values after the first line. */
function factsOf(stdout: string): Record<string, string> {
  const [first, ...lines] = stdout.trimEnd().split("\n");
  expect(first).toBe(`phasebit ${version}`);
  return Object.fromEntries(lines.map((line) => line.split(/ {2,}(.*)/, 2)));
}

/** The package as an archive brings it: no checkout, though it may lie in somebody else's. Once for all tests. */
function unpack(root: string): void {
  for (const file of ["package.json", "dist/src", "dist/assembly"]) {
    const filter = (path: string): boolean => !/\.(d\.ts|map)$/.test(path);
    cpSync(join(packageRoot, file), join(root, file), { recursive: true, filter });
  }
  symlinkSync(join(packageRoot, "node_modules"), join(root, "node_modules"));
}

function node(root: string, ...args: string[]) {
  return spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
}

describe("a package that lacks something", () => {
  const outer = mkdtempSync(join(tmpdir(), "phasebit-test-"));
  const root = join(outer, "phasebit");
  beforeAll(() => unpack(root));
  beforeEach(() => {
    rmSync(join(root, "build"), { recursive: true, force: true });
    mkdirSync(join(root, "build"));
  });
  afterAll(() => rmSync(outer, { recursive: true }));

  test("without addon, modules and facts still has its version, and says what is missing", () => {
    const { stdout, stderr, status } = node(root, "dist/src/cli.js", "--version");
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const facts = factsOf(stdout);
    expect(facts["commit"]).toMatch(/^unknown: /);
    expect(facts["addon"]).toMatch(/does not load: .*npm run build:native/);
    expect(facts["host.wasm"]).toMatch(/^not built/);
  });

  test.each(["{}", "[]", '{"commit":5,"isModified":true,"tools":{}}', "x"])(
    "facts that are none are no facts: %s",
    (text) => {
      writeFileSync(join(root, "build", "facts.json"), text);
      const { stdout, stderr, status } = node(root, "dist/src/cli.js", "--version");
      expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
      expect(factsOf(stdout)["commit"]).toMatch(/^unknown: /);
    },
  );

  test("built inside of somebody's checkout does not take their commit for its own", () => {
    const addon = "native/build/Release/phasebit.node";
    cpSync(join(packageRoot, addon), join(root, addon));
    const git = (...args: string[]) => spawnSync("git", ["-C", outer, ...args]);
    git("init", "-q");
    git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "x");
    expect(node(root, "dist/src/compiled/write-build-facts.js").stderr).toBe("");
    expect(factsOf(node(root, "dist/src/cli.js", "-V").stdout)["commit"]).toBe("unknown");
  });
});

describe("phasebit --version", () => {
  const { stdout, status } = node(packageRoot, "dist/src/cli.js", "--version");
  const facts = factsOf(stdout);

  test("says what was built, with what, and what runs it", () => {
    expect(status).toBe(0);
    expect(facts["commit"]).toMatch(/^([0-9a-f]{12}( modified)?|unknown)$/);
    for (const tool of ["asc", "tsc", "node-gyp"]) expect(facts[tool]).toMatch(/^\d+\.\d+\.\d+/);
    expect(facts["c++"]).toMatch(/^(GCC|.*clang version) /);
    expect(facts["node"]).toBe(process.versions.node);
    expect(facts["v8"]).toBe(process.versions.v8);
    expect(facts["node-api"]).toMatch(/^\d+$/);
    expect(facts["addon"]).toMatch(/phasebit\.node {2}loads$/);
    expect(facts["cpu"]).toMatch(/ clock \S+$/);
    expect(facts["schema"]).toBe(String(SCHEMA));
  });

  test.each(["host", "device"])("tells the %s module by size and digest", (name) => {
    const bytes = readFileSync(join(packageRoot, "build", `${name}.wasm`));
    const digest = createHash("sha256").update(bytes).digest("hex");
    expect(facts[`${name}.wasm`]).toBe(`${bytes.length} bytes  sha256 ${digest.slice(0, 12)}`);
  });

  test("has its values in one column", () => {
    const columns = stdout
      .split("\n")
      .slice(1, -1)
      .map((line) => line.search(/(?<= {2})\S/));
    expect(new Set(columns).size).toBe(1);
  });

  test("is the same as -V, also before a command", () => {
    expect(phasebit(["-V"]).stdout).toBe(stdout);
    expect(phasebit(["-V", "run"]).stdout).toBe(stdout);
  });
});
