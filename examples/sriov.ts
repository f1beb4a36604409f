// A virtual function's controller: its resources are assigned by the physical function's, then it comes online and is used.
import {
  allocatePrimary,
  assignResources,
  type Device,
  mostResources,
  open,
  PhasebitError,
  primaryCapabilities,
  secondaryControllers,
  setOnline,
  virtualFunctionsOf,
} from "phasebit";

// what the drivers of a physical function and of its virtual ones share
const TOKEN = "vf-token=6b1e7f02-5c5e-4b9a-9d0a-3f1c2a7e4d10";
const address = process.argv[2] ?? "embedded?size=16m";
const isPci = /^[0-9a-f:.]+$/i.test(address);
const functions = isPci ? virtualFunctionsOf(address) : [];

await using physical = await open(functions.length > 0 ? `${address}?${TOKEN}` : address);
const bringUp = async () => {
  const controller = await physical.bringUp({ ioQueues: 1 });
  return { controller, memory: physical.memory };
};
let place = await bringUp();
try {
  const secondary = (await secondaryControllers(place)).find((one) => one.virtualFunction === 1);
  if (secondary === undefined) {
    throw new PhasebitError("USAGE", `no virtual function: "phasebit sriov ${address} --vfs 1"`);
  }
  await allocatePrimary(place, { queues: 0, interrupts: 0 });
  await physical.reset(); // what it kept for itself is free then
  place = await bringUp();
  const capabilities = await primaryCapabilities(place);
  await setOnline(place, secondary.controller, false);
  const { queues, interrupts } = await assignResources(
    ...([place, secondary.controller, mostResources(capabilities)] as const),
  );
  console.log(`controller ${secondary.controller}: ${queues} queues, ${interrupts} interrupts`);
  await using virtual = await open(`${functions[0]}?${TOKEN}`);
  if (virtual.transport.hasReset) await virtual.reset("function"); // it takes its resources at a reset
  await setOnline(place, secondary.controller, true);
  await use(virtual);
} catch (error) {
  if (!(error instanceof PhasebitError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}

async function use(device: Device): Promise<void> {
  const controller = await device.bringUp({ ioQueues: 1 });
  const { serial } = controller.identity;
  console.log(`${device.address.split("?")[0]}: ready, serial ${serial}`);
}
