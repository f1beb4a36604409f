// phasebit info: one screen about a controller. Registers are read before anything is written; what fails after that is
// told beside them.
import { configurationSpace } from "../decode/pci-walk.ts";
import {
  unusualFunction,
  unusualHealth,
  unusualIdentity,
  unusualRegisters,
} from "../decode/unusual.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Device } from "../nvme/device.ts";
import {
  type ExaminedController,
  type ExaminedRegisters,
  examineController,
  examineRegisters,
} from "../nvme/examination.ts";
import { type Examination, infoReport } from "../text/info.ts";
import {
  type InspectFlags,
  type OpenFunction,
  printInspection,
  withDevice,
  withFunction,
} from "./inspect.ts";
import { throughSysfs } from "./pci.ts";

/** What the command line said. */
export interface InfoFlags extends InspectFlags {
  /** false with --no-admin. */
  readonly admin: boolean;
}

/** Looks, and prints what was seen. @throws PhasebitError DEVICE after that, when the controller did not come up */
export async function info(flags: InfoFlags): Promise<void> {
  // printed before the device is closed, which may fail too
  if (flags.admin) {
    await withDevice(flags, async (device) => show(flags, await examine(device, flags.device)));
  } else {
    await withFunction(flags, async (opened) => show(flags, examined(opened, flags.device)));
  }
}

function show(flags: InfoFlags, { examination, failure }: Seen): void {
  printInspection(flags, "info", {
    document: () => documentOf(examination),
    lines: (lines) => infoReport(examination, lines),
  });
  if (failure !== null) throw failure;
}

/** An examination, and what kept it from being whole. */
interface Seen {
  readonly examination: Examination;
  readonly failure: PhasebitError | null;
}

/** Registers, function, and as far as the controller answers, its data. */
export async function examine(device: Device, address: string): Promise<Seen> {
  const registers = examineRegisters(device);
  const fn = functionOf(device.transport, address);
  try {
    const answers = await examineController(device);
    return { examination: united(address, registers, fn, answers), failure: null };
  } catch (error) {
    if (!(error instanceof PhasebitError) || error.code !== "DEVICE") throw error;
    return { examination: united(address, registers, fn, null), failure: error };
  }
}

/** Registers and function, without a command. */
export function examined(
  { transport, registers }: Pick<OpenFunction, "transport" | "registers">,
  address: string,
): Seen {
  const found = examineRegisters({ registers });
  const fn = functionOf(transport, address);
  return { examination: united(address, found, fn, null), failure: null };
}

type SeenFunction = NonNullable<Examination["function"]> & { readonly problems: readonly string[] };

/** Through sysfs where it shows enough, since VFIO answers for some fields itself. */
function functionOf(
  { config, ringsByMessage }: OpenFunction["transport"],
  address: string,
): SeenFunction | null {
  const shown = throughSysfs(address);
  if (shown !== null) return shown;
  if (config === undefined) return null;
  const space = configurationSpace(config.read(0, config.bytes));
  const slow = "its doorbells are messages: each command takes several, and no loop can measure it";
  return ringsByMessage ? { ...space, problems: [...space.problems, slow] } : space;
}

function united(
  address: string,
  { state, registers }: ExaminedRegisters,
  fn: SeenFunction | null,
  answers: ExaminedController | null,
): Examination {
  const named = registers.map(({ structure, fields }) => ({ name: structure.name, fields }));
  // all-ones have every reserved bit set
  const unusual =
    state.condition === "gone"
      ? []
      : [
          ...unusualRegisters(named),
          ...(answers === null ? [] : unusualIdentity(answers.controller, named)),
          ...(answers?.smart ? unusualHealth(answers.smart) : []),
          ...(fn === null ? [] : unusualFunction(fn.capabilities, fn.problems)),
        ];
  return { address, state, registers: named, function: fn, answers, unusual };
}

function documentOf({ address, state, registers, answers, unusual, ...rest }: Examination): object {
  const fn = rest.function;
  return {
    device: { address },
    state,
    registers,
    function: fn && { header: fn.header, capabilities: fn.capabilities },
    controller: answers?.controller ?? null,
    ioQueues: answers?.ioQueues ?? null,
    nsids: answers?.nsids ?? null,
    namespaces: answers?.namespaces ?? null,
    smart: answers?.smart ?? null,
    unusual,
  };
}
