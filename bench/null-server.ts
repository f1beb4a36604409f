// A vfio-user server whose controller does nothing but complete: phasebit's own server, the embedded controller at rest
// behind it, and the benchmark's device on the client's queues. bench/process-device.ts starts it, with the socket's folder.
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openServed } from "../src/serve/function.ts";
import { Server } from "../src/serve/server.ts";
import { type DevicePlace, loadBenchNative } from "./native.ts";

/** A queue pair as a client names it: addresses for the device, and offsets of doorbells. */
export type RemotePlace = Omit<DevicePlace, "sq" | "cq" | "block"> & {
  readonly sq: bigint;
  readonly cq: bigint;
};

/** What the benchmark asks; each is answered with a message of no meaning when it is done. */
export type Order =
  | { readonly kind: "start"; readonly place: RemotePlace; readonly cpu: number }
  | { readonly kind: "stop" }
  /** The client is about to go. */
  | { readonly kind: "leave" };

const TURN_MS = 1;

const served = await openServed("embedded?medium=null", { stepped: true });
const { memory, iommu } = served.controller;
const native = loadBenchNative();
native.attach(memory.bytes, null);
// what is refused, the client says
const server = new Server(served, { folder: process.argv[2]!, once: true }, { tell: () => {} });

/** From the first case on the client has nothing to say, and who looks for it would disturb whatever is measured. */
let isResting = false;
process.on("message", (order: Order) => {
  isResting = order.kind !== "leave";
  if (order.kind === "start") start(order.place, order.cpu);
  else native.stopDevice();
  process.send!("done");
});
process.send!("ready");
while (!server.isDone && process.connected) {
  if (isResting) await once(process, "message");
  else server.turn(TURN_MS);
  await nextTurn();
}
native.stopDevice();
server.close();
await served.controller.close();
process.disconnect?.();

function start(place: RemotePlace, cpu: number): void {
  const doorbells = memory.doorbells.pointer;
  native.startDevice(
    {
      ...place,
      sq: pointerAt(place.sq),
      cq: pointerAt(place.cq),
      sqTailDoorbell: doorbells + place.sqTailDoorbell,
      cqHeadDoorbell: doorbells + place.cqHeadDoorbell,
      // the clock is the client's; the device ends no slice
      block: 0,
    },
    cpu,
  );
}

function pointerAt(iova: bigint): number {
  const pointer = iommu.pointerAt(iova);
  if (pointer === undefined) throw new RangeError(`${iova.toString(16)}h: nothing is mapped there`);
  return pointer;
}
