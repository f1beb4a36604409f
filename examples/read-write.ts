// Writes 64 KiB through a PRP list and reads them back. It destroys what was in the first blocks of namespace 1.
import { crc64, open, sqe } from "phasebit";

const BYTES = 65_536;

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
const { nsid, blockBytes } = await controller.identifyNamespace(1);
const queue = await controller.createQueuePair(1, 16);

const data = device.memory.allocate(BYTES);
const list = device.memory.allocate(4096, { kind: "commands" });
const range = { nsid, slba: 0n, blocks: BYTES / blockBytes, data, list };
const pattern = Uint8Array.from({ length: BYTES }, (_, index) => (index * 7) & 0xff);

data.write(pattern);
await queue.execute(sqe.write(range), { timeoutMs: 1000, what: "Write" });
await queue.execute(sqe.flush(nsid), { timeoutMs: 1000, what: "Flush" });
data.fill(0);
await queue.execute(sqe.read(range), { timeoutMs: 1000, what: "Read" });

const back = data.copy();
const wrong = pattern.findIndex((byte, index) => back[index] !== byte);
console.log(wrong < 0 ? `${BYTES} bytes are as they were written` : `byte ${wrong} differs`);

// what a 64-bit Guard of protection information would have said of the first block
const [sent, came] = [pattern, back].map((all) => crc64(all.subarray(0, blockBytes)).toString(16));
console.log(`CRC-64 ${came}h${came === sent ? "" : `, not ${sent}h`}`);
if (wrong >= 0) process.exitCode = 1;
