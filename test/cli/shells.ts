// Shells that are typed into, as completion needs them: with their own line editors.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder } from "./cli.ts";

const DEADLINE_MS = 100_000;

/** Line editors that need a terminal get one from script(1). bash edits what comes through a pipe too. */
const editors = {
  bash: ["bash", "--norc", "--noprofile", "-i"],
  zsh: ["script", "-qec", "zsh -f -i", "/dev/null"],
} as const;

/** Whether `shell` is there. With CI set a shell that is not there fails its tests instead of skipping them. */
export function isAbsent(shell: string): boolean {
  return process.env["CI"] === undefined && spawnSync(shell, ["-c", "true"]).error !== undefined;
}

/** A folder as sysfs has it: two NVMe functions and a network card. */
export function pciDevices(): string {
  const path = folder();
  const classes = { "0000:01:00.0": "010802", "0000:02:00.0": "010802", "0000:03:00.0": "020000" };
  for (const [address, code] of Object.entries(classes)) {
    mkdirSync(join(path, address));
    writeFileSync(join(path, address, "class"), `0x${code}\n`);
  }
  return path;
}

/**
 * Types lines into an interactive shell whose `phasebit` only tells its arguments.
 * @param setup what makes completion work
 * @returns the arguments of each line, as the shell made them of what its line editor made of the keys
 */
export async function typed(
  shell: keyof typeof editors,
  setup: string,
  lines: readonly string[],
  cwd: string,
): Promise<string[][]> {
  const [program, ...args] = editors[shell];
  const env = { ...process.env, TERM: "dumb", HOME: cwd, HISTFILE: "" };
  const child = spawn(program, args, { cwd, env });
  const answers = linesAfter(child.stdout, "told:");
  const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  const told: string[][] = [];
  try {
    // the marker is put together by printf, as a terminal echoes what is typed
    child.stdin.write(`${setup}; phasebit() { printf '%s:' told; printf '<%s>' "$@"; echo; }\n`);
    child.stdin.write("phasebit ready\n");
    await answers.next();
    for (const line of lines) {
      child.stdin.write(`${line}\n`);
      const { value } = await answers.next();
      told.push([...String(value).matchAll(/<([^>]*)>/g)].map(([, word]) => word!));
    }
    return told;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

/** What stands behind `marker` in each line of a stream that has it. */
async function* linesAfter(stream: AsyncIterable<Buffer>, marker: string): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of stream) {
    const parts = `${text}${chunk}`.split("\n");
    text = parts.pop()!;
    for (const line of parts) {
      if (line.includes(marker)) yield line.slice(line.indexOf(marker) + marker.length);
    }
  }
}
