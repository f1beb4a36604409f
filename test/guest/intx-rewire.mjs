// The pin's eventfd replaced again and again while reads are in flight. Called with the controller's address; prints one line
// of JSON. A read whose interrupt was lost ends it with an error.
import { open, rewireInterrupt, sqe } from "phasebit";

const EVENT_FDS = 100;
const READS_EACH = 16;

const device = await open(process.argv[2]);
const controller = await device.bringUp({ ioQueues: 1 });
let eventFd = device.transport.interrupt("intx", 0);
const unmask = device.transport.unmask("intx");
const queue = await controller.createQueuePair(1, 64, 0);
const read = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data: device.memory.allocate(4096) });
let reads = 0;
let interrupts = 0;
for (let round = 0; round < EVENT_FDS; round++) {
  for (let one = 0; one < READS_EACH; one++) queue.post(read);
  queue.ring();
  eventFd = rewireInterrupt(device, "intx", 0);
  for (let left = READS_EACH; left > 0; ) {
    // before any look: what came to the old eventfd, or meanwhile, is counted by this one
    const came = eventFd.wait(10_000);
    if (came === 0) throw new Error(`no interrupt, ${left} reads left in round ${round}`);
    interrupts += came;
    for (; queue.cq.take() !== undefined; left--) reads++;
    queue.cq.free();
    unmask.signal();
  }
}
await device.close();
console.log(JSON.stringify({ reads, interrupts }));
