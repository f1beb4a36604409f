// Abort (5.1) of a request that waits for ever and of a read in flight: what the controller says, and how each ends.
import { open, sqe, statusName } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m&latency=100ms");
const controller = await device.bringUp({ ioQueues: 1 });
const { admin } = controller;
const queue = await controller.createQueuePair(1, 8);
const data = device.memory.allocate(4096);

const request = admin.post(sqe.asynchronousEventRequest(), { cid: 0xae00 });
admin.ring();
const read = queue.post(sqe.read({ nsid: 1, slba: 0n, blocks: 1, data }), { cid: 7 });
queue.ring();

for (const { name, sq, cid } of [
  { name: "Asynchronous Event Request", sq: admin, cid: request.cid },
  { name: "Read", sq: queue, cid: read.cid },
]) {
  const abort = sqe.abort(sq.id, cid);
  const { dw0 } = await admin.execute(abort, { timeoutMs: 1000, what: "Abort" });
  // an Abort succeeds either way: bit 0 is set when the command was not aborted
  console.log(`${name}: ${(dw0 & 1) === 0 ? "aborted" : "not aborted"}`);
  for await (const completion of sq.cq.reap({ timeoutMs: 1000, count: 1 })) {
    console.log(`cid ${completion.cid.toString(16)}h: ${statusName(completion.status)}`);
  }
  sq.cq.free();
}
