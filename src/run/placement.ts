// Where the queues, lists and data of a workload lie: in host memory, or in the Controller Memory Buffer as far as it asks
// for that.
import { badOption } from "../ground/errors.ts";
import { formatBytes } from "../ground/units.ts";
import type { Workload } from "../measurement/workload.ts";
import { cmbText, directionsOf } from "../measurement/workload-names.ts";
import type { CmbPart } from "../measurement/workload-options.ts";
import type { ControllerMemory, ControllerMemoryKind } from "../memory/controller-memory.ts";
import type { Region } from "../memory/region.ts";
import { proveCmb } from "../nvme/cmb-proof.ts";
import type { Device } from "../nvme/device.ts";
import type { QueueMemory } from "../nvme/queue-memory.ts";
import { type JobMemory, jobBytes } from "./job-memory.ts";

/** Where the queues of a block lie; what is left out lies in host memory. */
export interface QueuePlaces {
  readonly sq?: QueueMemory;
  readonly cq?: QueueMemory;
}

/** The memory of a block's jobs. */
export interface Placement {
  readonly jobs: readonly JobMemory[];
  readonly queues: QueuePlaces;
  /** Gives back what was taken for this block. Nothing of it may be in use. */
  release(): void;
}

/**
 * Enables the Controller Memory Buffer for the workloads that ask for it, if one does, and sees that both sides find the
 * same bytes in it.
 * @throws PhasebitError USAGE when there is none, or it is too small or not for what one of them asks; DEVICE when it does not
 * keep what is written.
 */
export async function prepareCmb(device: Device, workloads: readonly Workload[]): Promise<void> {
  const asking = workloads.filter(({ cmb }) => cmb.length > 0);
  if (asking.length === 0) return;
  const facts = device.own.cmbFacts();
  if (facts === null) {
    throw bad(
      asking[0]!,
      "the controller has no Controller Memory Buffer: CAP.CMBS and CMBSZ are 0",
    );
  }
  const cmb = device.own.enableCmb();
  for (const workload of asking) {
    for (const part of workload.cmb) requirePart(cmb, workload, part);
    if (workload.cmb.includes("lists") && !workload.cmb.includes("sq") && !facts.cdpcils) {
      throw bad(workload, "lists lie there with their commands only: CMBLOC.CDPCILS is 0; add sq");
    }
    requireRoom(cmb, workload);
  }
  await proveCmb(device);
}

/** The memory of a block: that of the jobs as it is, with what the workload wants elsewhere. */
export function placed(device: Device, workload: Workload, jobs: readonly JobMemory[]): Placement {
  const has = (part: CmbPart): boolean => workload.cmb.includes(part);
  if (workload.cmb.length === 0) return { jobs, queues: {}, release: () => {} };
  const { cmb } = device;
  const taken: Region[] = [];
  const take = (bytes: number, kind: ControllerMemoryKind): Region => {
    const region = cmb.allocate(bytes, { kind });
    taken.push(region);
    return region;
  };
  const sizes = jobBytes(workload);
  const [dataKind] = dataKinds(workload);
  return {
    jobs: jobs.map((job) => ({
      ...job,
      ...(has("data") && { buffers: take(sizes.buffers, dataKind!) }),
      ...(has("lists") && { lists: take(sizes.lists, "lists") }),
    })),
    queues: { ...(has("sq") && { sq: cmb }), ...(has("cq") && { cq: cmb }) },
    release: () => {
      for (const region of taken) region.release();
    },
  };
}

/** What its data need of the buffer: reads bring them to the host. */
function dataKinds(workload: Workload): ControllerMemoryKind[] {
  const directions = directionsOf(workload);
  if (directions.length === 2) return ["data"];
  return [directions[0] === "read" ? "reads" : "writes"];
}

function requirePart(cmb: ControllerMemory, workload: Workload, part: CmbPart): void {
  const kinds: Readonly<Record<CmbPart, readonly ControllerMemoryKind[]>> = {
    sq: ["commands"],
    cq: ["completions"],
    lists: ["lists"],
    data: dataKinds(workload),
  };
  const missing = kinds[part].map((kind) => cmb.missing(kind)).find((one) => one !== undefined);
  if (missing === undefined) return;
  throw bad(workload, `the controller takes no ${PARTS[part]} in its buffer: ${missing.name} is 0`);
}

const PARTS: Readonly<Record<CmbPart, string>> = {
  sq: "submission queues",
  cq: "completion queues",
  lists: "PRP lists",
  data: "such data",
};

function requireRoom(cmb: ControllerMemory, workload: Workload): void {
  const sizes = jobBytes(workload);
  const bytes: Readonly<Record<CmbPart, number>> = {
    ...{ sq: sizes.sq, cq: sizes.cq, lists: sizes.lists, data: sizes.buffers },
  };
  const wanted = workload.numjobs * workload.cmb.reduce((sum, part) => sum + bytes[part], 0);
  if (wanted <= cmb.bytes) return;
  const there = `the controller's buffer has ${formatBytes(cmb.bytes)}`;
  throw bad(workload, `${workload.numjobs} job(s) need ${formatBytes(wanted)} there, and ${there}`);
}

function bad({ cmb }: Workload, why: string) {
  return badOption("cmb", cmbText(cmb), why);
}
