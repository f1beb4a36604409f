// Identify straight into the Controller Memory Buffer, read there by the CPU; then commands from a queue that lies in it.
import { Cns, open, sqe } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m&cmb=1m");
const facts = device.own.cmbFacts();
if (facts === null) {
  console.log("no Controller Memory Buffer");
} else {
  const uses = (["sqs", "cqs", "lists", "rds", "wds"] as const).filter((use) => facts[use]);
  const names = uses.join(" ").toUpperCase();
  console.log(`${facts.bytes} bytes at ${facts.offset} of BAR ${facts.bar}, for ${names}`);
  const controller = await device.bringUp({ ioQueues: 1 });
  const cmb = device.own.enableCmb();

  const page = cmb.allocate(4096, { kind: "reads" });
  const identify = sqe.identify({ cns: Cns.CONTROLLER, data: page });
  await controller.admin.execute(identify, { timeoutMs: 1000, what: "Identify" });
  const model = new TextDecoder().decode(page.copy().subarray(24, 64)).trim();
  const isSame = model === controller.identity.model;
  console.log(`the model in the buffer: ${model}, ${isSame ? "as" : "not as"} in host memory`);

  // a use that the controller does not support is refused by its capability's name
  const inBuffer = cmb.supports("commands") ? { memory: cmb } : {};
  const cq = await controller.createCompletionQueue({ id: 1, entries: 8 });
  const sq = await controller.createSubmissionQueue({ id: 1, entries: 8, cq, ...inBuffer });
  const data = device.memory.allocate(4096);
  for (let count = 0; count < 100; count++) {
    const read = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data });
    await sq.execute(read, { timeoutMs: 1000, what: "Read" });
  }
  console.log(`100 commands, the last from entry ${sq.head} at ${sq.region.iova.toString(16)}h`);
}
