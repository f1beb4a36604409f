// The package as it is published, in an empty folder, used by a program whose TypeScript knows neither Node.js nor the DOM.
import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../src/ground/package.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "phasebit-package-"));
const installed = join(folder, "node_modules/phasebit");

const CONSUMER = `
import {
  addTransport, type Completion, type CompletionQueue, completionError, type Controller, type Device, type ErrorCode,
  type Iommu, type LinearMemory, open, PhasebitError, type Region, Register, type RunOptions, sqe, Status,
  type SubmissionQueue, type Transport, type TransportKind,
} from "phasebit";

export async function main(address: string): Promise<number> {
  await using device: Device = await open(address);
  const controller: Controller = await device.bringUp({ ioQueues: 1 });
  const queue: SubmissionQueue = await controller.createQueuePair(1, 8);
  const cq: CompletionQueue = queue.cq;
  const data: Region = device.memory.allocate(4096);
  const memory: LinearMemory = device.memory;
  const shared: SharedArrayBuffer = memory.memory.buffer;
  const entry: Uint32Array = sqe.read({ nsid: 1, slba: 0n, blocks: 1, data });
  entry[12]! |= 1 << 30;
  queue.post(sqe.read({ nsid: 1, slba: 0n, blocks: 1, data }), { cid: 5 });
  queue.ring();
  let found: Completion | undefined;
  for await (const completion of cq.reap({ timeoutMs: 1000 })) found = completion;
  if (found === undefined || found.status !== Status.SUCCESS) return 1;
  const error: PhasebitError = completionError("Read", found);
  const code: ErrorCode = error.code;
  const { RDY } = device.registers.fields(Register.CSTS);
  return code === "DEVICE" && RDY === 1 && shared.byteLength > 0 ? 0 : 2;
}

export type Mine = [Iommu, RunOptions, Transport, TransportKind, typeof addTransport];
`;

beforeAll(async () => {
  const packed = await run(
    "npm",
    ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder],
    {
      cwd: packageRoot,
    },
  );
  await run("tar", ["xzf", packed.stdout.trim()], { cwd: folder });
  mkdirSync(join(folder, "node_modules"));
  renameSync(join(folder, "package"), installed);
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  const ours = join(packageRoot, "node_modules");
  // a package's own dependencies are found from where it really lies
  for (const name of Object.keys(dependencies))
    symlinkSync(join(ours, name), join(folder, "node_modules", name));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "consumer.ts"), CONSUMER);
  writeFileSync(
    join(folder, "main.js"),
    'import { main } from "./consumer.js";\nprocess.exitCode = await main("embedded?size=16m");\n',
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("the package", () => {
  test("has what it needs and no more: no sources, tests, examples or benches", () => {
    expect(readdirSync(installed).sort()).toEqual(
      ["LICENSE", "README.md", "build", "dist", "docs", "native", "package.json", "results"].sort(),
    );
    expect(readdirSync(join(installed, "dist")).sort()).toEqual(["assembly", "src"]);
  });

  test("a strict program without Node's types compiles against it, its declarations checked too", async () => {
    const flags = "--strict --noUncheckedIndexedAccess --skipLibCheck false";
    const others = "--target es2023 --lib es2023 --module nodenext";
    const tsc = join(packageRoot, "node_modules/.bin/tsc");
    const args = [...`${flags} ${others}`.split(" "), "--types", "", "consumer.ts"];
    const { stdout } = await run(tsc, args, { cwd: folder }).catch((error) => error);
    expect(stdout, "names that the user's TypeScript does not know").toBe("");
  });

  test("the program runs", async () => {
    const { stderr } = await run(process.execPath, ["main.js"], { cwd: folder });
    expect(stderr).toBe("");
  });
});
