// phasebit read and write: a range of a namespace to or from a file.
import { PhasebitError, usage } from "../ground/errors.ts";
import { typedText } from "../ground/strings.ts";
import { formatBytes, parseSize } from "../ground/units.ts";
import { flagNames, flagWords } from "../measurement/flags.ts";
import { timeOption } from "../measurement/workload.ts";
import { type CopyOptions, type CopyRange, copyIn, copyOut, readRange } from "../nvme/copy.ts";
import { type Device, open } from "../nvme/device.ts";
import { wholeNumber } from "./lists.ts";
import { isStdout, requireNew } from "./output-file.ts";
import { untilSignalled } from "./signals.ts";
import { traceTo } from "./trace.ts";

/** What the command line said. */
export interface CopyFlags {
  readonly device: string;
  readonly nsid: string;
  readonly offset: string;
  readonly size?: string;
  readonly timeout: string;
  readonly output?: string;
  readonly input?: string;
  readonly destructive?: boolean;
  readonly trace?: boolean;
}

/**
 * Copies a range of a namespace to a file, which is new and there when all of it was read, or to stdout.
 * @throws PhasebitError USAGE without a size: a whole drive is more than anybody wants by accident
 */
export async function read(flags: CopyFlags): Promise<void> {
  const { output = "-", size } = flags;
  if (size === undefined) throw usage("read: say how much with --size, as in --size 64k");
  if (isStdout(output)) return copy(flags, readToStdout);
  requireNew(output);
  await copy(flags, (device, range, options) => copyOut(device, range, output, options));
}

/**
 * A reader that has enough, or a full disk, ends it; what stdout said stands on stderr already.
 * @returns null when it was ended
 */
async function readToStdout(
  device: Device,
  range: CopyRange,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return await readRange(device, range, (bytes) => toStdout(bytes, signal), options);
  } catch (error) {
    if (error instanceof StdoutEnded) return null;
    throw error;
  }
}

/** @throws PhasebitError INTERRUPTED while the reader takes his time, once the signal was aborted */
function toStdout(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void =>
      reject(new PhasebitError("INTERRUPTED", "write stdout: interrupted before all was written"));
    if (signal.aborted) return interrupt();
    signal.addEventListener("abort", interrupt);
    process.stdout.write(bytes, (error) => {
      signal.removeEventListener("abort", interrupt);
      if (error) reject(new StdoutEnded());
      else resolve();
    });
  });
}

/** Nobody takes any more. */
class StdoutEnded extends Error {}

/** Copies a file to a range of a namespace. @throws PhasebitError REFUSED without consent */
export async function write(flags: CopyFlags): Promise<void> {
  requireConsent(flags);
  await copy(flags, (device, range, options) => copyIn(device, range, flags.input!, options));
}

type Copying = (
  device: Device,
  range: CopyRange,
  options: CopyOptions,
  signal: AbortSignal,
) => Promise<number | null>;

async function copy(flags: CopyFlags, work: Copying): Promise<void> {
  const range: CopyRange = {
    nsid: wholeNumber("--nsid", flags.nsid, 1, 0xffff_fffe),
    offset: size("--offset", flags.offset),
    size: flags.size === undefined ? null : size("--size", flags.size),
  };
  const options = { timeoutMs: timeOption("timeout", flags.timeout, 1) };
  await untilSignalled(async (signal) => {
    const device = await open(flags.device, { ...traceTo(flags), signal });
    try {
      await device.bringUp({ ioQueues: 1 });
      const bytes = await work(device, range, options, signal);
      if (bytes !== null) process.stderr.write(`${formatBytes(bytes)} copied\n`);
    } catch (error) {
      // what failed first is told, not that the device did not stop either
      await device.close({ shutdown: true }).catch(() => {});
      throw error;
    }
    await device.close({ shutdown: true });
    requireRightEntries(device);
  });
}

/**
 * @throws PhasebitError DEVICE when completions had an SQHD that cannot be, fitted no command in flight, or were successes
 * with what is for errors: the data is copied all the same.
 */
function requireRightEntries({ address, wrongHeads, strays, flags }: Device): void {
  const heads = `${wrongHeads} completion(s) had an SQHD outside of the queue, behind the last one or past the tail`;
  const others = `${strays} completion(s) fitted no command in flight`;
  const odd = flagNames
    .filter((name) => flags[name] > 0)
    .map((name) => `${flags[name]} success(es) had ${flagWords[name]}`);
  const wrong = [...(wrongHeads > 0 ? [heads] : []), ...(strays > 0 ? [others] : []), ...odd];
  if (wrong.length === 0) return;
  throw new PhasebitError("DEVICE", `${address}: ${wrong.join("; ")}; --trace shows them`);
}

function requireConsent(flags: CopyFlags): void {
  if (flags.destructive === true) return;
  throw new PhasebitError(
    "REFUSED",
    `write to ${flags.device}: it destroys data on the device; add --destructive to allow it`,
  );
}

function size(flag: string, text: string): number {
  const parsed = parseSize(text);
  if (parsed.ok) return parsed.value;
  throw usage(`${flag} ${typedText(text)}: ${parsed.why}`);
}
