// phasebit run FILE: a job file below what is typed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const JOBS = `; for fio too
[global]
ioengine=libaio
runtime=3s
[read]
rw=randread
bs=4k
norandommap
[write]
rw=randwrite
iodepth=0
`;

function jobs(text = JOBS): string {
  const file = join(folder(), "jobs.fio");
  writeFileSync(file, text);
  return file;
}

describe("misuse", () => {
  test.each([
    [["run", "nowhere.fio"], 2, "job file nowhere.fio: there is no such file"],
    [["run", "--section", "a"], 2, "--section: chooses a job of a file, and none is named"],
    [["run", "--parse-only"], 2, "--parse-only: checks a job file, and none is named"],
  ])("phasebit %j", async (args, code, why) => {
    const { status, stdout, stderr } = await phasebitInside(args);
    expect([status, stdout, stderr]).toEqual([code, "", expect.stringContaining(why)]);
  });

  test("a value is refused by its line, or by the option that was typed instead", async () => {
    const file = jobs();
    const run = (...args: string[]) => phasebitInside(["run", file, ...args, "--parse-only"]);
    expect(await run()).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${file}:9:1: a second job`),
    });
    expect(await run("--section", "write")).toMatchObject({
      status: 2,
      stderr: `phasebit: ${file}:11:1: iodepth 0: must be a whole number from 1 to 16383\n`,
    });
    expect(await run("--section", "write", "--iodepth", "x")).toMatchObject({
      status: 2,
      stderr: "phasebit: --iodepth x: must be a whole number from 1 to 16383\n",
    });
    expect(await run("--section", "write", "--iodepth", "1")).toMatchObject({
      status: 4,
      stderr: expect.stringContaining(
        `${file}:10:1: rw randwrite overwrites data on embedded; add --destructive`,
      ),
    });
  });
});

test("--parse-only prints the command that does the same, and what was noted, as text and as data", async () => {
  const file = jobs();
  const args = ["run", file, "--section", "read", "--parse-only"];
  const note = `${file}:3:1: ioengine: left out, for phasebit drives the controller itself`;
  expect(await phasebitInside(args)).toEqual({
    status: 0,
    stdout: `phasebit run --runtime 3s --rw randread --bs 4k\nnote: ${note}\n`,
    stderr: "",
  });
  const { stdout } = await phasebitInside([...args, "--output-format", "json"]);
  expect(JSON.parse(stdout)).toEqual({
    job: "read",
    options: { runtime: "3s", rw: "randread", bs: "4k" },
    notes: [note],
  });
});

test("a value with blanks is one word of the command, for a shell too", async () => {
  const file = jobs("[a]\nruntime=1\nprecondition=it's new\n");
  const { stdout } = await phasebitInside(["run", file, "--parse-only"]);
  expect(stdout).toContain(`--precondition 'it'\\''s new'`);
});
