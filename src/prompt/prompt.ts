// A prompt: Node's REPL with the library in scope. Lines that are expressions are waited for and shown decoded; what fails
// is one line; Ctrl-C ends a wait, not the session.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { type REPLServer, Recoverable, start } from "node:repl";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { runInThisContext } from "node:vm";
import { PhasebitError } from "../ground/errors.ts";
import { type Runnable, runnable, withoutEnd } from "./lines.ts";
import { settled } from "./values.ts";

export interface PromptOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Where failures are told. */
  readonly errors: Writable;
  /** A person types: there is a prompt, a history, and failures end nothing. */
  readonly isInteractive: boolean;
  /** Names and their values; getters stay getters. */
  readonly scope: object;
  /** A value as text. */
  show(value: unknown): string;
  /** Once it is aborted, the session is over, whatever is under way. */
  readonly end: AbortSignal;
  /** A line begins. */
  begin(): void;
  /** Ctrl-C while a line is at work. */
  interrupt(): void;
  /** A line went well. */
  done(code: string, value: unknown): void;
  /** Text of the session, for `.save`. */
  save(path: string): string;
  /** File of lines typed before; null keeps none. */
  readonly history: string | null;
}

/** Reads lines until the input ends. @returns the first failure where nobody types, which ends it; else undefined. */
export async function prompt(options: PromptOptions): Promise<unknown> {
  const { input, output, isInteractive, scope } = options;
  const typed = isInteractive ? input : new PassThrough();
  const server = start({
    ...{ input: typed, output, terminal: isInteractive, useGlobal: true, ignoreUndefined: true },
    prompt: isInteractive ? "phasebit> " : "",
    // a register that is read to show what a line would give is read all the same
    preview: false,
    writer: (value: unknown) => options.show(value),
    eval: (code, _context, _file, done) => void session.evaluate(code, done),
  });
  Object.defineProperties(server.context, replaceable(scope));
  const session = new Session(server, options);
  const onSignal = (): void => session.interrupt();
  // the terminal makes a key of Ctrl-C; whoever sends the signal means the same
  if (isInteractive) process.on("SIGINT", onSignal);
  options.end.addEventListener("abort", () => server.close());
  if (isInteractive && options.history !== null) await keepHistory(server, options.history);
  if (!isInteractive) await feed(server, session, input, typed as PassThrough);
  await session.ended;
  process.off("SIGINT", onSignal);
  return session.failure;
}

/** One line after the other: each is done before the next comes. */
async function feed(
  server: REPLServer,
  session: Session,
  input: Readable,
  typed: PassThrough,
): Promise<void> {
  let isDone = (): void => {};
  server.displayPrompt = () => isDone();
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  void session.ended.then(() => lines.close());
  for await (const line of lines) {
    if (session.isOver) break;
    const done = new Promise<void>((resolve) => {
      isDone = resolve;
    });
    typed.write(`${line}\n`);
    await Promise.race([done, session.ended]);
  }
  typed.end();
}

type Done = (error: Error | null, value?: unknown) => void;

class Session {
  readonly ended: Promise<void>;
  failure: unknown;
  readonly #server: REPLServer;
  readonly #options: PromptOptions;
  #isUnfinished = false;
  /** Leaves what is waited for behind. */
  #abandon: ((error: Error) => void) | undefined;
  #isInterrupted = false;
  /** Lines that were typed before the one before was done wait for it. */
  #last: Promise<void> = Promise.resolve();

  constructor(server: REPLServer, options: PromptOptions) {
    this.#server = server;
    this.#options = options;
    this.ended = new Promise((resolve) => server.once("exit", resolve));
    server.removeAllListeners("SIGINT").on("SIGINT", () => this.interrupt());
    server.defineCommand("save", {
      help: "Save the session as a program that runs as a test: .save FILE",
      action: (path) => this.#save(path.trim()),
    });
    server.once("exit", () => {
      if (this.#isUnfinished) this.#fail(new SyntaxError("the last statement is unfinished"));
    });
  }

  get isOver(): boolean {
    return this.failure !== undefined;
  }

  async evaluate(code: string, done: Done): Promise<void> {
    const before = this.#last;
    let finish = (): void => {};
    this.#last = new Promise((resolve) => {
      finish = resolve;
    });
    await before;
    try {
      await this.#run(code, done);
    } finally {
      finish();
    }
  }

  async #run(code: string, done: Done): Promise<void> {
    if (this.isOver || withoutEnd(code) === "") return done(null);
    let value: unknown;
    try {
      const what = runnable(code);
      this.#isUnfinished = what === "unfinished";
      if (what === "unfinished") return done(new Recoverable(new SyntaxError("unfinished")));
      this.#options.begin();
      const found = await this.#waited(what);
      value = what.isShown ? found : undefined;
      this.#options.done(code, value);
    } catch (error) {
      this.#isUnfinished = false;
      this.#fail(error);
    }
    done(null, value);
  }

  /** What a line gives; Ctrl-C ends the library's waits, and the second one leaves any other behind. */
  async #waited({ script, isFunction }: Runnable): Promise<unknown> {
    const interrupted = new Promise<never>((_, reject) => {
      this.#abandon = reject;
    });
    interrupted.catch(() => {});
    this.#isInterrupted = false;
    try {
      const made = runInThisContext(isFunction ? `${script}()` : script, { filename: "prompt" });
      if (!isFunction) return undefined;
      return await Promise.race([settled(made), interrupted]);
    } finally {
      this.#abandon = undefined;
    }
  }

  /** Ctrl-C: ends the library's wait, then any, and clears a line that is being typed. */
  interrupt(): void {
    const abandon = this.#abandon;
    if (abandon === undefined) {
      this.#server.output.write("\n");
      (this.#server as { line: string }).line = "";
      this.#server.clearBufferedCommand();
      this.#server.displayPrompt();
    } else if (this.#isInterrupted) {
      abandon(new PhasebitError("INTERRUPTED", "interrupted; what was waited for goes on"));
    } else {
      this.#isInterrupted = true;
      this.#options.interrupt();
    }
  }

  /** One line; it ends a session in which nobody types. */
  #fail(error: unknown): void {
    // a line that a signal has ended fails because the device was given back
    if (this.#options.end.aborted) return;
    const [line = ""] = nameOf(error).split("\n");
    this.#options.errors.write(`${line}\n`);
    if (this.#options.isInteractive || this.isOver) return;
    this.failure = error;
    this.#server.close();
  }

  #save(path: string): void {
    try {
      if (path === "") throw new PhasebitError("USAGE", "say where: .save FILE");
      this.#options.output.write(`${this.#options.save(path)}\n`);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.isOver) this.#server.displayPrompt();
  }
}

/** Whoever types a name of the scope may declare it anew. */
function replaceable(scope: object): PropertyDescriptorMap {
  const all = Object.entries(Object.getOwnPropertyDescriptors(scope));
  const inFull = all.map(([name, one]) => {
    const redefine = (value: unknown): void => {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    };
    const rest = one.get === undefined ? {} : { set: redefine };
    return [name, { ...one, ...rest, configurable: true }] as const;
  });
  return Object.fromEntries(inFull);
}

/** "ReferenceError: x is not defined"; the library's own are known by their words. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const isOwn = error.name === "PhasebitError" || error.name === "Error";
  // a call was refused, not an option: the library's words stay
  return isOwn ? error.message : `${error.name}: ${error.message}`;
}

/** No history is no reason not to begin. */
async function keepHistory(server: REPLServer, path: string): Promise<void> {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch {
    return;
  }
  await new Promise<void>((resolve) => server.setupHistory(path, () => resolve()));
}
