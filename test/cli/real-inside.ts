// The command line inside of this process where it measures: with threads that want cores, so for *.real.test.ts only.
import { folder, type Outcome } from "./cli.ts";
import { endInside } from "./inside.ts";
import { withoutSlowness } from "./real.ts";

/**
 * `phasebit …` to its end, with the built program's threads: for a fifth of the time, as the second command finds everything
 * loaded and its loops optimized. Not for what leaves a device behind.
 */
export async function phasebitInside(
  args: readonly string[],
  cwd: string = folder(),
): Promise<Outcome> {
  return withoutSlowness(await endInside(args, cwd));
}
