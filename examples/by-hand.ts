// Each step by itself: the controller enabled, queues in memory of one's own, a command with its PRP list, all of it traced.
import { listPages, open, prps, Register, sqe } from "phasebit";

const BYTES = 5 * 4096;
const trace: string[] = [];
await using device = await open(process.argv[2] ?? "embedded?size=16m", {
  trace: (line) => trace.push(line),
});

// 7.6.1: off, memory and bus master, AQA, ASQ and ACQ, on
const { registers, memory } = device;
await device.disable();
device.connect();
device.configureAdminQueue({ asq: 8, acq: 8 });
registers.write(Register.CC, (4 << 20) | (6 << 16) | 1); // IOCQES, IOSQES, EN
await registers.until(Register.CSTS, { RDY: 1 });
const controller = device.adopt();
await controller.identify();
await controller.requestQueues(1);
const { blockBytes } = await controller.identifyNamespace(1);

// a page for each queue, and they lie where we say
const pages = [memory.allocate(4096), memory.allocate(4096, { kind: "commands" })] as const;
const cq = await controller.createCompletionQueue({ id: 1, entries: 4, memory: pages[0] });
const sq = await controller.createSubmissionQueue({ id: 1, entries: 4, cq, memory: pages[1] });

// PRP1 and PRP2 without a queue; the list has a page for each 511 of the data's
const data = memory.allocate(BYTES + 4096).slice(512, BYTES);
const list = memory.allocate(listPages(BYTES) * 4096, { kind: "commands" });
const [prp1, prp2] = prps(data, list);
const read = sqe.read({ nsid: 1, slba: 0n, blocks: BYTES / blockBytes, prp1, prp2 });
await sq.execute(read, { timeoutMs: 1000, what: "Read" });
const entries = new BigUint64Array(list.copy().buffer).filter((entry) => entry !== 0n);
console.log(`${BYTES} bytes by PRP1 and ${entries.length} entries of a list at PRP2`);

// memory is mapped as it is allocated; it is given back when the controller has no use for it
await controller.deleteSubmissionQueue(sq);
await controller.deleteCompletionQueue(cq);
for (const region of pages) region.release();
const posted = trace.filter((line) => line.startsWith("post"));
console.log(`${device.address}: ${posted.length} commands, the first "${posted[0]}"`);
