// Whether commands find in the Controller Memory Buffer what the host finds there. A buffer whose offset, size or base
// address either side takes for another loses queues and data without a word; Identify shows it before.
import { Cns } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Region } from "../memory/region.ts";
import { ADMIN_TIMEOUT_MS } from "./controller.ts";
import type { Device } from "./device.ts";
import * as sqe from "./sqe.ts";

/** VID to SUBNQN's end would do too; who the controller is does not change between two looks. */
const COMPARED_BYTES = 256;

/** "not-known": the buffer takes no data that go to the host (CMBSZ.RDS), and nothing else shows it. */
export type CmbProof = "same" | "not-known";

/**
 * Has the controller write its Identify data into the buffer and into host memory, and compares them.
 * @throws PhasebitError USAGE before the buffer and the controller are enabled, DEVICE when they differ, or a command fails.
 */
export async function proveCmb(device: Device): Promise<CmbProof> {
  const { cmb, controller } = device;
  if (controller === undefined) {
    throw new PhasebitError("USAGE", `prove the ${cmb.name}: enable() comes first`);
  }
  if (!cmb.supports("reads")) return "not-known";
  const inBuffer = cmb.allocate(IDENTIFY_BYTES, { kind: "reads" });
  const inHost = device.memory.allocate(IDENTIFY_BYTES);
  const identify = async (data: Region): Promise<Uint8Array> => {
    const what = "Identify into the Controller Memory Buffer";
    const command = sqe.identify({ cns: Cns.CONTROLLER, data });
    await controller.admin.execute(command, { timeoutMs: ADMIN_TIMEOUT_MS, what });
    return data.copy(COMPARED_BYTES);
  };
  const [found, wanted] = [await identify(inBuffer), await identify(inHost)];
  inBuffer.release();
  inHost.release();
  const at = wanted.findIndex((byte, index) => byte !== found[index]);
  if (at < 0) return "same";
  throw new PhasebitError(
    "DEVICE",
    `${cmb.name}: what the controller writes into it is not there for the host: ` +
      `byte ${at} of Identify reads ${found[at]}, and ${wanted[at]} in host memory`,
    { what: "Controller Memory Buffer", value: found[at]!, section: "4.7" },
  );
}
