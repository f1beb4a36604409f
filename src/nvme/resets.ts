// Resets, and what each leaves of the controller (NVMe 1.4, sections 7.3.1 and 7.3.2). None of them completes a command.
import { NSSR_SIGNATURE, Register } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Transport } from "../transport/transport.ts";
import type { ControllerState, ResetKind } from "./controller-state.ts";
import type { Registers } from "./registers.ts";

/** What is reset. */
export interface ResetParts {
  readonly transport: Transport;
  readonly registers: Registers;
  readonly state: ControllerState;
  /** Bus master off, memory taken from the device. */
  disconnect(): void;
}

/** Names of controller registers that keep their values over a reset; all others are as after power on (7.3.2). */
export function registersKeptBy(kind: ResetKind): readonly string[] {
  if (kind === "function") return ["CMBMSC", "CSTS.NSSRO"];
  return kind === "controller"
    ? ["AQA", "ASQ", "ACQ", "CMBMSC", "PMRCTL", "PMRMSCL", "PMRMSCU", "CSTS.NSSRO"]
    : ["CSTS.NSSRO"];
}

/**
 * Resets the controller and waits for RDY=0.
 * @throws PhasebitError USAGE for a reset that the device does not have, REFUSED for one that would reach functions of
 * somebody else, DEVICE when the controller does not follow.
 */
export async function resetBy(kind: ResetKind, parts: ResetParts): Promise<void> {
  const { transport, registers, state, disconnect } = parts;
  if (kind === "controller") return state.disable();
  if (kind === "subsystem") return resetSubsystem(parts);
  if (kind === "function") {
    if (!transport.hasReset) throw refusal(transport, "it has no function level reset");
    state.resetFunction();
  } else {
    if (transport.hotReset === undefined) throw refusal(transport, "it has no hot reset");
    state.resetBy(() => transport.hotReset!());
  }
  // the kernel may have cleared Bus Master Enable with the rest of the configuration
  disconnect();
  await registers.until(Register.CSTS, { RDY: 0 });
}

/** The link may go down with the subsystem, and the configuration with it: the kernel knows nothing of that. */
async function resetSubsystem({
  transport,
  registers,
  state,
  disconnect,
}: ResetParts): Promise<void> {
  if (registers.fields(Register.CAP_HI).NSSRS !== 1) {
    throw refusal(transport, "CAP.NSSRS is 0, it has no NVM subsystem reset", "3.1.1");
  }
  state.resetBy(() => registers.write(Register.NSSR, NSSR_SIGNATURE));
  const whileGone = (): void => transport.restore?.();
  await registers.until(Register.CSTS, { RDY: 0 }, { whileGone });
  transport.restore?.();
  transport.disableInterrupts();
  disconnect();
}

function refusal({ address }: Transport, why: string, section?: string): PhasebitError {
  const facts = { what: "reset", limit: why, ...(section !== undefined && { section }) };
  return new PhasebitError("USAGE", `reset ${address}: ${why}`, facts);
}
