// phasebit shell: a device and the library at a prompt, or for the lines of a file or a pipe.
import { readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import picocolors from "picocolors";
import { exitCodeOf, exitCodes, PhasebitError, usage } from "../ground/errors.ts";
import { safeString, typedText } from "../ground/strings.ts";
import { type Device, open } from "../nvme/device.ts";
import { attachDrawing } from "../prompt/attach.ts";
import { refuseDestruction } from "../prompt/guard.ts";
import { prompt } from "../prompt/prompt.ts";
import { Recording } from "../prompt/record.ts";
import { show } from "../prompt/show.ts";
import { verbsOf } from "../prompt/verbs.ts";
import { isColored } from "../text/compare-frame.ts";
import { wordsOf } from "../text/failure-words.ts";
import { traceTo } from "./trace.ts";

/** What the command line said. */
export interface ShellFlags {
  readonly device: string;
  readonly bringUp: boolean;
  readonly destructive?: boolean;
  readonly trace?: boolean;
}

const IO_QUEUES = 8;
const NARROWEST = 36;
/** A saved session is a module, which a prompt cannot read. */
const IS_MODULE = /^import\b[^(]*["'][^"']+["'];?$/m;

/** Runs lines until they end or one fails, and gives the device back. The exit code is the first failure's. */
export async function shell(file: string | undefined, flags: ShellFlags): Promise<void> {
  const { stdin, stdout } = process;
  const isInteractive = file === undefined && stdin.isTTY === true && stdout.isTTY === true;
  const input = file === undefined ? stdin : linesOf(file);
  const library: object = await import("phasebit");
  const waits = { aborted: false };
  // somebody who types means the line with Ctrl-C
  const signals = ["SIGTERM", "SIGHUP", ...(isInteractive ? [] : ["SIGINT" as const])] as const;
  const end = endBySignals(signals, waits);
  process.on("unhandledRejection", (error) => {
    process.stderr.write(`not awaited: ${wordsOf(error)}\n`);
  });
  const device = await open(flags.device, {
    ...traceTo(flags),
    ...(flags.destructive !== true && { permit: refuseDestruction }),
    signal: waits,
  });
  try {
    if (flags.bringUp) await device.bringUp({ ioQueues: IO_QUEUES });
    if (isInteractive) stdout.write(`${banner(device, flags)}\n`);
    attachDrawing(() => ({ columns: columns(), color: isColored() }));
    const record = recordOf(library, device, flags);
    const failure = await prompt({
      ...{ input, output: stdout, errors: isInteractive ? stdout : process.stderr, isInteractive },
      scope: scopeOf(library, device),
      show: (value) =>
        show(value, { colors: picocolors.createColors(isColored()), columns: columns() }),
      end,
      begin: () => {
        waits.aborted = end.aborted;
      },
      interrupt: () => {
        waits.aborted = true;
      },
      done: (code, value) => record.add(code, value),
      save: (path) => save(path, record.text),
      history: historyFile(),
    });
    if (failure !== undefined) process.exitCode = exitCodeOf(failure);
    if (end.aborted) process.exitCode = exitCodes.INTERRUPTED;
  } finally {
    await giveBack(device, flags);
  }
}

/** Names at the prompt. `controller` and `admin` are those of now: a reset ends them, and `enable` makes others. */
function scopeOf(library: object, device: Device): object {
  return {
    ...library,
    ...verbsOf(device),
    device,
    memory: device.memory,
    registers: device.registers,
    get controller() {
      return device.controller;
    },
    get admin() {
      return device.controller?.admin;
    },
  };
}

function recordOf(library: object, device: Device, flags: ShellFlags): Recording {
  return new Recording({
    address: device.address,
    isBroughtUp: flags.bringUp,
    isDestructive: flags.destructive === true,
    exported: Object.keys(library),
    verbs: Object.keys(verbsOf(device)),
  });
}

/** A controller that was left as it was found stays so, unless a line has enabled it. */
async function giveBack(device: Device, flags: ShellFlags): Promise<void> {
  const isUntouched =
    !flags.bringUp && device.controller === undefined && !device.memory.isAttached;
  await (isUntouched ? device.transport.close() : device.close());
}

function banner({ address, controller }: Device, { bringUp }: ShellFlags): string {
  const model = controller === undefined ? "as it was found" : controller.identity.model;
  return [
    `${address}: ${model}`,
    "device controller admin registers memory, the library, page pair reg identify …",
    bringUp
      ? "try: sq = await pair(), sq.post(sqe.flush(1)), sq.ring(), sq, sq.cq.peek()"
      : 'try: reg("CSTS"), registers, await device.bringUp({ ioQueues: 8 })',
    "Ctrl-C ends a wait, Ctrl-D the session; .save FILE makes a test of it; .help",
  ].join("\n");
}

function linesOf(file: string): Readable {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw usage(`${typedText(file)}: ${(error as Error).message}`);
  }
  if (IS_MODULE.test(text)) {
    throw usage(`${safeString(file)}: it is a program, not lines of a prompt: run it by node`);
  }
  return Readable.from([text.endsWith("\n") ? text : `${text}\n`]);
}

/** @throws PhasebitError RESULTS */
function save(path: string, text: string): string {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    throw new PhasebitError("RESULTS", `save ${safeString(path)}: ${(error as Error).message}`);
  }
  return `saved ${safeString(path)}: node ${safeString(path)} runs it`;
}

/** Signals that end the wait that is under way, and the session with it. */
function endBySignals(names: readonly NodeJS.Signals[], waits: { aborted: boolean }): AbortSignal {
  const end = new AbortController();
  for (const name of names) {
    process.on(name, () => {
      waits.aborted = true;
      end.abort();
    });
  }
  return end.signal;
}

function historyFile(): string {
  const state = process.env["XDG_STATE_HOME"] || join(homedir(), ".local/state");
  return join(state, "phasebit", "shell_history");
}

function columns(): number {
  return Math.max(NARROWEST, process.stdout.columns || 80);
}
