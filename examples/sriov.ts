// A virtual function's controller: its resources are assigned by the physical function's, then it comes online, and reads what
// the physical one reads.
import { existsSync } from "node:fs";
import {
  allocatePrimary,
  assignResources,
  type Controller,
  type Device,
  mostResources,
  open,
  PhasebitError,
  primaryCapabilities,
  secondaryControllers,
  setOnline,
  setVirtualFunctions,
  sqe,
  statusName,
  virtualFunctionsOf,
} from "phasebit";

// what the drivers of a physical function and of its virtual ones share
const TOKEN = "vf-token=6b1e7f02-5c5e-4b9a-9d0a-3f1c2a7e4d10";
const address = process.argv[2] ?? "embedded?size=16m";
const hasVirtual = existsSync(`/sys/bus/pci/devices/${address}/sriov_totalvfs`);

await using physical = await open(hasVirtual ? `${address}?${TOKEN}` : address);
const bringUp = async () => {
  const controller = await physical.bringUp({ ioQueues: 1 });
  return { controller, memory: physical.memory };
};
let place = await bringUp();
try {
  await allocatePrimary(place, { queues: 0, interrupts: 0 });
  await physical.reset("function"); // what it kept for itself is free then
  place = await bringUp();
  // a reset of the function, as VFIO does it whenever it is opened, takes its virtual ones away: they are made now
  for (const count of [0, 1]) await setVirtualFunctions(address, { count });
  const all = await secondaryControllers(place);
  const { controller } = all.find(({ virtualFunction }) => virtualFunction === 1)!;
  await setOnline(place, controller, false);
  const most = mostResources(await primaryCapabilities(place));
  const { queues, interrupts } = await assignResources(place, controller, most);
  console.log(`controller ${controller}: ${queues} queues, ${interrupts} interrupts`);
  {
    await using virtual = await open(`${virtualFunctionsOf(address)[0]}?${TOKEN}`);
    if (virtual.transport.hasReset) await virtual.reset("function"); // it takes its resources at a reset
    await setOnline(place, controller, true);
    await use(virtual);
  }
  await setVirtualFunctions(address, { count: 0 });
} catch (error) {
  if (!(error instanceof PhasebitError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}

async function use(virtual: Device): Promise<void> {
  const controller = await virtual.bringUp({ ioQueues: 1 });
  const { serial } = controller.identity;
  console.log(`${virtual.address.split("?")[0]}: ready, serial ${serial}`);
  const [own, other] = [await read(virtual, controller), await read(physical, place.controller)];
  const isSame = own.data.every((byte, index) => byte === other.data[index]);
  console.log(`Read: ${own.status}, ${isSame ? "as" : "not as"} the physical function reads it`);
}

async function read({ memory }: Device, controller: Controller) {
  const queue = await controller.createQueuePair(1, 4);
  const data = memory.allocate(4096);
  const entry = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data });
  const { status } = await queue.run(entry, { timeoutMs: 1000 });
  return { status: statusName(status), data: data.copy() };
}
