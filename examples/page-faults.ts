// Page faults that this process answers: the device waits with an access that leads nowhere, memory is mapped under it, and the
// command goes on; another one is refused. On a drive it takes an iommufd (0000:01:00.0?iommu=iommufd), PRI, and Linux 6.11.
import { open, PhasebitError, sqe, statusName } from "phasebit";

const MAPPED = 0x12_3456_7000n;
const REFUSED = 0x12_3456_9000n;

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 1 });
const queue = await controller.createQueuePair(1, 8);
const memory = device.memory.allocate(4096, { kind: "host" }); // reached by its mapping alone

try {
  const answers = device.transport.iommu.answerFaults(({ requests }) => {
    const [{ iova, writes } = { iova: 0n, writes: false }] = requests;
    const answer = iova === MAPPED ? "success" : "invalid";
    console.log(`${writes ? "write" : "read"} at ${iova.toString(16)}h: ${answer}`);
    if (answer === "success") device.memory.map(memory, { iova });
    return answer;
  });
  for (const prp1 of [MAPPED, REFUSED, MAPPED]) {
    const entry = sqe.read({ nsid: 1, slba: 0n, blocks: 1, prp1 });
    const { status } = await queue.run(entry, { timeoutMs: 1000 });
    console.log(`Read to ${prp1.toString(16)}h: ${statusName(status)}`);
  }
  console.log(`never answered: ${answers.close().length}`);
} catch (error) {
  if (!(error instanceof PhasebitError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
