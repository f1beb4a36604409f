// An entry of one's own in a slot of one's own choice: the controller fetches what lies where its head stands.
import { NvmOpcode, open, statusName } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
const queue = await controller.createQueuePair(1, 8);
const data = device.memory.allocate(8192);

const entry = new Uint32Array(16); // the index is the Command Dword
entry[0] = NvmOpcode.READ;
entry[1] = 1; // NSID
entry[6] = Number(data.iova & 0xffff_ffffn);
entry[7] = Number(data.iova >> 32n);
entry[12] = 0; // NLB, 0's based

// slot 1 first, then slot 0 with the same CID; one doorbell for both
queue.post(entry, { slot: 1, cid: 0x1234 });
queue.post(entry, { slot: 0, cid: 0x1234 });
queue.ring(2);

for await (const { cid, sqhd, status, raw } of queue.cq.reap({ timeoutMs: 500 })) {
  const dwords = raw.map((dword) => dword.toString(16).padStart(8, "0")).join(" ");
  console.log(`cid ${cid.toString(16)}h, SQHD ${sqhd}, ${statusName(status)}: ${dwords}`);
}
queue.cq.free();

// an NSID that is none: the status is a value, not an exception
entry[1] = 0xffff_fff0;
queue.post(entry, { slot: 2, cid: 0xbeef });
queue.ring(3);
for await (const { cid, status, dnr } of queue.cq.reap({ timeoutMs: 500 })) {
  console.log(`cid ${cid.toString(16)}h, ${statusName(status)}, DNR ${dnr}`);
}
