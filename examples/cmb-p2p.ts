// Peer to peer: the Identify data of one controller go straight into the Controller Memory Buffer of another.
import { Cns, open, PhasebitError, reachPeer, sqe } from "phasebit";

await using source = await open(process.argv[2] ?? "embedded?size=16m");
await using other = await open(process.argv[3] ?? "embedded?size=16m&cmb=1m");
const controller = await source.bringUp({ ioQueues: 0 });
const cmb = other.own.enableCmb();
const page = cmb.allocate(4096, { kind: "any" });
try {
  const window = reachPeer(source, cmb);
  const entry = sqe.identify({ cns: Cns.CONTROLLER, prp1: window.iovaOf(page) });
  await controller.admin.execute(entry, { timeoutMs: 1000, what: "Identify" });
  window.close();
  const serial = new TextDecoder().decode(page.copy().subarray(4, 24)).trim();
  const isSame = serial === controller.identity.serial;
  console.log(`serial ${serial} in the other's buffer, ${isSame ? "as" : "not as"} in host memory`);
} catch (error) {
  // embedded controllers have a memory each
  if (!(error instanceof PhasebitError) || error.code !== "USAGE") throw error;
  console.log(`${error.code}: ${error.message}`);
}
