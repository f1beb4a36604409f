// What all commands have in common that look at a device: it is opened, looked at and given back in order, whatever
// fails and whoever interrupts; then one table for people or one JSON document for programs.
import { version } from "../ground/package.ts";
import { type Device, type OpenOptions, open } from "../nvme/device.ts";
import { openTransport } from "../nvme/open-transport.ts";
import { Registers } from "../nvme/registers.ts";
import type { InspectionKind } from "../results/inspection/documents.ts";
import type { Lines } from "../text/compare-frame.ts";
import { linesFor } from "../text/compare-frame.ts";
import type { Transport } from "../transport/transport.ts";
import { untilSignalled } from "./signals.ts";
import { traceTo } from "./trace.ts";

/** What the command line said: the options of commands/inspect.ts. */
export interface InspectFlags {
  readonly device: string;
  readonly json?: boolean;
  readonly trace?: boolean;
}

/** How a device is taken. */
export type Opening = (address: string, options: OpenOptions) => Promise<Device>;

/**
 * Opens the device, which touches no register, lets `work` have it, and closes it: the controller is disabled.
 * @returns what `work` did. @throws what failed first
 */
export function withDevice<T>(
  flags: InspectFlags,
  work: (device: Device, signal: AbortSignal) => Promise<T>,
  opening: Opening = open,
): Promise<T> {
  return untilSignalled(async (signal) => {
    const device = await opening(flags.device, { ...traceTo(flags), signal });
    return closing(
      () => device.close(),
      () => work(device, signal),
    );
  });
}

/** A function whose controller is as it was found. */
export interface OpenFunction {
  readonly transport: Transport;
  readonly registers: Registers;
  readonly signal: AbortSignal;
}

/**
 * The same without a controller: nothing is enabled, disabled or connected, not at the end either. For what must work on
 * a controller in any state.
 */
export function withFunction<T>(
  flags: InspectFlags,
  work: (opened: OpenFunction) => Promise<T>,
): Promise<T> {
  return untilSignalled(async (signal) => {
    const transport = await openTransport(flags.device);
    const registers = new Registers(transport, traceTo(flags).trace);
    return closing(
      () => transport.close(),
      () => work({ transport, registers, signal }),
    );
  });
}

/** What failed first is told, not that the end failed too. */
async function closing<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  await close();
  return result;
}

/** What an inspection found, for both kinds of reader. */
export interface Inspection {
  /** The document, without "phasebit", which says what it is. */
  document(): object;
  /** Lines for people, without their ends. Text of the device has been made safe. */
  lines(lines: Lines): readonly string[];
}

/** Prints the document or the lines. */
export function printInspection(
  { json }: Pick<InspectFlags, "json">,
  kind: InspectionKind,
  inspection: Inspection,
): void {
  process.stdout.write(
    json === true
      ? documentText(kind, inspection.document())
      : inspection
          .lines(linesFor({}))
          .map((line) => `${line}\n`)
          .join(""),
  );
}

/** The document as it is printed. Bigints become strings of decimal digits, which no reader rounds. */
export function documentText(kind: InspectionKind, document: object): string {
  return `${JSON.stringify(about(kind, document), exact, 2)}\n`;
}

/** The same on one line, for documents of which one follows the other. */
export function compactText(kind: InspectionKind, document: object): string {
  return `${JSON.stringify(about(kind, document), exact)}\n`;
}

function about(kind: InspectionKind, document: object): object {
  return { phasebit: { kind, version }, ...document };
}

function exact(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
