// Two submission queues, of any identifier and size, that complete into one completion queue.
import { open, sqe } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 8 });
const cq = await controller.createCompletionQueue({ id: 3, entries: 6 });
const small = await controller.createSubmissionQueue({ id: 1, entries: 2, cq });
const large = await controller.createSubmissionQueue({ id: 7, entries: 5, cq });
const data = device.memory.allocate(4096);
const entry = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data });

const completed = new Map([
  [small.id, 0],
  [large.id, 0],
]);
for (let lap = 0; lap < 10; lap++) {
  for (const queue of [small, large]) {
    while (queue.room > 0) queue.post(entry, { cid: lap * 8 + queue.outstanding });
    queue.ring();
  }
  for await (const { sqid, status } of cq.reap({ timeoutMs: 500 })) {
    if (status === 0) completed.set(sqid, completed.get(sqid)! + 1);
  }
  cq.free();
}
for (const [sqid, count] of completed) console.log(`SQ ${sqid}: ${count} commands`);
console.log(`CQ ${cq.id}: head ${cq.head}, phase ${cq.phase}, ${cq.strays} strays`);

// a completion queue goes last: the controller says so
const refused = await controller.deleteCompletionQueue(cq, { expect: "any" });
console.log(`deleting it before them: status ${refused.status.toString(16)}h`);
await controller.deleteSubmissionQueue(small);
await controller.deleteSubmissionQueue(large);
await controller.deleteCompletionQueue(cq);
