// The embedded controller: an NVMe controller in a WebAssembly module, on the far side of the
// shared linear memory. It knows the host only by what a PCIe device would: registers, doorbells,
// and DMA.
import { create } from "./controller.ts";
import { addNamespace } from "./namespaces.ts";
import { identity } from "./identity.ts";
import { setLatency } from "./latency.ts";
import { setVersion } from "./version.ts";
import { setCmb } from "./cmb.ts";
import { setPmr } from "./pmr.ts";
import { setSgls } from "./sgl.ts";
import { setInterrupts } from "./vectors.ts";
import { addFault, faultsFired } from "./fault-table.ts";
import { setPause, turn } from "./pause.ts";
import { nextDue, waiting } from "./pending.ts";
import { havePassed, idleMicros, run, runSlice, step, stopped } from "./step.ts";

export { create, addNamespace, identity, setVersion, setLatency, addFault, faultsFired };
export { step, run, runSlice, idleMicros, havePassed, stopped, waiting, nextDue };
export { setPause, turn, setCmb, setPmr, setInterrupts, setSgls };
