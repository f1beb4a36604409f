// Peer to peer: blocks of one controller go straight into the Controller Memory Buffer of another.
import { open, PhasebitError, reachPeer, sqe } from "phasebit";

const bytes = 8192;
await using source = await open(process.argv[2] ?? "embedded?size=16m");
await using other = await open(process.argv[3] ?? "embedded?size=16m&cmb=1m");
const controller = await source.bringUp({ ioQueues: 1 });
const namespace = await controller.identifyNamespace(1);
const blocks = bytes / namespace.blockBytes;
const inBuffer = other.own.enableCmb().allocate(bytes, { kind: "any" });
const inHost = source.memory.allocate(bytes);
try {
  const window = reachPeer(source, other.cmb);
  const queue = await controller.createQueuePair(1, 4);
  const read = { nsid: 1, slba: 0n, blocks };
  const prp1 = window.iovaOf(inBuffer);
  for (const pointer of [{ prp1, prp2: prp1 + 4096n }, { data: inHost }]) {
    await queue.execute(sqe.read({ ...read, ...pointer }), { timeoutMs: 5000, what: "Read" });
  }
  window.close();
  const isSame = Buffer.compare(inBuffer.copy(), inHost.copy()) === 0;
  const how = isSame ? "as" : "not as";
  console.log(`${bytes} bytes of namespace 1 in the other's buffer, ${how} in host memory`);
} catch (error) {
  // embedded controllers have a memory each
  if (!(error instanceof PhasebitError) || error.code !== "USAGE") throw error;
  console.log(`${error.code}: ${error.message}`);
}
