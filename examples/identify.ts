// Who a controller says it is, by the usual bring-up and by a raw Identify.
import { Cns, IdentifyController, open, sqe } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 0 });
const { model, serial, firmware, namespaces } = controller.identity;
console.log(`${model}, serial ${serial}, firmware ${firmware}, NVMe ${device.registers.version()}`);

// the same by hand: an entry of one's own, and the data as they came
const page = device.memory.allocate(4096);
const entry = sqe.identify({ cns: Cns.CONTROLLER, data: page });
const completion = await controller.admin.run(entry, { timeoutMs: 1000 });
const data = new DataView(page.copy().buffer);
console.log(
  `status ${completion.status}, NN ${data.getUint32(IdentifyController.NN, true)} of ${namespaces}`,
);

const { blocks, blockBytes } = await controller.identifyNamespace(1);
console.log(`namespace 1: ${blocks} blocks of ${blockBytes} bytes`);
