// phasebit events: asynchronous events as they come, until enough came, the time is over, or somebody ends it.
import { Feature } from "../../assembly/spec/commands.ts";
import { numberText } from "../decode/fields.ts";
import { logFields } from "../decode/logs.ts";
import { version } from "../ground/package.ts";
import { timeOption } from "../measurement/workload.ts";
import type { Place } from "../nvme/carried.ts";
import { type ArrivedEvent, enableEvents, watchEvents } from "../nvme/events.ts";
import { setFeature } from "../nvme/feature.ts";
import { failureOf } from "../nvme/log.ts";
import { linesFor } from "../text/compare-frame.ts";
import { fieldLines } from "../text/fields.ts";
import { withController } from "./ask.ts";
import type { InspectFlags } from "./inspect.ts";
import { fieldNumber } from "./numbers.ts";

const ZERO_CELSIUS = 273;

/** What the command line said. */
export interface EventsFlags extends InspectFlags {
  readonly count?: string;
  readonly timeout?: string;
  readonly mask: string;
  readonly overTemperature?: string;
  /** --no-clear makes it false. */
  readonly clear: boolean;
}

/**
 * Prints events until `--count`, `--timeout` or a signal, which is no failure.
 * @throws PhasebitError USAGE, and DEVICE when the controller refuses or fails
 */
export async function events(flags: EventsFlags): Promise<void> {
  const most =
    flags.count === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(1, fieldNumber("--count", flags.count, 31));
  const timeoutMs =
    flags.timeout === undefined
      ? Number.POSITIVE_INFINITY
      : timeOption("timeout", flags.timeout, 1);
  const mask = fieldNumber("--mask", flags.mask, 32);
  const celsius =
    flags.overTemperature === undefined
      ? null
      : fieldNumber("--over-temperature", flags.overTemperature, 10);
  await withController(flags, async (place, signal) => {
    await enableEvents(place, mask);
    // after it: there are controllers that tell of a threshold only when it is set
    if (celsius !== null) await setThreshold(place, celsius + ZERO_CELSIUS);
    const startMs = performance.now();
    let count = 0;
    const mayEnd = (): boolean =>
      count >= most || signal.aborted || performance.now() - startMs >= timeoutMs;
    for await (const event of watchEvents(place, { clear: flags.clear, mayEnd })) {
      count++;
      print(flags, event, event.foundMs - startMs);
      if (mayEnd()) break;
    }
  });
}

/** The over threshold of the composite temperature (FID 04h): below the temperature it makes an event. */
async function setThreshold(place: Place, kelvin: number): Promise<void> {
  const fid = Feature.TEMPERATURE_THRESHOLD;
  const { completion } = await setFeature(place, { fid }, { value: kelvin, save: false });
  if (completion.status === 0) return;
  throw await failureOf(place, "Set Features, Temperature Threshold", completion);
}

function print(flags: EventsFlags, event: ArrivedEvent, atMs: number): void {
  const { page, foundMs: _, ...told } = event;
  const fields = page === null ? null : logFields(event.lid, page);
  if (flags.json === true) {
    const about = { phasebit: { kind: "event", version }, device: { address: flags.device } };
    const document = { ...about, atMs, ...told, cleared: page !== null, fields };
    const exact = (_key: string, value: unknown): unknown =>
      typeof value === "bigint" ? String(value) : value;
    process.stdout.write(`${JSON.stringify(document, exact)}\n`);
    return;
  }
  const lines = linesFor({});
  const seconds = `${(atMs / 1000).toFixed(3)} s`.padStart(10);
  const head = `${seconds}  ${lines.colors.bold(`${event.typeName}: ${event.name}`)}`;
  const log =
    page === null
      ? `${event.logPage} log, ${numberText(event.lid)}, was not read`
      : `cleared by the ${event.logPage} log, ${numberText(event.lid)}`;
  const body = fields === null ? [] : fieldLines(fields, lines);
  process.stdout.write([head, `            ${log}`, ...body].map((line) => `${line}\n`).join(""));
}
