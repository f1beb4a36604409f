// Short words for what is typed often at a prompt: each is a few steps of the library. A session that was saved as a
// program takes them from here too.
import { Cns, LogPage } from "../../assembly/spec/commands.ts";
import { type DecodedField, decode, decodeValue } from "../decode/decode.ts";
import { identifyController } from "../decode/identify-controller.ts";
import { identifyNamespace } from "../decode/identify-namespace.ts";
import { smartLog } from "../decode/log-smart.ts";
import { registerNamed, registerStructures } from "../decode/registers.ts";
import type { Structure } from "../decode/structure.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { Region } from "../memory/region.ts";
import type { Controller } from "../nvme/controller.ts";
import type { Device } from "../nvme/device.ts";
import * as sqe from "../nvme/sqe.ts";
import type { SubmissionQueue } from "../nvme/submission-queue.ts";

const PAGE = 4096;
const SMART_BYTES = 512;
const TIMEOUT_MS = 10_000;

export interface Verbs {
  /** A zeroed page of memory, or more. */
  page(bytes?: number): Region;
  /** An I/O queue pair: a submission queue and the completion queue of the same identifier. */
  pair(id?: number, entries?: number): Promise<SubmissionQueue>;
  /** A register by its specification's name: its value and its fields. */
  reg(name: string): DecodedField[];
  /** Identify Controller by field, or Identify Namespace with an NSID. */
  identify(nsid?: number): Promise<DecodedField[]>;
  /** The SMART / Health Information log by field. */
  smart(): Promise<DecodedField[]>;
}

/** The verbs for a device; those that ask a controller want one that is enabled. */
export function verbsOf(device: Device): Verbs {
  const enabled = (): Controller => {
    if (device.controller !== undefined) return device.controller;
    const advice = "await device.bringUp({ ioQueues: 8 }) enables it";
    throw new PhasebitError("USAGE", `${device.address}: the controller is not enabled; ${advice}`);
  };
  const asked = async (
    what: string,
    structure: Structure,
    command: (data: Region) => sqe.SqeDwords,
  ): Promise<DecodedField[]> => {
    const { admin } = enabled();
    const data = device.memory.allocate(PAGE);
    try {
      await admin.execute(command(data), { timeoutMs: TIMEOUT_MS, what });
      return decode(structure, data.copy());
    } finally {
      // one that was not answered may be written to until the controller is reset
      if (admin.outstanding === 0) data.release();
      else enabled().releaseAfterReset(data);
    }
  };
  return {
    page: (bytes = PAGE) => device.memory.allocate(bytes),
    pair: (id = 1, entries = 8) => enabled().createQueuePair(id, entries),
    reg: (name) => {
      const structure = registerNamed(String(name));
      if (structure === undefined) {
        const known = registerStructures.map((one) => one.name).join(", ");
        throw badValue("register", String(name), `known are ${known}`, "3.1");
      }
      const { offset, bytes } = structure;
      const { registers } = device;
      const value = bytes === 8 ? registers.read64(offset) : registers.read(offset);
      return decodeValue(structure, value);
    },
    identify: (nsid) =>
      nsid === undefined
        ? asked("Identify Controller", identifyController, (data) =>
            sqe.identify({ cns: Cns.CONTROLLER, data }),
          )
        : asked(`Identify Namespace ${nsid}`, identifyNamespace, (data) =>
            sqe.identify({ cns: Cns.NAMESPACE, nsid, data }),
          ),
    smart: () =>
      asked("Get Log Page, SMART", smartLog, (data) =>
        sqe.getLogPage({ lid: LogPage.SMART, data: data.slice(0, SMART_BYTES) }),
      ),
  };
}
