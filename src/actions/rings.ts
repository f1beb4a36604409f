// phasebit rings: a lesson on the queues of a live controller. The embedded one is stepped in virtual time, so that it
// does nothing between two acts; a drive does real commands, which flush and read.
import { Lesson, type Told } from "../draw/lesson.ts";
import type { RingGroup } from "../draw/rings.ts";
import { embedded, openEmbedded } from "../embedded/transport.ts";
import { usage } from "../ground/errors.ts";
import type { Controller } from "../nvme/controller.ts";
import { Device, type OpenOptions, open } from "../nvme/device.ts";
import * as sqe from "../nvme/sqe.ts";
import { linesFor } from "../text/compare-frame.ts";
import { documentText, type InspectFlags, withDevice } from "./inspect.ts";
import { wholeNumber } from "./lists.ts";
import { byKeys } from "./rings-keys.ts";
import { pictureLines, type Scene } from "./rings-picture.ts";

/** What the command line said. */
export interface RingsFlags extends InspectFlags {
  readonly step?: boolean;
  readonly steps?: string;
  readonly entries: string;
  readonly sqs: string;
  readonly admin?: boolean;
}

/** Acts until both rings of four entries have gone round: what is shown where nobody presses a key. */
const WHOLE_LESSON = 30;
/** Of virtual time, in us, and of real time, in ms: for one completion. */
const LONGEST_STEPS = 1_000_000;
const LONGEST_MS = 2000;

/** Plays the lesson, by keys or by itself. @throws PhasebitError USAGE where keys are wanted and there is no terminal */
export async function rings(flags: RingsFlags): Promise<void> {
  const sizes = {
    entries: wholeNumber("--entries", flags.entries, 2, 65_536),
    sqs: wholeNumber("--sqs", flags.sqs, 1, 8),
  };
  const steps =
    flags.steps === undefined ? WHOLE_LESSON : wholeNumber("--steps", flags.steps, 0, 100_000);
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const wantsKeys = flags.steps === undefined && flags.json !== true;
  if (flags.step && !(isTerminal && wantsKeys)) {
    throw usage("--step: it reads keys from a terminal; elsewhere --steps says how many acts");
  }
  await withDevice(
    flags,
    async (device, signal) => {
      const scene = await sceneOn(device, sizes, flags.admin === true, signal);
      if (isTerminal && wantsKeys) return byKeys(scene, signal);
      await byItself(scene, steps, flags, signal);
    },
    openToStep,
  );
}

/** The embedded controller without a thread of its own. */
async function openToStep(address: string, options: OpenOptions): Promise<Device> {
  if (!embedded.owns(address)) return open(address, options);
  const transport = await openEmbedded(address, { stepped: true });
  return new Device(transport, options.trace, options.signal);
}

async function sceneOn(
  device: Device,
  { entries, sqs }: { readonly entries: number; readonly sqs: number },
  isAdminDrawn: boolean,
  signal: AbortSignal,
): Promise<Scene> {
  const controller = await device.bringUp({ ioQueues: sqs });
  const { nsid, blockBytes } = await controller.identifyNamespace(1);
  const data = device.memory.allocate(blockBytes);
  const lesson = new Lesson({
    sqs: await queuesOf(controller, entries, sqs),
    // nothing that could harm a drive
    command: (count) =>
      count % 4 === 3 ? sqe.flush(nsid) : sqe.read({ nsid, slba: 0n, blocks: 1, data }),
    work: () => untilWritten(device, lesson, signal),
  });
  const { model } = controller.identity;
  const groups = (): RingGroup[] => [
    ...(isAdminDrawn ? [groupOf([controller.admin])] : []),
    groupOf(lesson.sqs),
  ];
  return { lesson, groups, title: `${device.address}  ${model}` };
}

async function queuesOf(
  controller: Controller,
  entries: number,
  sqs: number,
): Promise<Controller["admin"][]> {
  const cq = await controller.createCompletionQueue({ id: 1, entries });
  const queues: Controller["admin"][] = [];
  for (let id = 1; id <= sqs; id++) {
    queues.push(await controller.createSubmissionQueue({ id, entries, cq }));
  }
  return queues;
}

function groupOf(queues: Lesson["sqs"]): RingGroup {
  return { sqs: queues.map((sq) => sq.snapshot()), cq: queues[0]!.cq.snapshot() };
}

/** One step of a stepped device at a time: completions that are due together come one by one. */
async function untilWritten(device: Device, { cq }: Lesson, signal: AbortSignal): Promise<void> {
  const count = (): number => cq.snapshot().entries.filter(({ state }) => state === "new").length;
  const before = count();
  const isWritten = (): boolean => count() > before;
  const { transport } = device;
  if ("stepDevice" in transport) {
    const step = transport.stepDevice as (steps: number) => void;
    for (let steps = 0; steps < LONGEST_STEPS && !isWritten() && !signal.aborted; steps++) {
      step.call(transport, 1);
    }
    return;
  }
  const wait = cq.waiting();
  const endMs = performance.now() + LONGEST_MS;
  while (!isWritten() && performance.now() < endMs) await wait();
}

/** One picture after another. */
async function byItself(
  { lesson, groups, title }: Scene,
  steps: number,
  flags: RingsFlags,
  signal: AbortSignal,
): Promise<void> {
  const lines = linesFor({});
  const document: object[] = [];
  const show = (told: Told): void => {
    if (flags.json) document.push({ ...told, rings: groups() });
    else process.stdout.write(`${pictureLines(told, groups(), lines, false).join("\n")}\n\n`);
  };
  if (!flags.json) process.stdout.write(`${title}\n\n`);
  show(lesson.start);
  for (let step = 0; step < steps && !signal.aborted; step++) {
    show(await lesson.do(lesson.next));
  }
  if (!flags.json) return;
  process.stdout.write(
    documentText("rings", { device: { address: flags.device }, acts: document }),
  );
}
