// What a controller says of itself: its registers as they are found, then, when it may be brought up, Identify, its
// namespaces and its health.
import { Cns, LogPage } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES, SMART_LOG_BYTES } from "../../assembly/spec/identify.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { type ControllerWords, controllerWords } from "../decode/controller-words.ts";
import { type DecodedField, decode } from "../decode/decode.ts";
import { identifyController } from "../decode/identify-controller.ts";
import { identifyNamespace } from "../decode/identify-namespace.ts";
import { smartLog } from "../decode/log-smart.ts";
import { registerStructures } from "../decode/registers.ts";
import type { Controller } from "./controller.ts";
import type { Device } from "./device.ts";
import { type RegisterValue, readRegister } from "./register-values.ts";
import * as sqe from "./sqe.ts";

/** All that can be asked for; a controller grants what it has. */
const MOST_QUEUES = 65_535;
/** Of the namespaces so many are looked at. */
const NAMESPACES_LOOKED_AT = 16;
const NSID_BYTES = 4;

/** A namespace's data. */
export interface ExaminedNamespace {
  readonly nsid: number;
  readonly fields: readonly DecodedField[];
}

/** What the registers said, before anything was written. */
export interface ExaminedRegisters {
  readonly state: ControllerWords;
  readonly registers: readonly RegisterValue[];
}

/** What commands said. */
export interface ExaminedController {
  readonly controller: readonly DecodedField[];
  /** I/O queue pairs that it grants. */
  readonly ioQueues: number;
  /** Active namespaces, and the data of the first of them. */
  readonly nsids: readonly number[];
  readonly namespaces: readonly ExaminedNamespace[];
  /** null where the log cannot be read. */
  readonly smart: readonly DecodedField[] | null;
}

/** Reads all registers and writes none. */
export function examineRegisters({ registers }: Pick<Device, "registers">): ExaminedRegisters {
  const found = registerStructures.map((structure) => readRegister(registers, structure));
  const state = controllerWords(registers.read(Register.CC), registers.read(Register.CSTS));
  return { state, registers: found };
}

/** Brings the controller up, and asks it. @throws PhasebitError DEVICE when it does not come up or fails a command */
export async function examineController(device: Device): Promise<ExaminedController> {
  const controller = await device.bringUp({ ioQueues: 0 });
  const ioQueues = await controller.requestQueues(MOST_QUEUES);
  const page = device.memory.allocate(IDENTIFY_BYTES);
  const identify = async (cns: Cns, nsid: number): Promise<Uint8Array> => {
    const what = `Identify, CNS ${cns}`;
    await controller.adminCommand(sqe.identify({ cns, nsid, data: page.fill(0) }), what);
    return page.copy();
  };
  try {
    const data = decode(identifyController, await identify(Cns.CONTROLLER, 0));
    const nsids = nsidsIn(await identify(Cns.ACTIVE_NAMESPACES, 0));
    const namespaces: ExaminedNamespace[] = [];
    for (const nsid of nsids.slice(0, NAMESPACES_LOOKED_AT)) {
      const fields = decode(identifyNamespace, await identify(Cns.NAMESPACE, nsid));
      namespaces.push({ nsid, fields });
    }
    return {
      controller: data,
      ioQueues,
      nsids,
      namespaces,
      smart: await smartOf(controller, page),
    };
  } finally {
    page.release();
  }
}

/** The log with Retain Asynchronous Event, so that looking clears nothing. */
async function smartOf(
  controller: Controller,
  data: ReturnType<Device["memory"]["allocate"]>,
): Promise<readonly DecodedField[] | null> {
  const command = sqe.getLogPage({
    ...{ lid: LogPage.SMART, bytes: SMART_LOG_BYTES, data: data.fill(0), retainEvent: true },
  });
  const { status } = await controller.admin.run(command, { timeoutMs: 10_000 });
  return status === 0 ? decode(smartLog, data.copy().subarray(0, SMART_LOG_BYTES)) : null;
}

/** A list that ends with 0 (5.15.2.3). */
function nsidsIn(data: Uint8Array): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const all = Array.from({ length: data.length / NSID_BYTES }, (_, at) =>
    view.getUint32(at * 4, true),
  );
  const end = all.indexOf(0);
  return end < 0 ? all : all.slice(0, end);
}
