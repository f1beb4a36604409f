// Completion as a user has it: keys go into the shells' own line editors, and what phasebit would get comes out.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { phasebit as program } from "../../src/commands/program.ts";
import { bashCompletion } from "../../src/shell/bash.ts";
import { fishCompletion } from "../../src/shell/fish.ts";
import { treeOf } from "../../src/shell/tree.ts";
import { zshCompletion } from "../../src/shell/zsh.ts";
import { folder, phasebit } from "./cli.ts";
import { isAbsent, pciDevices, typed } from "./shells.ts";

const tree = treeOf(program());
const generators = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
const names = tree.commands.map(({ name }) => name);

/** A script that finds the NVMe functions of `pciDevices`. */
function scriptOf(shell: keyof typeof generators): string {
  const file = join(folder(), `phasebit.${shell}`);
  writeFileSync(file, generators[shell](tree, pciDevices()));
  return file;
}

/** Where there is one file whose name has a blank. */
function folderWithFile(): string {
  const cwd = folder();
  writeFileSync(join(cwd, "my result.json"), "{}");
  return cwd;
}

/** Keys, and the arguments that they end in. */
const keys: readonly [string, ...string[]][] = [
  ["phasebit nosuch --dev\t", "nosuch", "--dev"],
  ["phasebit run --bs \t4k", "run", "--bs", "4k"],
  ["phasebit run --device 0000:03\t", "run", "--device", "0000:03"],
  ["phasebit swe\t", "sweep"],
  ["phasebit run --dest\t", "run", "--destructive"],
  ["phasebit run --device 0000:01\t", "run", "--device", "0000:01:00.0"],
  ["phasebit run --device=0000:02\t", "run", "--device=0000:02:00.0"],
  ["phasebit run --device=0000:02:\t", "run", "--device=0000:02:00.0"],
  ['phasebit run -d "0000:02\t', "run", "-d", "0000:02:00.0"],
  ['phasebit run --device="0000:0\t2\t', "run", "--device=0000:02:00.0"],
  ["phasebit run -d emb\t", "run", "-d", "embedded"],
  [
    "phasebit run -d 'embedded?size=16m&latency=20us' --rw=randw\t",
    "run",
    "-d",
    "embedded?size=16m&latency=20us",
    "--rw=randwrite",
  ],
  ["phasebit run --rw randw\t", "run", "--rw", "randwrite"],
  ["phasebit compare --modes poll,hy\t", "compare", "--modes", "poll,hybrid"],
  ["phasebit compare --modes=poll,hy\t", "compare", "--modes=poll,hybrid"],
  [
    'phasebit compare --a "--iodepth 8" --rou\t 3',
    "compare",
    "--a",
    "--iodepth 8",
    "--rounds",
    "3",
  ],
  ["phasebit run --output my\t", "run", "--output", "my result.json"],
  ["phasebit run --output=my\t", "run", "--output=my result.json"],
  ["phasebit diff my\tmy\t", "diff", "my result.json", "my result.json"],
  ["phasebit completion zs\t", "completion", "zsh"],
  ["phasebit help swe\t", "help", "sweep"],
];

describe("phasebit completion", () => {
  test.each(["bash", "zsh", "fish"] as const)("prints the script of %s", (shell) => {
    const { stdout, status } = phasebit(["completion", shell]);
    expect(status).toBe(0);
    expect(stdout).toBe(generators[shell](tree));
    expect(stdout).toContain("/sys/bus/pci/devices");
  });
});

describe("bash", () => {
  test("completes what is typed", async () => {
    const lines = keys.map(([line]) => line);
    const told = await typed("bash", `. ${scriptOf("bash")}`, lines, folderWithFile());
    expect(told).toEqual(keys.map(([, ...words]) => words));
  });

  /** Candidates for the last word. bash itself cuts words at : and =. */
  function offered(line: string, script = scriptOf("bash")): string[] {
    const words = line.match(/[:=]+|[^\s:=]+|(?<=\s)$/g)!;
    const call = `. ${script}; COMP_LINE=$1 COMP_POINT=\${#1} COMP_CWORD=$(($# - 2)); shift; \
      COMP_WORDS=("$@"); _phasebit; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-uc", call, "bash", line, ...words], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout.split("\n").filter(Boolean);
  }

  test("offers nothing where nothing can be known", () => {
    for (const line of ["phasebit run --bs ", "phasebit nosuch ", "phasebit run --nosuch="]) {
      expect(offered(line)).toEqual([]);
    }
  });

  test("offers the commands, and then every option of the tree", () => {
    const script = scriptOf("bash");
    expect(offered("phasebit ", script)).toEqual(names);
    for (const { name, options } of [...tree.commands, { ...tree.program, name: "" }]) {
      const line = `phasebit ${name} -`.replace("  ", " ");
      expect(offered(line, script)).toEqual(options.flatMap((option) => option.names));
    }
  });

  test("offers NVMe functions and no others, without what bash does not replace", () => {
    expect(offered("phasebit run -d ")).toEqual(["embedded", "0000:01:00.0", "0000:02:00.0"]);
    expect(offered("phasebit run --device=")).toEqual(["embedded", "0000:01:00.0", "0000:02:00.0"]);
    expect(offered("phasebit run --device=0000:0")).toEqual(["01:00.0", "02:00.0"]);
  });

  test("offers no mode twice", () => {
    expect(offered("phasebit compare --modes poll,")).toEqual(
      ["interrupt", "hybrid", "lhp", "adaptive"].map((mode) => `poll,${mode}`),
    );
  });
});

describe.skipIf(isAbsent("zsh"))("zsh", () => {
  test("completes what is typed", async () => {
    const setup = `autoload -Uz compinit; compinit -u -D; . ${scriptOf("zsh")}`;
    const lines = keys.map(([line]) => line);
    const told = await typed("zsh", setup, lines, folderWithFile());
    expect(told).toEqual(keys.map(([, ...words]) => words));
  });
});

describe.skipIf(isAbsent("fish"))("fish", () => {
  function offered(line: string, script = scriptOf("fish")): string[] {
    const call = `source ${script}; complete -C '${line}'`;
    const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", call], {
      encoding: "utf8",
      cwd: folderWithFile(),
      env: { ...process.env, HOME: folder() },
    });
    expect(stderr).toBe("");
    return stdout.split("\n").flatMap((text) => text.split("\t", 1).filter(Boolean));
  }

  test("offers nothing where nothing can be known", () => {
    for (const line of ["phasebit run --bs ", "phasebit nosuch --", "phasebit run --rw no"]) {
      expect(offered(line)).toEqual([]);
    }
  });

  test("offers the commands, and then every long option of the tree", () => {
    const script = scriptOf("fish");
    expect(offered("phasebit ", script).sort()).toEqual([...names].sort());
    for (const { name, options } of tree.commands) {
      const long = options.flatMap((option) => option.names.filter((flag) => /^--/.test(flag)));
      expect(offered(`phasebit ${name} --`, script).sort()).toEqual(long.sort());
    }
  });

  test.each([
    ["phasebit run -d 0000:0", ["0000:01:00.0", "0000:02:00.0"]],
    ["phasebit run --device=e", ["--device=embedded"]],
    ["phasebit run --rw randr", ["randread", "randrw"]],
    ["phasebit compare --modes poll,h", ["poll,hybrid"]],
    ["phasebit run --output my", ["my result.json"]],
    ["phasebit completion ", ["bash", "fish", "zsh"]],
  ])("%s", (line, candidates) => {
    expect(offered(line)).toEqual(candidates);
  });
});
