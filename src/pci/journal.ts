// What a function was before phasebit took it, kept until it was given back: one file for each function, written whole
// before the first step that it undoes, below /run, which ends with the boot as every binding does. Whoever finds one
// whose writer is dead knows what he was about.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { writeWhole } from "../ground/whole-file.ts";
import { isPciAddress } from "./address.ts";
import { namesIn, type SystemRoots, textOf } from "./sysfs.ts";

const maybe = v.nullable(v.string());

const schema = v.object({
  version: v.literal(1),
  address: v.pipe(v.string(), v.check(isPciAddress)),
  /** What is being done, or was: a driver named "vfio-pci" or none. */
  action: v.picklist(["bind", "unbind", "restore"]),
  /** The action came to its end. */
  done: v.boolean(),
  /** Who does it. */
  process: v.object({ pid: v.number(), started: maybe }),
  boot: maybe,
  /** null where phasebit found it on vfio-pci already: then the kernel picks the driver that gets it back. */
  former: v.nullable(v.object({ driver: maybe, override: maybe })),
  /** Of the group's node, before `bind` gave it to somebody else. */
  owner: v.nullable(v.object({ uid: v.number(), gid: v.number() })),
  /** How many virtual functions it had before phasebit made others; null where it made none. */
  virtualFunctions: v.optional(v.nullable(v.number()), null),
  /** What the kernel's driver knew of it, which vfio-pci does not. */
  controller: v.nullable(
    v.object({
      model: maybe,
      serial: maybe,
      firmware: maybe,
      disks: v.array(v.object({ name: v.string(), bytes: v.nullable(v.number()) })),
    }),
  ),
});

export type JournalEntry = v.InferOutput<typeof schema>;

/** An entry that nobody has written. */
export function blankEntry(address: string): JournalEntry {
  const process = { pid: 0, started: null };
  const facts = { former: null, owner: null, virtualFunctions: null, controller: null };
  return { version: 1, address, action: "restore", done: false, process, boot: null, ...facts };
}

/** What becomes of an entry's action. */
export type Progress = "done" | "at work" | "died";

export class Journal {
  readonly #roots: SystemRoots;
  readonly #folder: string;

  constructor(roots: SystemRoots) {
    this.#roots = roots;
    this.#folder = join(roots.run, "phasebit");
  }

  /** The entry, or null: none, none that makes sense, or one of an earlier boot. */
  read(address: string): JournalEntry | null {
    const text = textOf(this.#path(address));
    if (text === null) return null;
    const parsed = v.safeParse(schema, json(Buffer.from(text, "latin1").toString()));
    if (!parsed.success || parsed.output.boot !== this.#boot) return null;
    return parsed.output.address === address ? parsed.output : null;
  }

  /** Addresses with an entry. */
  get addresses(): string[] {
    return namesIn(this.#folder)
      .flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -".json".length)] : []))
      .filter((address) => isPciAddress(address) && this.read(address) !== null);
  }

  /** Writes the whole entry of this process, whole and on the disk. @throws SystemError */
  write(entry: Omit<JournalEntry, "version" | "process" | "boot">): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o755 });
    const process = { pid: globalThis.process.pid, started: this.#started(globalThis.process.pid) };
    const whole: JournalEntry = { version: 1, ...entry, process, boot: this.#boot };
    writeWhole(this.#path(entry.address), `${JSON.stringify(whole, null, 2)}\n`);
  }

  remove(address: string): void {
    rmSync(this.#path(address), { force: true });
  }

  /** Whether whoever wrote it has ended, or lives, or died at it. */
  progress({ done, process }: JournalEntry): Progress {
    if (done) return "done";
    const isAlive = this.#started(process.pid) === process.started && process.started !== null;
    return isAlive ? "at work" : "died";
  }

  /** What the entry tells of a command that did not come to its end; null when all is well. */
  leftover(entry: JournalEntry): string | null {
    const progress = this.progress(entry);
    if (progress === "done") return null;
    const how = progress === "died" ? "was killed in the middle" : "is at work";
    return `${entry.action} of process ${entry.process.pid} ${how}`;
  }

  #path(address: string): string {
    return join(this.#folder, `${address}.json`);
  }

  get #boot(): string | null {
    return textOf(`${this.#roots.proc}/sys/kernel/random/boot_id`);
  }

  /** When the process began, in ticks since the boot (proc(5), stat field 22): a number is given out again. */
  #started(pid: number): string | null {
    const stat = textOf(`${this.#roots.proc}/${pid}/stat`);
    // the name, in parentheses, may hold anything; 20 fields follow it up to the one
    return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  }
}

/** No driver, or the one that we give functions to: then what it was stands in the journal. */
export function isOurs(driver: string | null): boolean {
  return driver === null || driver === "vfio-pci";
}

/** The override of a function that has an ordinary driver, without what a command of ours that was killed left there. */
export function overrideBefore(
  { driverOverride }: { readonly driverOverride: string | null },
  entry: JournalEntry | null,
): string | null {
  if (entry === null || entry.former === null) return driverOverride;
  const isLeft =
    driverOverride === "vfio-pci" || (!entry.done && driverOverride === entry.former.driver);
  return isLeft ? entry.former.override : driverOverride;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
