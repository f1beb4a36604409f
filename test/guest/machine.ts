// One boot: QEMU starts, the script runs in the host's own root inside it, QEMU ends. The script
// and whatever it leaves behind travel through one shared folder.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { kernel } from "./cache.ts";
import { initramfs } from "./initramfs.ts";
import { type Drive, qemuArguments } from "./qemu.ts";
import { missingTools } from "./tools.ts";

export interface BootOptions {
  /** Printed with the timings. */
  readonly name: string;
  readonly drives: readonly Drive[];
  /** Bash, run as root after prelude.sh; NVME0, NVME1, … are the functions bound to vfio-pci. */
  readonly script: string;
  /** Put into the share before the boot, by name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly timeoutMs?: number;
  readonly memoryMiB?: number;
  readonly kernelArguments?: readonly string[];
  /** Further arguments of QEMU. */
  readonly further?: readonly string[];
}

export interface BootResult {
  readonly console: string;
  /** The script's exit code; undefined when the deadline or a crash came before its end. */
  readonly exitCode: number | undefined;
  /** The shared folder on the host; the caller removes it. */
  readonly share: string;
}

export const repository = resolve(import.meta.dirname, "../..");

// Code that one processor changes while another runs it is not safe in QEMU 7.2's translator: now and then the kernel,
// which patches itself when it boots, ends in a panic ("Fatal exception in interrupt" at a patched no-op). That is no
// finding about phasebit: it is said, and the machine is switched on again.
const MOST_BOOTS = 3;

// Where the guest sees the share. /tmp is a tmpfs there, so the point can be made in it.
const shareInGuest = "/tmp/share";

/** Undefined when a machine can start here; otherwise what is missing and how to get it. */
export function unavailable(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `guest machine: needs Linux on x64, this is ${process.platform} on ${process.arch}`;
  }
  try {
    return missingTools() ?? (initramfs(kernel()) && undefined);
  } catch (error) {
    return (error as Error).message;
  }
}

export async function boot(options: BootOptions): Promise<BootResult> {
  const reason = missingTools();
  if (reason !== undefined) {
    throw new Error(reason);
  }
  const started = performance.now();
  const chosen = kernel();
  const share = mkdtempSync(join(tmpdir(), "phasebit-guest-"));
  writeShare(share, options);
  const { drives, memoryMiB = 1024, kernelArguments = [], timeoutMs = 120_000 } = options;
  const machine = { drives, memoryMiB, share, kernelArguments, further: options.further ?? [] };
  const qemu = qemuArguments(machine, chosen, initramfs(chosen));
  let serial = await powerOn(qemu, timeoutMs);
  for (let again = 1; again < MOST_BOOTS && panicked(serial); again++) {
    console.log(`guest ${options.name}: the kernel panicked while it booted; booting again`);
    serial = await powerOn(qemu, timeoutMs);
  }
  writeFileSync(join(share, "console.out"), serial.text);
  const result = { console: serial.text, exitCode: exitCode(share), share };
  console.log(report(options.name, chosen.release, started, serial, result.exitCode));
  return result;
}

/** Before anything of ours ran, that is. */
function panicked({ text, scriptStarted }: Serial): boolean {
  return scriptStarted === undefined && text.includes("Kernel panic");
}

function writeShare(share: string, { script, files = {} }: BootOptions): void {
  const prelude = readFileSync(join(import.meta.dirname, "prelude.sh"));
  const environment = { REPOSITORY: repository, NODE: process.execPath, SHARE: shareInGuest };
  const lines = Object.entries(environment).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(join(share, "boot.env"), lines.join(""));
  writeFileSync(join(share, "main.sh"), `${prelude}\nset -u\n${script}\n`);
  for (const [name, data] of Object.entries(files)) {
    writeFileSync(join(share, name), data);
  }
}

function exitCode(share: string): number | undefined {
  const file = join(share, "main.exit");
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
}

interface Serial {
  text: string;
  scriptStarted?: number;
  scriptEnded?: number;
}

// timeout(1) holds the deadline: it outlives a test runner that is itself killed.
function powerOn(qemu: readonly string[], timeoutMs: number): Promise<Serial> {
  const deadline = ["--signal=KILL", `${Math.ceil(timeoutMs / 1000)}`, "qemu-system-x86_64"];
  const child = spawn("timeout", [...deadline, ...qemu], { stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => child.kill("SIGTERM");
  process.once("exit", stop);
  const serial: Serial = { text: "" };
  child.stdout.on("data", (data: Buffer) => hear(serial, data.toString("latin1")));
  child.stderr.on("data", (data: Buffer) => hear(serial, data.toString("latin1")));
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      process.off("exit", stop);
      serial.text += code === 0 ? "" : `\n[QEMU ended with ${signal ?? code}]\n`;
      done(serial);
    });
  });
}

function hear(serial: Serial, text: string): void {
  serial.text += text;
  if (serial.scriptStarted === undefined && serial.text.includes("guest: script starts")) {
    serial.scriptStarted = performance.now();
  }
  if (serial.scriptEnded === undefined && serial.text.includes("guest: script ended")) {
    serial.scriptEnded = performance.now();
  }
}

function report(
  name: string,
  release: string,
  started: number,
  { scriptStarted, scriptEnded }: Serial,
  code: number | undefined,
): string {
  const seconds = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? "never" : `${((to - from) / 1000).toFixed(1)} s`;
  return (
    `guest ${name}: Linux ${release}, to script ${seconds(started, scriptStarted)}, ` +
    `script ${seconds(scriptStarted, scriptEnded)} (exit ${code ?? "none"}), ` +
    `whole ${seconds(started, performance.now())}`
  );
}
