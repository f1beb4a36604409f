// phasebit serve: the embedded controller behind a socket, until somebody ends it.
import { openServed } from "../serve/function.ts";
import { serve as serveAt } from "../serve/server.ts";
import { untilSignalled } from "./signals.ts";

/** What the command line said. */
export interface ServeFlags {
  readonly socket: string;
  readonly device: string;
  readonly once?: boolean;
}

/** @throws PhasebitError USAGE, ENVIRONMENT and REFUSED, before and while it serves. A signal is no failure */
export async function serve(flags: ServeFlags): Promise<void> {
  await untilSignalled(async (signal) => {
    const served = await openServed(flags.device);
    try {
      const options = { folder: flags.socket, once: flags.once === true, signal };
      await serveAt(served, options, {
        ready: (path) => void process.stdout.write(`ready ${path}\n`),
        tell: (line) => void process.stderr.write(`${line}\n`),
      });
    } finally {
      await served.controller.close();
    }
  });
}
