// What lies in a Controller Memory Buffer over each reset. Called with the controller's address; prints one line of JSON.
import assert from "node:assert/strict";
import { open, proveCmb } from "phasebit";

const device = await open(process.argv[2]);
await device.bringUp({ ioQueues: 0 });
const proofs = [];
const refusals = {};

/** The error's code and words; fails when there is none. */
function refusal(action) {
  try {
    action();
  } catch (error) {
    return `${error.code}: ${error.message}`;
  }
  assert.fail("nothing was refused");
}

/** The buffer takes data, read back as the controller wrote them, and its queues work. */
async function proven() {
  const cmb = device.own.enableCmb();
  proofs.push(await proveCmb(device));
  const region = cmb.allocate(8192, { kind: "data" });
  assert.ok(
    region.copy().every((byte) => byte === 0),
    "handed out zeroed",
  );
  region.fill(0xa5);
  return region;
}

for (const kind of ["controller", "function"]) {
  const region = await proven();
  await device.reset(kind);
  refusals[`region after ${kind}`] = refusal(() => region.view);
  if (kind === "controller") {
    assert.equal(device.own.cmb, device.own.enableCmb(), "the same buffer");
  } else {
    refusals[`buffer after ${kind}`] = refusal(() => device.own.cmb);
  }
  await device.bringUp({ ioQueues: 0 });
}
const region = await proven();
await device.shutDown();
await device.bringUp({ ioQueues: 0 });
refusals["region after shutdown"] = refusal(() => region.view);
await proven();
console.log(JSON.stringify({ proofs, refusals }));
await device.close();
