// phasebit(1) as it lies in docs/man: it is what the command tree says, and troff takes it.
import { type StdioOptions, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manPage } from "../../src/commands/man-page.ts";
import { phasebit } from "../../src/commands/program.ts";
import { roff } from "../../src/commands/roff.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { CLI, phasebit as run } from "./cli.ts";
import { isAbsent } from "./shells.ts";

const FILE = join(packageRoot, "docs/man/phasebit.1");

describe("text for troff", () => {
  test.each([
    [".hidden\n'quoted", "\\&.hidden\n\\(aqquoted"],
    ["a\\b", "a\\eb"],
    ["--a-b", "\\-\\-a\\-b"],
    ["`~^", "\\(ga\\(ti\\(ha"],
    ["1.5 us", "1.5 us"],
  ])("%j", (text, input) => {
    expect(roff(text)).toBe(input);
  });
});

test("the page is current; `npm run docs:man` writes it anew", () => {
  expect(readFileSync(FILE, "utf8")).toBe(manPage(phasebit()));
});

describe("phasebit man", () => {
  test("where there is no man(1) names the page", () => {
    const outcome = run(["man"], undefined, { PATH: "/nonexistent" });
    expect(outcome.stderr).toBe(
      `phasebit: man: ENOENT; the page is ${FILE}, and "phasebit <command> --help" has its parts\n`,
    );
    expect(outcome.status).toBe(3);
  });

  test.skipIf(isAbsent("man"))("hands the page to man(1)", () => {
    const { stdout, status } = run(["man"]);
    expect(stdout).toMatch(/^PHASEBIT\(1\)/);
    expect(status).toBe(0);
  });

  test.skipIf(isAbsent("man"))("tells of a full disk what man(1) does not", () => {
    const full = openSync("/dev/full", "w");
    const stdio: StdioOptions = ["ignore", full, "pipe"];
    const { status, stderr } = spawnSync(process.execPath, [CLI, "man"], {
      stdio,
      encoding: "utf8",
    });
    closeSync(full);
    expect(stderr).toMatch(/^phasebit: write stdout: ENOSPC/);
    expect(status).toBe(7);
  });
});

describe.skipIf(isAbsent("groff"))("groff", () => {
  const { stdout, stderr } = spawnSync("groff", ["-man", "-Tutf8", "-P-cbou", "-wall", FILE], {
    encoding: "utf8",
  });

  test("takes the page without a warning", () => {
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^NAME\n +phasebit - tests and benchmarks NVMe controllers/m);
  });

  test("shows every command and every option as it is typed", () => {
    const program = phasebit();
    for (const command of program.commands) {
      expect(stdout).toContain(`phasebit ${command.name()}`);
      for (const { long } of command.options.filter(({ hidden }) => !hidden)) {
        expect(stdout).toMatch(new RegExp(`^ +(-\\w, )?${long}( |$)`, "m"));
      }
    }
  });

  test("shows examples as they are typed, quotes and dashes included", () => {
    expect(stdout).toContain(
      'phasebit run -d "embedded?latency=lognormal:80us,0.3" --completion adaptive',
    );
  });
});
