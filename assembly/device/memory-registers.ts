// The registers of the controller's own memory. A change of the addresses that reach it is in force at once: queues are
// looked up again.
import { Register } from "../spec/registers.ts";
import { cmbLocation, cmbSize, misplaceCmb, writeCmbControl } from "./cmb.ts";
import { forgetTranslation } from "./dma.ts";
import { misplacesCmb, pmrNeverReady } from "./fault-controls.ts";
import { enablePmr, pmrElasticity, pmrThroughput, writePmrControl } from "./pmr.ts";
import { retranslateQueues } from "./queue-life.ts";
import { controller } from "./state.ts";

/** The value of the register at `offset`; 0 where there is none. */
export function readMemoryRegister(offset: u32): u32 {
  switch (offset) {
    case Register.CMBLOC:
      return cmbLocation();
    case Register.CMBSZ:
      return cmbSize();
    case Register.CMBMSC_LO:
      return controller.cmbControl as u32;
    case Register.CMBMSC_HI:
      return (controller.cmbControl >> 32) as u32;
    case Register.CMBSTS:
      return controller.cmbStatus;
    case Register.PMRCAP:
      return controller.pmrCapabilities;
    case Register.PMRCTL:
      return controller.pmrEnabled;
    case Register.PMRSTS:
      return controller.pmrStatus;
    case Register.PMREBS:
      return pmrElasticity();
    case Register.PMRSWTP:
      return pmrThroughput();
    case Register.PMRMSCL:
      return controller.pmrControl as u32;
    case Register.PMRMSCU:
      return (controller.pmrControl >> 32) as u32;
    default:
      return 0;
  }
}

/** A write to the register at `offset`, if there is one that takes it. */
export function writeMemoryRegister(offset: u32, value: u32): void {
  switch (offset) {
    case Register.CMBMSC_LO:
    case Register.CMBMSC_HI:
      writeCmbControl(offset == Register.CMBMSC_HI, value);
      if (misplacesCmb()) misplaceCmb();
      break;
    case Register.PMRCTL:
      enablePmr(value, pmrNeverReady());
      break;
    case Register.PMRMSCL:
    case Register.PMRMSCU:
      writePmrControl(offset == Register.PMRMSCU, value);
      break;
    default:
      return;
  }
  forgetTranslation();
  retranslateQueues();
}
