// Writes 8 KiB from two places in the other order through an SGL, and reads a part of them back. It destroys what was in the
// first blocks of namespace 1.
import { open, sgl, sglBytes, sqe } from "phasebit";

const HALF = 4096;
await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
const { sgls } = controller.identity;
if (sgls === null) {
  console.log("no SGLs");
} else {
  const { nsid, blockBytes } = await controller.identifyNamespace(1);
  const queue = await controller.createQueuePair(1, 8);
  const range = { nsid, slba: 0n, blocks: (2 * HALF) / blockBytes };
  const execute = (entry: sqe.SqeDwords, what: string) =>
    queue.execute(entry, { timeoutMs: 1000, what });

  // two Data Blocks, which begin in the middle of pages
  const data = device.memory.allocate(3 * HALF).slice(100, 2 * HALF);
  const [first, second] = [data.slice(0, HALF).fill(0x11), data.slice(HALF).fill(0x22)];
  const list = device.memory.allocate(sglBytes(3), { kind: "commands" });
  await execute(sqe.write({ ...range, sgl: sgl([second, first], { list }) }), "Write");

  // a Bit Bucket for the first half, where there are some
  data.fill(0);
  const dropped = sgls.hasBitBucket ? { bucket: HALF } : first;
  await execute(sqe.read({ ...range, sgl: sgl([dropped, second], { list }) }), "Read");
  const how = sgls.hasBitBucket ? "dropped" : "read";
  const [before, behind] = [first, second].map((half) => half.copy()[0]!.toString(16));
  console.log(
    `the first half is ${how} (${before}h), behind it is what was written last: ${behind}h`,
  );
}
