// phasebit doctor: whether a run on a drive could start, and what keeps it from that.
import { exitCodes } from "../ground/errors.ts";
import { type Examiner, hostExaminer } from "../pci/examiner.ts";
import { isReady } from "../pci/findings.ts";
import { PciFunction } from "../pci/function.ts";
import { functionChecks } from "../pci/function-checks.ts";
import { HostFacts } from "../pci/host-facts.ts";
import { nvmeFunctions } from "../pci/inventory.ts";
import { machineChecks } from "../pci/machine-checks.ts";
import { type Diagnosis, doctorLines } from "../text/doctor.ts";
import { printInspection } from "./inspect.ts";

/** What the command line said. */
export interface DoctorFlags {
  readonly json?: boolean;
}

/** Looks at the machine and at one function, or at all, and ends in 3 when no run could start. */
export function doctor(
  address: string | undefined,
  flags: DoctorFlags,
  examiner: Examiner = hostExaminer(),
): void {
  const diagnosis = diagnosisOf(address, examiner);
  printInspection(flags, "doctor", {
    document: () => diagnosis,
    lines: (lines) => doctorLines(diagnosis, lines),
  });
  if (!diagnosis.ready) process.exitCode = exitCodes.ENVIRONMENT;
}

/** @throws PhasebitError USAGE for an address that names no NVMe function */
export function diagnosisOf(address: string | undefined, examiner: Examiner): Diagnosis {
  const { roots } = examiner;
  const functions =
    address === undefined ? nvmeFunctions(roots) : [new PciFunction(address, roots, "function")];
  const machine = machineChecks(examiner);
  const facts = new HostFacts(roots);
  const checked = functions.map((fn) => {
    const findings = functionChecks(fn, examiner, facts);
    return { address: fn.address, ready: isReady(machine) && isReady(findings), findings };
  });
  return { ready: checked.some(({ ready }) => ready), machine, functions: checked };
}
