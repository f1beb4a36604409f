// phasebit bind and unbind: functions are taken from their drivers.
import { execFileSync } from "node:child_process";
import { badOption, badValue, exitCodes } from "../ground/errors.ts";
import { type TakeOptions, take } from "../pci/bind.ts";
import { type Bus, hostBus } from "../pci/bus.ts";
import { allowableKinds, type UseKind } from "../pci/use-kinds.ts";
import { takenLines } from "../text/taken.ts";
import { printInspection } from "./inspect.ts";

/** What the command line said. */
export interface BindFlags {
  readonly user?: string;
  readonly allow?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Takes all of them or none, and prints what was done; of a dry run also what speaks against it. */
export async function bind(
  action: TakeOptions["action"],
  addresses: readonly string[],
  flags: BindFlags,
  bus: Bus = hostBus(),
): Promise<void> {
  const { dryRun = false, user, allow = "" } = flags;
  const options = {
    ...{ action, dryRun, allow: kindsOf(allow) },
    user: user === undefined ? undefined : userOf(user),
  };
  const taken = await take([...new Set(addresses)], options, bus);
  printInspection(flags, "taken", {
    document: () => ({ action, dryRun, functions: taken }),
    lines: (lines) => takenLines(taken, { action, dryRun, user }, lines),
  });
  const isRefused = taken.some(({ obstacles }) => obstacles.some(({ allowed }) => !allowed));
  if (isRefused) process.exitCode = exitCodes.REFUSED;
}

/** "open,subsystem" @throws PhasebitError USAGE for a kind that has no override, or is none */
function kindsOf(list: string): UseKind[] {
  const names = list.split(",").filter((name) => name !== "");
  return names.map((name) => {
    const found = allowableKinds.find((kind) => kind === name);
    if (found === undefined) {
      throw badOption("allow", name, `phasebit can be told to allow ${allowableKinds.join(", ")}`);
    }
    return found;
  });
}

/** The system's own look-up, which knows more than /etc/passwd. @throws PhasebitError USAGE when there is no such user */
function userOf(name: string): NonNullable<TakeOptions["user"]> {
  const id = (what: string): number =>
    Number(
      execFileSync("id", [what, "--", name], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
  try {
    return { name, uid: id("-u"), gid: id("-g") };
  } catch {
    throw badValue("user", name, "this machine knows no such user");
  }
}
