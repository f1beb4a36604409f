// What a boot left in the share, read back by the host; a test asserts on these.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BootResult } from "./machine.ts";

export interface Step {
  /** Undefined when the script never got to the end of it. */
  readonly exit: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** What prelude.sh's step, background/finish or note recorded under this name. */
export function step(result: BootResult, name: string): Step {
  const text = (suffix: string) => {
    const file = join(result.share, `${name}.${suffix}`);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  const exit = text("exit");
  return {
    exit: exit === undefined ? undefined : Number(exit),
    out: text("out") ?? "",
    err: text("err") ?? "",
  };
}

/** A JSON file of the share, or what a step printed as JSON (name it with .out). */
export function json<T>(result: BootResult, file: string): T {
  return JSON.parse(readFileSync(join(result.share, file), "utf8")) as T;
}

/** What prelude.sh's state_of saw. */
export interface ControllerState {
  readonly busMaster: number;
  readonly cc: number;
  readonly csts: number;
}

export function controllerState(result: BootResult, name: string): ControllerState {
  return json(result, `${name}.out`);
}

/** Shown beside a failed assertion: the end of everything the guest said. */
export function lastWords(result: BootResult): string {
  const { out, err } = step(result, "main");
  return [result.console, out, err].map((text) => text.slice(-2000)).join("\n---\n");
}

/** Empty when the files are equal to the last byte; otherwise cmp's own words. */
export function difference(left: string, right: string): string {
  const { status, stdout, stderr } = spawnSync("cmp", [left, right]);
  return status === 0 ? "" : `${stdout}${stderr}` || `cmp ended with ${status}`;
}

/** PHASEBIT_GUEST_KEEP leaves the share for a look. */
export function discard(result: BootResult): void {
  if (!process.env.PHASEBIT_GUEST_KEEP) {
    rmSync(result.share, { recursive: true, force: true });
  } else {
    console.log(`guest: kept ${result.share}`);
  }
}
