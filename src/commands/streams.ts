// What becomes of stdout and stderr when they cannot be written to.
import { exitCodes } from "../ground/errors.ts";

/** A reader that has seen enough closes its pipe, and a terminal may be closed: that is no failure of ours. */
const ENDS = new Set(["EPIPE", "EIO"]);

/**
 * Ends in exit code 7 and one line when stdout could not be written whole, whatever else came of the command. Of stderr,
 * which may not even take that line, only a success becomes a 7.
 */
export function watchStreams(): void {
  let isTold = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (ENDS.has(error.code ?? "") || isTold) return;
    isTold = true;
    process.stderr.write(`phasebit: write stdout: ${error.code}; ${advice(error.code)}\n`);
    process.once("exit", () => {
      process.exitCode = exitCodes.RESULTS;
    });
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (ENDS.has(error.code ?? "")) return;
    process.once("exit", () => {
      process.exitCode ||= exitCodes.RESULTS;
    });
  });
}

function advice(code: string | undefined): string {
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return isFull ? "free some space, or let it go elsewhere" : "let it go elsewhere";
}
