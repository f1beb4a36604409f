// The virtual functions of a physical one, and what was done to have them, or would be.
import type { VirtualFunctions } from "../pci/virtual-functions.ts";
import type { Lines } from "./compare-frame.ts";
import { labelled } from "./taken.ts";

export function virtualFunctionLines(
  { address, driver, total, functions, steps }: VirtualFunctions,
  dryRun: boolean,
  lines: Lines,
): string[] {
  const { colors } = lines;
  const has = driver ?? "no driver";
  const next =
    functions.length === 0
      ? []
      : [
          `open all of them with one VF token: -d "${address}?vf-token=UUID"; "uuidgen" makes one`,
          `"phasebit restore ${address}" takes them away`,
        ];
  return [
    `${colors.bold(address)}  ${has}, ${functions.length} of ${total} virtual functions`,
    ...functions.map((one, index) => `  ${index + 1}  ${one}`),
    ...(dryRun ? labelled("would", steps, lines) : labelled("next", next, lines)),
  ];
}
