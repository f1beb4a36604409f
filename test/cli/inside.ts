// The command line inside of this process, for what a process of its own would show nothing more of: refusals, help, and
// what is done with saved results. It costs a tenth of a start of Node.js. cli.ts starts the built program as a user does:
// each command has tests of both kinds. What measures does so by way of real-inside.ts.
import { perform } from "../../src/command-line.ts";
import { COLOURLESS, expectUnmeasured, folder, type Outcome } from "./cli.ts";

/** What a command adds to its process and leaves there, as the process ends with it. */
const LISTENED = ["SIGINT", "SIGTERM", "SIGHUP", "exit"] as const;

/** `phasebit …` to its end. It must not get as far as to measure. */
export async function phasebitInside(
  args: readonly string[],
  cwd: string = folder(),
): Promise<Outcome> {
  return expectUnmeasured(args, await endInside(args, cwd));
}

/**
 * `phasebit …` to its end, whatever it does, with the streams, folder, environment and listeners of a process of its own.
 */
export async function endInside(args: readonly string[], cwd: string): Promise<Outcome> {
  const { argv, env, exitCode } = process;
  const folderBefore = process.cwd();
  const listeners = LISTENED.map((name) => [name, process.rawListeners(name)] as const);
  const [stdout, stderr] = [captured(process.stdout), captured(process.stderr)];
  process.argv = [...argv.slice(0, 2), ...args];
  process.env = { ...COLOURLESS };
  process.exitCode = undefined;
  process.chdir(cwd);
  try {
    await perform(args);
    for (const [name, before] of listeners) leave(name, before);
    const status = Number(process.exitCode ?? 0);
    return { status, stdout: stdout.end(), stderr: stderr.end() };
  } finally {
    stdout.end();
    stderr.end();
    process.chdir(folderBefore);
    Object.assign(process, { argv, env, exitCode });
  }
}

/** Takes away the listeners that were not there before; those of the exit hear it first. */
function leave(name: (typeof LISTENED)[number], before: readonly unknown[]): void {
  for (const listener of process.rawListeners(name)) {
    if (before.includes(listener)) continue;
    process.off(name, listener as () => void);
    if (name === "exit") listener.call(process, process.exitCode ?? 0);
  }
}

/** What is written to a stream from here to `end`. */
function captured(stream: NodeJS.WriteStream): { end(): string } {
  const chunks: Buffer[] = [];
  const write = stream.write;
  stream.write = (chunk: string | Uint8Array, ...others: unknown[]) => {
    chunks.push(Buffer.from(chunk as Uint8Array));
    const onWritten = others.at(-1);
    if (typeof onWritten === "function") setImmediate(onWritten as () => void);
    return true;
  };
  return {
    end: () => {
      stream.write = write;
      return Buffer.concat(chunks).toString("utf8");
    },
  };
}
