// Other programs' names of our options. fio's are taken as well as ours; SPDK's letters mean something else here, and
// are answered with what they are called here.
import { type Command, Option } from "commander";

/** fio's names of options that are called otherwise here. */
const FIO_NAMES: Readonly<Record<string, string>> = {
  readwrite: "rw",
  blocksize: "bs",
  filename: "device",
  cpus_allowed: "cpus",
  randseed: "seed",
};

/** fio's switch for what is always so here. */
const TIME_BASED = "time_based";

/** An option that sets another one's value. It is in no help: one name is enough to learn. */
class Spelling extends Option {
  readonly #sets: string;

  constructor(long: string, { flags, argChoices, sets }: OptionShape) {
    super(`--${long}${/ <[^>]+>$/.exec(flags)?.[0] ?? ""}`);
    this.#sets = sets;
    if (argChoices !== undefined) this.choices([...argChoices]);
    this.hideHelp();
  }

  override attributeName(): string {
    return this.#sets;
  }
}

/** Lets `command` take its option `ours` by another program's name too, which is in no help. */
export function alsoSpelled(command: Command, ours: string, ...names: readonly string[]): Command {
  const option = command.options.find(({ long }) => long === `--${ours}`)!;
  for (const name of names) {
    command.addOption(new Spelling(name, { flags: option.flags, sets: option.attributeName() }));
  }
  return command;
}

interface OptionShape {
  readonly flags: string;
  readonly argChoices?: readonly string[] | undefined;
  readonly sets: string;
}

/** Lets `command` take its options by fio's names too, with underscores as fio writes them. */
export function takeSpellings(command: Command): Command {
  const ours = command.options.map((option) => ({ long: option.long?.slice(2) ?? "", option }));
  for (const { long, option } of ours) {
    const shape = {
      flags: option.flags,
      argChoices: namesOf(option),
      sets: option.attributeName(),
    };
    const theirs = Object.keys(FIO_NAMES).filter((name) => FIO_NAMES[name] === long);
    for (const name of [long, ...theirs].flatMap(written)) {
      if (!ours.some((one) => one.long === name)) command.addOption(new Spelling(name, shape));
    }
  }
  for (const name of written(TIME_BASED)) {
    command.addOption(new Option(`--${name} [yes]`).choices(["1"]).hideHelp());
  }
  return command;
}

/** A list has no names to be one of: its parts have. */
function namesOf({ argChoices, parseArg }: Option): readonly string[] | undefined {
  return parseArg === undefined ? undefined : argChoices;
}

/** "time-based" and "time_based". */
function written(name: string): string[] {
  return [...new Set([name.replaceAll("_", "-"), name.replaceAll("-", "_")])];
}

/** What SPDK's perf calls `--device`: "trtype:PCIe traddr:0000:01:00.0". */
const SPDK_DEVICE = "-r";

/** Names that others have, or that somebody may try first, of options that are called otherwise here. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["jobs", "numjobs"],
  ["threads", "numjobs"],
  ["queue-depth", "iodepth"],
  ["qd", "iodepth"],
  ["depth", "iodepth"],
  ["block-size", "bs"],
  ["io-size", "bs"],
  ["time", "runtime"],
  ["duration", "runtime"],
  ["seconds", "runtime"],
  ["file", "device"],
  ["mode", "completion"],
  ["hipri", "completion poll"],
  ["json", "output-format json"],
  ["json+", "output-format json"],
]);

/** fio's options for what is always so here. */
const ALWAYS_SO: ReadonlyMap<string, string> = new Map([
  ["direct", "I/O goes to the controller itself"],
  ["ioengine", "there is one engine"],
  ["thread", "each job is a thread"],
  ["group-reporting", "jobs are reported together, and each by itself"],
  ["name", "a result is named by --output"],
]);

/** What to do about an option of another program that is none here; undefined for others. */
export function foreignAdvice(refusal: string, command: Command): string | undefined {
  const [, typed = ""] = /^unknown option '(-[^='\s]*)/.exec(refusal) ?? [];
  if (typed === SPDK_DEVICE) {
    return "SPDK's -r is --device here, and takes the PCI address alone, as in --device 0000:01:00.0";
  }
  const name = typed.replace(/^--?/, "").replaceAll("_", "-");
  const has = (ours: string): boolean => command.options.some(({ long }) => long === `--${ours}`);
  const ours = OTHER_NAMES.get(name);
  if (ours !== undefined && has(ours.split(" ")[0]!)) return `that is --${ours} here`;
  const why = ALWAYS_SO.get(name);
  return why !== undefined && has("iodepth") ? `leave it out: ${why} here` : undefined;
}

/** The same for a value that SPDK would take, or fio; undefined for others. */
export function foreignValue(long: string, value: string): string | undefined {
  if (long === "--output-format" && /^[0-9]+$/.test(value)) {
    return `-o ${value}: SPDK's -o is --bs here, as in --bs ${value}; -o is --output-format`;
  }
  if (/^--(rw|readwrite)$/.test(long) && /^(rw|readwrite)$/.test(value)) {
    return `${long} ${value}: reads and writes in sequence are not mixed here; randrw mixes random ones`;
  }
  if (/^--time[-_]based$/.test(long) && value !== "1") {
    return `${long} ${value}: what is measured always lasts its --runtime here; leave it out`;
  }
  return undefined;
}
