// An interrupt vector as an eventfd: this thread sleeps in the kernel, and the completion queue is not looked at before.
import { type Completion, completionError, open, sqe } from "phasebit";

const VECTOR = 1; // the admin queue has vector 0
await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
const eventFd = device.transport.interrupt("msix", VECTOR);
const queue = await controller.createQueuePair(1, 8, VECTOR);
const data = device.memory.allocate(4096);
const entry = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data });

let interrupts = 0;
for (let cid = 0; cid < 100; cid++) {
  queue.post(entry, { cid });
  queue.ring();
  let completion: Completion | undefined;
  while (completion === undefined) {
    const count = eventFd.wait(10_000); // ms; 0 when none came
    if (count === 0) throw new Error(`cid ${cid}: no interrupt within 10 s`);
    interrupts += count;
    completion = queue.cq.take(); // none after an interrupt without a reason
  }
  if (completion.status !== 0) throw completionError("Read", completion);
  queue.cq.free();
}
console.log(`100 reads, ${interrupts} interrupts of vector ${VECTOR}`);
