// A vector that is masked while commands complete, and then has one eventfd after the other while they are in flight.
import {
  completionError,
  maskVector,
  open,
  readMsix,
  rewireInterrupt,
  sqe,
  unmaskVector,
} from "phasebit";

const VECTOR = 1; // the admin queue has vector 0
await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
let eventFd = device.transport.interrupt("msix", VECTOR);
const queue = await controller.createQueuePair(1, 64, VECTOR);
const read = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data: device.memory.allocate(4096) });

function submit(count: number): void {
  for (let one = 0; one < count; one++) queue.post(read);
  queue.ring();
}

const masking = maskVector(device, "msix", VECTOR);
submit(8);
// taken and not given back: the vector still has something to tell
for await (const completion of queue.cq.reap({ timeoutMs: 10_000, count: 8 })) {
  if (completion.status !== 0) throw completionError("Read", completion);
}
const held = eventFd.wait(100); // ms
const { isMasked, isPending } = readMsix(device).vectors[VECTOR]!;
unmaskVector(device, "msix", VECTOR);
const sent = eventFd.wait(10_000);
queue.cq.free();
console.log(`masked by its ${masking}: ${held} interrupts for 8 reads; then ${sent}`);
console.log(`in the table meanwhile: masked ${isMasked}, pending ${isPending}`);

let reads = 0;
while (reads < 1600) {
  submit(16);
  eventFd = rewireInterrupt(device, "msix", VECTOR);
  for (let left = 16; left > 0; ) {
    // looks first, as after any wait
    for (; queue.cq.take() !== undefined; left--) reads++;
    queue.cq.free();
    if (left > 0 && eventFd.wait(10_000) === 0) throw new Error(`no interrupt, ${left} reads left`);
  }
}
console.log(`100 eventfds, ${reads} reads`);
