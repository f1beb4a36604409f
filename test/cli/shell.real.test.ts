// phasebit shell, as a user starts it: piped lines, a file of lines, a terminal; and what it saves.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { CLI, COLOURLESS, folder, type Outcome } from "./cli.ts";

const device = "embedded?size=16m";

/** Lines on stdin. */
function piped(lines: string, args: readonly string[] = [], cwd: string = folder()): Outcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [CLI, "shell", "-d", device, ...args],
    { cwd, input: lines, encoding: "utf8", timeout: 60_000, env: { ...COLOURLESS } },
  );
  return { status, stdout, stderr };
}

/** A folder inside of the package, where "phasebit" is found. */
function inPackage(): string {
  const path = mkdtempSync(join(packageRoot, "results/shell-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe("misuse", () => {
  test.each([
    [["none.js"], /^phasebit: none\.js: ENOENT/],
    [["-d", "nvme0"], /^phasebit: --device nvme0: expected/],
    [["one", "two"], /too many arguments/],
  ])("%s", (args, line) => {
    const { status, stdout, stderr } = piped("", args);
    expect(stderr).toMatch(line);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  test("a module is run by node", () => {
    const path = folder();
    writeFileSync(join(path, "saved.mjs"), 'import assert from "node:assert";\n');
    const { status, stderr } = piped("", ["saved.mjs"], path);
    expect(stderr).toBe(
      "phasebit: saved.mjs: it is a program, not lines of a prompt: run it by node\n",
    );
    expect(status).toBe(2);
  });
});

describe("lines of a pipe", () => {
  test("nothing is nothing", () => {
    expect(piped("")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(piped("\n  \n;\n")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("each is done before the next, and shown decoded", () => {
    const { status, stdout, stderr } = piped(`
const sq = await pair(1, 4)
for (let cid = 5; cid < 7; cid++) {
  sq.post(sqe.flush(1), { cid });
}
sq.ring()
sq.cq.reap({ timeoutMs: 500 })
sq.cq.draw()
controller.registers.fields(Register.CSTS)
reg("CSTS")
`);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^CQE sq 1 cid 0005h SQHD \d p1 DW0 00000000h Successful Completion/);
    expect(stdout).toContain("CQE sq 1 cid 0006h");
    expect(stdout).toContain("CQ 1, 4 entries\n");
    expect(stdout).toContain("{ RDY: 1, CFS: 0, SHST: 0, NSSRO: 0, PP: 0 }\n");
    expect(stdout).toMatch(/^ {2}RDY +1 {2}Ready: ready$/m);
  });

  test.each([
    ["never()", 1, "ReferenceError: never is not defined\n"],
    ["await pair(0, 4)", 5, /^Create I\/O Completion Queue 0: Invalid Queue Identifier/],
    ["await pair(1, 0)", 2, /^entries 0: must be 1 to 65536\n$/],
    ["throw 7", 1, "thrown: 7\n"],
    ["a b", 1, /^SyntaxError: /],
    ["f(", 1, /^SyntaxError: the last statement is unfinished\n$/],
    ["const x = await Promise.reject(new Error('no\\nway'))", 1, "no\n"],
  ])("%s ends it in one line", (line, code, words) => {
    const { status, stdout, stderr } = piped(`1 + 1\n${line}\n"not any more"\n`);
    if (typeof words === "string") expect(stderr).toBe(words);
    else expect(stderr).toMatch(words);
    expect(stdout.startsWith("2\n")).toBe(true);
    expect(stdout).not.toContain("not any more");
    expect(status).toBe(code);
  });

  test("what destroys data is refused by name, and goes with consent", () => {
    const line =
      "sq.run(sqe.write({ nsid: 1, slba: 0n, blocks: 1, data: page() }), { timeoutMs: 1000 })";
    const lines = `const sq = await pair()\n${line}\n`;
    const refused = piped(lines);
    expect(refused.stderr).toMatch(/^Write \(opcode 01h\): it can destroy data; .*--destructive/);
    expect(refused.status).toBe(4);
    const allowed = piped(lines, ["--destructive"]);
    expect(allowed.stderr).toBe("");
    expect(allowed.stdout).toContain("Successful Completion");
    expect(allowed.status).toBe(0);
  });

  test("--no-bring-up touches nothing that no line touches", () => {
    const { status, stdout, stderr } = piped('controller\nreg("CC")\n', [
      "--no-bring-up",
      "--trace",
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}EN +0 /m);
    expect(stderr).not.toContain("write");
    const enabled = piped("await device.bringUp({ ioQueues: 1 })\ncontroller.ioQueues\n", [
      "--no-bring-up",
    ]);
    expect(enabled.stdout).toMatch(/\n1\n$/);
    expect(enabled.status).toBe(0);
  });

  test("names of the scope may be taken for something else", () => {
    const { stdout, status } = piped("const controller = 5\ncontroller\nlet draw = 6\ndraw\n");
    expect(stdout).toBe("5\n6\n");
    expect(status).toBe(0);
  });

  test("a file of lines does the same", () => {
    const path = folder();
    writeFileSync(join(path, "lines.js"), "1 + 1\nawait controller.identifyNamespace(99)");
    const { status, stdout, stderr } = piped("", ["lines.js"], path);
    expect(stdout).toBe("2\n");
    expect(stderr).toMatch(/^nsid 99: /);
    expect(status).toBe(2);
  });

  test("a signal ends a wait, and gives the device back", async () => {
    const child = spawn(process.execPath, [CLI, "shell", "-d", device, "--trace"], {
      env: COLOURLESS,
      stdio: ["pipe", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let trace = "";
    child.stderr.on("data", (chunk) => {
      trace += chunk;
    });
    child.stdin.write("const sq = await pair()\n1\nsq.cq.reap({ timeoutMs: 1e9, count: 1 })\n");
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGTERM");
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(130);
    expect(trace).toMatch(/closed\n$/);
    expect(trace).not.toContain("reap");
  });
});

describe(".save", () => {
  const lines = `
const sq = await pair(1, 4)
sq.post(sqe.read({ nsid: 1, slba: 0n, blocks: 1, data: page() }), { cid: 0x1234 })
sq.ring()
sq.cq.reap({ timeoutMs: 500 })
sq.draw()
registers.fields(Register.CSTS)
registers.read(Register.VS)
const sq2 = await pair(2, 4)
const last = await sq.run(sqe.read({ nsid: 1, slba: 1n << 60n, blocks: 1, data: page() }), { timeoutMs: 900 })
last
statusName(_.status)
`;

  test("makes a program of what went well, which checks that it says the same", () => {
    const path = inPackage();
    const file = join(path, "session.mjs");
    const { stdout, status } = piped(`${lines}.save ${file}\n`);
    expect(status).toBe(0);
    expect(stdout).toContain(`saved ${file}: node ${file} runs it`);
    const text = readFileSync(file, "utf8");
    expect(text).toContain("// sq.draw()");
    expect(text).toContain("assert.deepEqual(_, [{ sqid: 1, cid: 4660, status: 0, dw0: 0 }]);");
    const good = spawnSync(process.execPath, [file], { encoding: "utf8" });
    expect(good.stderr).toBe("");
    expect(good.status).toBe(0);
    // another controller says something else
    const bad = spawnSync(process.execPath, [file, "embedded?size=16m&version=2.0"], {
      encoding: "utf8",
    });
    expect(bad.stderr).toContain("AssertionError");
    expect(bad.status).toBe(1);
  });

  test("replaces no file, and says where it could not write", () => {
    const path = folder();
    writeFileSync(join(path, "there.mjs"), "mine");
    const { stderr, status } = piped("1\n.save there.mjs\n", [], path);
    expect(stderr).toMatch(/^save there\.mjs: EEXIST/);
    expect(status).toBe(7);
    expect(readFileSync(join(path, "there.mjs"), "utf8")).toBe("mine");
    expect(piped(".save\n").stderr).toBe("say where: .save FILE\n");
  });

  test("a session that may destroy data makes a program that asks for consent too", () => {
    const file = join(inPackage(), "session.mjs");
    piped(`1 + 1\n.save ${file}\n`, ["--destructive"]);
    const refused = spawnSync(process.execPath, [file], { encoding: "utf8" });
    expect(refused.stderr).toContain("add --destructive to allow it");
    expect(refused.status).toBe(1);
    const allowed = spawnSync(process.execPath, [file, "--destructive"], { encoding: "utf8" });
    expect(allowed.stderr).toBe("");
    expect(allowed.status).toBe(0);
  });
});

describe("on a terminal", () => {
  /** Types each text once the prompt stands there again. */
  async function typing(texts: readonly string[], state: string): Promise<string> {
    const line = `stty rows 24 cols 80; ${process.execPath} ${CLI} shell -d '${device}'; echo ended $?; stty -a`;
    const terminal: ChildProcess = spawn("script", ["-qefc", line, "/dev/null"], {
      env: { ...COLOURLESS, TERM: "xterm", XDG_STATE_HOME: state },
      stdio: ["pipe", "pipe", "ignore"],
    });
    onTestFinished(() => void terminal.kill("SIGKILL"));
    const left = [...texts];
    let output = "";
    let seen = 0;
    for await (const chunk of terminal.stdout!) {
      output += chunk;
      const wanted = left[0]?.startsWith("\x03") ? "waiting" : "phasebit> ";
      const at = output.indexOf(wanted, seen);
      if (at < 0 || left.length === 0) continue;
      seen = output.length;
      terminal.stdin!.write(left.shift()!);
    }
    return output;
  }

  test("Ctrl-C ends a wait and Ctrl-D the session; the lines are there the next time", async () => {
    const state = folder();
    const output = await typing(
      [
        "const sq = await pair(1, 4)\r",
        'console.log("waiti" + "ng"), sq.cq.reap({ timeoutMs: 1e9, count: 1 })\r',
        "\x03",
        "never()\r",
        "sq.state\r",
        "\x04",
      ],
      state,
    );
    expect(
      output
        .split("\r\n")
        .slice(0, 4)
        .every(({ length }) => length <= 80),
    ).toBe(true);
    expect(output).toContain("interrupted while it was waited for");
    expect(output).toContain("ReferenceError: never is not defined");
    expect(output).not.toContain("    at ");
    expect(output).toContain("'live'");
    expect(output).toMatch(/ended 0\r\n/);
    expect(output).toMatch(/[^-]icanon/);
    const history = join(state, "phasebit/shell_history");
    expect(existsSync(history)).toBe(true);
    expect(readFileSync(history, "utf8")).toContain("never()");
  });
});
