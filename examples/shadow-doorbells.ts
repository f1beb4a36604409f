// Doorbell Buffer Config (5.7): doorbells are written into memory, and rung themselves where EventIdx asks for it.
import { open, sqe } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
if (!controller.identity.hasDoorbellBuffer) {
  console.log("no Doorbell Buffer Config");
} else {
  await controller.configureDoorbellBuffer();
  const queue = await controller.createQueuePair(1, 8);
  const data = device.memory.allocate(4096);
  const entry = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data });
  // null for a doorbell that does not fit the page
  const { shadow, event } = queue.shadow!;
  const dword = (pointer: number): number => device.memory.u32[pointer / 4]!;

  let asked = 0;
  for (let lap = 0; lap < 10; lap++) {
    const before = queue.rung;
    for (let cid = 0; cid < 5; cid++) queue.post(entry, { cid });
    // annex B.5: whether the tail's way from `before` passes EventIdx, modulo 2^16
    const way = (queue.tail - before) & 0xffff;
    if (((queue.tail - dword(event) - 1) & 0xffff) < way) asked++;
    queue.ring();
    for await (const { status } of queue.cq.reap({ timeoutMs: 1000, count: 5 })) {
      if (status !== 0) throw new Error(`status ${status.toString(16)}h`);
    }
    queue.cq.free();
  }
  console.log(`50 reads; tail ${queue.rung}, in memory ${dword(shadow)}`);
  console.log(`before ${asked} of 10 doorbells EventIdx asked for them to be rung`);
}
