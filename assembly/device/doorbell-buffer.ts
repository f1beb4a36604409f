// Doorbell Buffer Config (NVMe 1.4, section 5.7): where shadow doorbells and EventIdx lie, until the next reset.
import { PAGE_BYTES } from "../spec/registers.ts";
import { Status } from "../spec/status.ts";
import { translateForCommand } from "./dma.ts";
import { failAt } from "./nvm.ts";
import { command, controller } from "./state.ts";

const PRP1_LOCATION: u32 = 24;
const PRP2_LOCATION: u32 = 32;

export function configureDoorbellBuffer(): u32 {
  if (!isPage(command.prp1)) return failAt(PRP1_LOCATION, Status.INVALID_FIELD);
  if (!isPage(command.prp2)) return failAt(PRP2_LOCATION, Status.INVALID_FIELD);
  if (translateForCommand(command.prp1, PAGE_BYTES, 0) == 0) return Status.DATA_TRANSFER_ERROR;
  if (translateForCommand(command.prp2, PAGE_BYTES, 1) == 0) return Status.DATA_TRANSFER_ERROR;
  controller.shadowDoorbells = command.prp1;
  controller.shadowEvents = command.prp2;
  return Status.SUCCESS;
}

/** Both begin with a page of memory; 0 is none. */
function isPage(iova: u64): bool {
  return iova != 0 && (iova & (PAGE_BYTES - 1)) == 0;
}
