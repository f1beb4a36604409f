// Random reads of 4 KiB from one polled queue pair at a fixed depth: IOPS of each interval after a warm-up. For figures to
// go by there is `phasebit run`, or runWorkload, whose loop is not JavaScript.
import { completionError, open, sqe } from "phasebit";

const [DEPTH, WARM_UP, INTERVALS, INTERVAL_MS, BYTES] = [32, 2, 5, 100, 4096];
await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
const { blocks, blockBytes } = await controller.identifyNamespace(1);
const queue = await controller.createQueuePair(1, DEPTH + 1);
const count = BYTES / blockBytes;
const places = Math.floor(blocks / count);
const reads = Array.from({ length: DEPTH }, () => device.memory.allocate(BYTES)).map((data) =>
  sqe.read({ nsid: 1, slba: 0n, blocks: count, data }),
);

function post(cid: number): void {
  const slba = BigInt(Math.floor(Math.random() * places) * count);
  const entry = reads[cid]!;
  entry[10] = Number(slba & 0xffff_ffffn);
  entry[11] = Number(slba >> 32n);
  queue.post(entry, { cid });
}

/** IOPS from now on, for one interval. */
function interval(): number {
  const start = performance.now();
  let completed = 0;
  while (performance.now() < start + INTERVAL_MS) {
    for (let found = queue.cq.take(); found !== undefined; found = queue.cq.take()) {
      if (found.stray) continue;
      if (found.status !== 0) throw completionError("Read", found);
      completed++;
      post(found.cid);
    }
    queue.ring();
    queue.cq.free();
  }
  return completed / ((performance.now() - start) / 1000);
}

for (let cid = 0; cid < DEPTH; cid++) post(cid);
queue.ring();
const rates: number[] = [];
for (let number = -WARM_UP; number < INTERVALS; number++) {
  const iops = interval();
  device.check(); // a controller that has failed is an error, and not 0 IOPS
  if (number < 0) continue;
  rates.push(iops);
  console.log(`interval ${number + 1}: ${iops.toFixed(0)} IOPS`);
}
const average = rates.reduce((sum, iops) => sum + iops, 0) / rates.length;
const [least, most] = [Math.min(...rates), Math.max(...rates)];
console.log(`avg ${average.toFixed(0)}, min ${least.toFixed(0)}, max ${most.toFixed(0)}`);
