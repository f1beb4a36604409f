// The machine's NVMe functions, and the steps that take one from its driver and give it back. Nothing is changed here.
import { inventory, open, PhasebitError, restore, take } from "phasebit";

const address = process.argv[2] ?? "embedded?size=16m";
await using device = await open(address); // works once vfio-pci has the function
const drives = inventory();
console.log(`${drives.length} NVMe functions`);
for (const { address, driver, model, uses } of drives) {
  const used = uses.map(({ kind }) => kind).join(", ");
  console.log(
    `${address}: ${model ?? "no name"}, ${driver ?? "no driver"}; ${used || "not in use"}`,
  );
}
try {
  // without dryRun it is done; that takes root, and throws for what speaks against it
  const options = { action: "bind", dryRun: true } as const;
  for (const { from, to, steps, obstacles } of await take([device.address], options)) {
    console.log(`from ${from} to ${to}: ${steps.length} steps, ${obstacles.length} obstacles`);
  }
  for (const { from, steps } of await restore([device.address], { dryRun: true })) {
    console.log(`back from ${from}: ${steps.length} steps`);
  }
} catch (error) {
  if (!(error instanceof PhasebitError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
