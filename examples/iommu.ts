// Memory at an address of its own that the controller may only write, and what the IOMMU tells of everything else.
// With a PCI address it is a container of VFIO's or an iommufd, as the kernel has it, or by choice: 0000:01:00.0?iommu=iommufd.
import { open, sqe, statusName } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
const queue = await controller.createQueuePair(1, 8);
const { blockBytes } = await controller.identifyNamespace(1);

const memory = device.memory.allocate(4096, { kind: "host" }); // reached by its mapping alone
const mapping = device.memory.map(memory, { iova: 0x12_3456_7000n, access: "write-only" });
const faults = device.transport.iommu.watchFaults();
const block = { nsid: 1, slba: 0n, blocks: 1 };
const data = mapping.region.slice(0, blockBytes);
const entries = {
  "Read into it": sqe.read({ ...block, data }),
  "Compare with it": sqe.compare({ ...block, data }), // the controller would have to read it
  "Read past it": sqe.read({ ...block, prp1: mapping.iova + 4096n }),
};
for (const [what, entry] of Object.entries(entries)) {
  const { status } = await queue.run(entry, { timeoutMs: 1000 });
  console.log(`${what}: ${statusName(status)}`);
}
const { faults: found, why } = faults.take();
for (const { iova, access, why: reason } of found ?? []) {
  console.log(`refused: ${access} at ${iova.toString(16)}h, ${reason}`);
}
if (why !== undefined) console.log(`there may be others: ${why}`);
mapping.unmap();
