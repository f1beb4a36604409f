// Resets a controller in both ways and enables it again; what it forgot refuses use.
import { open, PhasebitError, Register, sqe } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const data = device.memory.allocate(4096);

for (const kind of ["controller", "function"] as const) {
  const controller = await device.bringUp({ ioQueues: 1 });
  const queue = await controller.createQueuePair(1, 8);
  const entry = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data });
  const { status } = await queue.run(entry, { timeoutMs: 1000 });
  await device.reset(kind);
  const { RDY } = device.registers.fields(Register.CSTS);
  console.log(`status ${status}, ${kind} reset, RDY ${RDY}, the queue's state: ${queue.state}`);
  try {
    queue.post(entry);
  } catch (error) {
    if (!(error instanceof PhasebitError)) throw error;
    console.log(`${error.code}: ${error.message}`);
  }
}
