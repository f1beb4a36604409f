// phasebit man: hands the page to man(1), with the terminal. What goes elsewhere goes through us: man(1) does not tell
// that it could not be written.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { PhasebitError } from "../ground/errors.ts";
import { packageRoot } from "../ground/package.ts";

const PAGE = join(packageRoot, "docs", "man", "phasebit.1");

/** Shows the page until the reader leaves it. @throws PhasebitError ENVIRONMENT where there is no man(1), or it fails */
export async function showManPage(): Promise<void> {
  const output = process.stdout.isTTY ? "inherit" : "pipe";
  const man = spawn("man", ["-l", PAGE], { stdio: ["inherit", output, "inherit"] });
  man.stdout?.pipe(process.stdout, { end: false });
  const [status] = await once(man, "close").catch((cause: Error) => {
    throw failure(`man: ${(cause as NodeJS.ErrnoException).code}`, cause);
  });
  // a pager that a signal ends was left by its reader
  if (status !== 0 && status !== null) throw failure(`man: exit code ${status}`);
}

function failure(what: string, cause?: Error): PhasebitError {
  const message = `${what}; the page is ${PAGE}, and "phasebit <command> --help" has its parts`;
  return new PhasebitError("ENVIRONMENT", message, { cause });
}
