// The native addon on a machine without VFIO; test/guest/native.test.ts covers VFIO where there is some.
import { spawnSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { ADDON_FILE, type Mapping, type NativeError, native } from "../../src/compiled/native.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { presentPages } from "../pages.ts";

const addon = native();
const page = 4096;
/** In /proc/self/fdinfo. */
const O_CLOEXEC = 0o2000000;
const folder = mkdtempSync(join(tmpdir(), "phasebit-native-"));
afterAll(() => rmSync(folder, { recursive: true }));

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function linearMemory(pages = 64): Uint8Array {
  return new Uint8Array(wasmMemory(pages).buffer);
}

function wasmMemory(pages = 64): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

function file(name: string, bytes: number): string {
  const path = join(folder, name);
  writeFileSync(path, new Uint8Array(bytes));
  return path;
}

function failure(action: () => unknown): NativeError {
  try {
    action();
  } catch (error) {
    return error as NativeError;
  }
  throw new Error("did not throw");
}

/** Runs `body` in a worker that has `addon` and `data`; what it returns comes back. */
function inWorker(body: string, data: unknown): { result: Promise<unknown>; worker: Worker } {
  const worker = new Worker(
    `const { parentPort, workerData: data } = require("node:worker_threads");
     const addon = require(${JSON.stringify(`${packageRoot}/native/build/Release/phasebit.node`)});
     (async () => { ${body} })().then((value) => parentPort.postMessage(value));`,
    { eval: true, workerData: data },
  );
  const result = new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  return { result, worker };
}

/** Collects until `done`, because finalizers run in a later turn of the event loop. */
async function collectUntil(done: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 50 && !done(); turn++) {
    collectGarbage();
    await nextTurn();
  }
  return done();
}

function isMapped(path: string): boolean {
  return readFileSync("/proc/self/maps", "latin1").includes(path);
}

/** The fields of /proc/self/smaps for the mapping that starts at `address`. */
function smaps(address: bigint): string {
  const all = readFileSync("/proc/self/smaps", "latin1");
  const start = all.indexOf(`${address.toString(16)}-`);
  return start < 0 ? "" : all.slice(start, all.indexOf("VmFlags", start) + 120);
}

describe("arguments", () => {
  const memory = linearMemory();

  test("memory must be a Uint8Array over all of a SharedArrayBuffer", () => {
    const ordinary = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
    for (const wrong of [undefined, null, {}, 1, memory.buffer, new Uint32Array(memory.buffer)]) {
      expect(() => addon.addressOf(wrong as Uint8Array)).toThrow(TypeError);
    }
    expect(() => addon.addressOf(ordinary)).toThrow("over a SharedArrayBuffer");
    expect(() => addon.addressOf(memory.subarray(page))).toThrow(RangeError);
  });

  test.each([
    ["pointer past the end", memory.length + page, page],
    ["the last page and one more", memory.length - page, 2 * page],
    ["a sum that would wrap", Number.MAX_SAFE_INTEGER - page + 1, page],
    ["nothing", 0, 0],
    ["a pointer inside a page", 8, page],
    ["half a page", 0, page / 2],
    ["a negative pointer", -page, page],
    ["a fraction", 0.5, page],
    ["not a number", Number.NaN, page],
    ["infinity", 0, Number.POSITIVE_INFINITY],
  ])("a range is refused: %s", (_, pointer, bytes) => {
    expect(() => addon.mapMemory(memory, pointer, bytes, false)).toThrow(RangeError);
    expect(() => addon.mapFile(memory, pointer, bytes, "/dev/zero")).toThrow(RangeError);
    expect(() => addon.adviseHuge(memory, pointer, bytes)).toThrow(RangeError);
    expect(() => addon.populate(memory, pointer, bytes)).toThrow(RangeError);
  });

  test("four bytes of a file: not past its end, not within a dword, not of what is not there", () => {
    const path = file("peeked", 8196);
    writeFileSync(path, Uint8Array.of(1, 2, 3, 0xf4), { flag: "r+" });
    expect([addon.peek32(path, 0), addon.peek32(path, 8192)]).toEqual([0xf4030201, 0]);
    for (const offset of [8196, 8194, 2, -4, 2 ** 53]) {
      expect(() => addon.peek32(path, offset)).toThrow(RangeError);
    }
    expect(failure(() => addon.peek32(`${path} not`, 0)).code).toBe("ENOENT");
  });

  test("wrong types name the argument", () => {
    const call = (...args: unknown[]) =>
      (addon.mapMemory as (...args: unknown[]) => Mapping)(...args);
    expect(() => call()).toThrow(/^memory must be/);
    expect(() => call(memory, "0", page, false)).toThrow(/^pointer must be a number/);
    expect(() => call(memory, 0, 4096n, false)).toThrow(/^bytes must be a number/);
    expect(() => call(memory, 0, page)).toThrow(/^huge must be a boolean/);
    expect(() => addon.mapFile(memory, 0, page, 7 as never)).toThrow(/^path must be a string/);
    expect(() => addon.mapFile(memory, 0, page, "/dev/zero\0x")).toThrow(/NUL/);
    expect(() => addon.peek32(7 as never, 0)).toThrow(/^path must be a string/);
    expect(() => addon.tryLock("1" as never)).toThrow(/^fd must be a number/);
    expect(() => addon.tryLock(-1)).toThrow(RangeError);
    expect(() => addon.tryLock(2 ** 31 - 1)).toThrow(/EBADF.*lock a file|lock a file.*EBADF/);
    expect(() => addon.eventFd().wait("1" as never)).toThrow(TypeError);
    expect(() => addon.eventFd().wait(-1)).toThrow(RangeError);
    expect(() => addon.eventFd().wait(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => addon.openVfioGroup(-1)).toThrow(RangeError);
    expect(() => addon.openVfioGroup("7" as never)).toThrow(/^group must be a number/);
  });

  test("the clock's place is eight aligned bytes inside the memory", () => {
    expect(() => addon.clock(memory, 4)).toThrow(RangeError);
    expect(() => addon.clock(memory, memory.length)).toThrow(RangeError);
    expect(() => addon.clock(memory, memory.length - 4)).toThrow(RangeError);
    addon.clock(memory, memory.length - 8)();
  });

  test("classes cannot be made or borrowed by scripts", () => {
    const mapping = addon.mapMemory(memory, 0, page, false);
    const event = addon.eventFd();
    const Class = mapping.constructor as new (state?: unknown) => Mapping;
    expect(() => new Class()).toThrow("Illegal constructor");
    expect(() => new Class({})).toThrow("Illegal constructor");
    expect(() => mapping.close.call(event as never)).toThrow(TypeError);
    expect(() => event.signal.call({} as never)).toThrow(TypeError);
    mapping.close();
    event.close();
  });
});

describe("mapMemory", () => {
  test("a window is one memory for two views and for Wasm", () => {
    const memory = wasmMemory();
    const bytes = new Uint8Array(memory.buffer);
    const words = new Uint32Array(memory.buffer);
    const wasm = peekAndPoke(memory);
    const mapping = addon.mapMemory(bytes, 2 * page, 4 * page, false);
    expect(mapping).toMatchObject({ pointer: 2 * page, bytes: 4 * page, pageBytes: page });
    wasm.poke(2 * page, 0x12345678);
    expect(words[(2 * page) / 4]).toBe(0x12345678);
    bytes[2 * page] = 0xff;
    expect(wasm.peek(2 * page)).toBe(0x123456ff);
    mapping.close();
  });

  test("and for a worker", async () => {
    const memory = linearMemory();
    const mapping = addon.mapMemory(memory, page, page, false);
    memory[page] = 7;
    const { result } = inWorker("const seen = data[4096]; data[4097] = 9; return seen;", memory);
    expect(await result).toBe(7);
    expect(memory[page + 1]).toBe(9);
    mapping.close();
  });

  test("a window a worker made stays for the others until the worker ends", async () => {
    const memory = linearMemory();
    const { result, worker } = inWorker(
      "globalThis.kept = addon.mapMemory(data, 0, 4096, false); data[0] = 5;",
      memory,
    );
    await result;
    await worker.terminate();
    expect(memory[0]).toBe(0);
    memory[0] = 1;
    expect(memory[0]).toBe(1);
  });

  test("neighbours keep their bytes, and close leaves zero pages that can be used", () => {
    const memory = linearMemory().fill(1, 0, 4 * page);
    const mapping = addon.mapMemory(memory, page, 2 * page, false);
    expect([memory[page - 1], memory[page], memory[3 * page - 1], memory[3 * page]]).toEqual([
      1, 0, 0, 1,
    ]);
    memory.fill(2, page, 3 * page);
    mapping.close();
    expect([memory[page - 1], memory[page], memory[3 * page - 1], memory[3 * page]]).toEqual([
      1, 0, 0, 1,
    ]);
    memory[page] = 3;
    mapping.close();
    expect(memory[page]).toBe(3);
  });

  test("the last page of the memory can be a window", () => {
    const memory = linearMemory();
    const mapping = addon.mapMemory(memory, memory.length - page, page, false);
    memory[memory.length - 1] = 1;
    mapping.close();
    expect(memory[memory.length - 1]).toBe(0);
  });

  test("pages are there at once, and stay out of forks and core dumps", () => {
    const memory = linearMemory();
    const mapping = addon.mapMemory(memory, page, 16 * page, false);
    const fields = smaps(addon.addressOf(memory) + BigInt(page));
    expect(fields).toContain("memfd:phasebit");
    expect(fields).toMatch(/Rss: +64 kB/);
    expect(fields).toMatch(/VmFlags:.* dc /);
    expect(fields).toMatch(/VmFlags:.* dd /);
    mapping.close();
    expect(smaps(addon.addressOf(memory) + BigInt(page))).not.toContain("memfd");
  });

  test("its descriptor shows the same bytes, both ways", () => {
    const memory = linearMemory();
    const mapping = addon.mapMemory(memory, page, 2 * page, false);
    memory.set([1, 2, 3], page);
    const seen = new Uint8Array(3);
    readSync(mapping.fd, seen, 0, 3, mapping.fileOffset);
    expect([...seen]).toEqual([1, 2, 3]);
    writeSync(mapping.fd, Uint8Array.of(9), 0, 1, mapping.fileOffset + 2 * page - 1);
    expect(memory[3 * page - 1]).toBe(9);
    const other = addon.mapFile(memory, 8 * page, 2 * page, `/proc/self/fd/${mapping.fd}`);
    memory[page + 1] = 7;
    expect(memory[8 * page + 1]).toBe(7);
    other.close();
    mapping.close();
  });

  test("its descriptor cannot change the memory's size, and no child inherits it", () => {
    const mapping = addon.mapMemory(linearMemory(), page, page, false);
    expect(failure(() => ftruncateSync(mapping.fd, 0)).code).toBe("EPERM");
    expect(failure(() => ftruncateSync(mapping.fd, 2 * page)).code).toBe("EPERM");
    const flags = readFileSync(`/proc/self/fdinfo/${mapping.fd}`, "utf8");
    expect(Number.parseInt(/^flags:\s+(\d+)$/m.exec(flags)![1]!, 8) & O_CLOEXEC).toBe(O_CLOEXEC);
    mapping.close();
  });

  test("its descriptor lasts until close, a copy of it longer, and no other mapping has one", () => {
    const memory = linearMemory();
    const before = readdirSync("/proc/self/fd").length;
    const mapping = addon.mapMemory(memory, page, page, false);
    expect(readdirSync("/proc/self/fd").length).toBe(before + 1);
    memory[page] = 5;
    const copy = openSync(`/proc/self/fd/${mapping.fd}`, "r+");
    mapping.close();
    mapping.close();
    expect(mapping.fd).toBe(-1);
    expect(readdirSync("/proc/self/fd").length).toBe(before + 1);
    const seen = new Uint8Array(1);
    readSync(copy, seen, 0, 1, 0);
    expect([seen[0], memory[page]]).toEqual([5, 0]);
    closeSync(copy);
    const other = addon.mapFile(memory, 0, page, file("without descriptor", page));
    expect(other).toMatchObject({ fd: -1, fileOffset: 0 });
    other.close();
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });

  test("huge pages where the kernel has some, plain ones otherwise", () => {
    const memory = linearMemory(128);
    const huge = 2 * 1024 * 1024;
    const base = addon.addressOf(memory);
    const pointer = Number(-base & BigInt(huge - 1));
    const free = Number(/HugePages_Free: +(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]);
    const mapping = addon.mapMemory(memory, pointer, huge, true);
    expect(mapping.pageBytes).toBe(free > 0 ? huge : page);
    memory[pointer + huge - 1] = 1;
    mapping.close();
    expect(memory[pointer + huge - 1]).toBe(0);

    const misaligned = addon.mapMemory(memory, pointer + page, huge, true);
    expect(misaligned.pageBytes).toBe(page);
    misaligned.close();
    const half = addon.mapMemory(memory, pointer, huge / 2, true);
    expect(half.pageBytes).toBe(page);
    half.close();
  });

  test("adviseHuge takes a private part and keeps its bytes", () => {
    const memory = linearMemory().fill(1, 0, page);
    addon.adviseHuge(memory, 0, 4 * page);
    expect(memory[0]).toBe(1);
  });
});

describe("populate", () => {
  test("makes all pages of the range and no other, and keeps their bytes", async () => {
    const memory = linearMemory();
    const all = { pointer: 0, bytes: 16 * page };
    memory[4 * page + 7] = 9;
    expect(presentPages(memory, all)).toEqual([4 * page]);
    await addon.populate(memory, 3 * page, 4 * page);
    expect(presentPages(memory, all)).toEqual([3, 4, 5, 6].map((at) => at * page));
    expect(memory[4 * page + 7]).toBe(9);
    await addon.populate(memory, 0, 16 * page);
    expect(memory.subarray(0, 16 * page).reduce((sum, byte) => sum + byte)).toBe(9);
  });

  test("what the kernel refuses is a rejection with its errno", async () => {
    const memory = linearMemory();
    const path = file("populated", page);
    const mapping = addon.mapFile(memory, 0, page, path);
    truncateSync(path, 0);
    const failure = await addon.populate(memory, 0, page).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "EFAULT", syscall: "madvise" });
    expect((failure as Error).message).toMatch(/^populate 4096 bytes of memory: EFAULT/);
    mapping.close();
  });
});

describe("mapFile", () => {
  test("stores reach the file, and the file's bytes the memory", () => {
    const memory = linearMemory();
    const path = file("stores", 2 * page);
    const mapping = addon.mapFile(memory, 4 * page, 2 * page, path);
    memory[6 * page - 1] = 77;
    expect(readFileSync(path)[2 * page - 1]).toBe(77);
    const other = addon.mapFile(memory, 8 * page, page, path);
    memory[4 * page] = 5;
    expect(memory[8 * page]).toBe(5);
    mapping.close();
    other.close();
    expect(readFileSync(path)[0]).toBe(5);
    expect(memory[4 * page]).toBe(0);
  });

  test("a file that is too short is refused, because its missing pages would be SIGBUS", () => {
    const memory = linearMemory();
    const path = file("short", page);
    expect(() => addon.mapFile(memory, 0, 2 * page, path)).toThrow(RangeError);
    truncateSync(path, 2 * page);
    addon.mapFile(memory, 0, 2 * page, path).close();
  });

  test("failures carry the verb, the file and errno", () => {
    const missing = failure(() => addon.mapFile(linearMemory(), 0, page, "/nonexistent"));
    expect(missing).toBeInstanceOf(Error);
    expect(missing.message).toBe("open /nonexistent: ENOENT, No such file or directory");
    expect(missing).toMatchObject({ code: "ENOENT", errno: -2, syscall: "open" });
    expect(failure(() => addon.mapFile(linearMemory(), 0, page, folder)).code).toBe("EISDIR");
  });

  test("a mapping that fails leaves pages, not a hole", () => {
    const memory = linearMemory().fill(1, 0, 3 * page);
    const error = failure(() => addon.mapFile(memory, page, page, "/dev/null"));
    expect(error).toMatchObject({ code: "ENODEV", syscall: "mmap" });
    expect([memory[page - 1], memory[page], memory[2 * page]]).toEqual([1, 0, 1]);
    memory[page] = 2;
    expect(memory[page]).toBe(2);
  });
});

describe("a file that is cut short under its mapping", () => {
  const lost = 32 * page;
  const word = (memory: Uint8Array): number => new Uint32Array(memory.buffer)[lost / 4]!;

  /** How a process ends that runs `body` with `addon`, `fs`, `memory` and `path`, a file of two pages. */
  function endOf(body: string): NodeJS.Signals | number | null {
    const path = file("cut short elsewhere", 2 * page);
    const script = `
      const addon = require(${JSON.stringify(ADDON_FILE)});
      const fs = require("node:fs");
      const made = { initial: 64, maximum: 64, shared: true };
      const memory = new Uint8Array(new WebAssembly.Memory(made).buffer);
      const path = ${JSON.stringify(path)};
      ${body}`;
    const { status, signal } = spawnSync(process.execPath, ["-e", script]);
    return signal ?? status;
  }

  test("is zeroes from then on, all of it, and a word says so", () => {
    const memory = linearMemory();
    const path = file("cut short", 4 * page);
    const mapping = addon.mapFile(memory, page, 4 * page, path, lost);
    memory.fill(7, 0, 6 * page);
    truncateSync(path, page);
    expect(word(memory)).toBe(0);
    expect(memory[3 * page]).toBe(0);
    expect(word(memory)).toBe(1);
    expect([memory[page - 1], memory[page], memory[5 * page]]).toEqual([7, 0, 7]);
    memory[page] = 8;
    expect(readFileSync(path)[0]).toBe(7);
    mapping.close();
    expect(memory[page]).toBe(0);
  });

  test("concerns no other mapping, in whatever thread", async () => {
    const memory = linearMemory();
    const paths = ["cut short first", "whole"].map((name) => file(name, page));
    const mappings = paths.map((path, index) =>
      addon.mapFile(memory, (2 + index) * page, page, path, lost + 4 * index),
    );
    truncateSync(paths[0]!, 0);
    const { result } = inWorker("data[2 * 4096] = 1; return data[2 * 4096];", memory);
    expect(await result).toBe(1);
    memory[3 * page] = 9;
    expect(readFileSync(paths[1]!)[0]).toBe(9);
    expect([...new Uint32Array(memory.buffer, lost, 2)]).toEqual([1, 0]);
    for (const mapping of mappings) mapping.close();
  });

  test("ends the process when nobody watches it, as any other bus error", () => {
    const unwatched = "addon.mapFile(memory, 0, 8192, path); fs.truncateSync(path, 0); memory[0];";
    expect(endOf(unwatched)).toBe("SIGBUS");
    const watched = "const watched = addon.mapFile(memory, 65536, 8192, path, 8);";
    expect(endOf(`${watched} ${unwatched}`)).toBe("SIGBUS");
    expect(endOf(`${watched} process.kill(process.pid, "SIGBUS");`)).toBe("SIGBUS");
    const gone = `watched.close(); ${unwatched}`;
    expect(endOf(`${watched} ${gone}`)).toBe("SIGBUS");
    expect(endOf(`${watched} fs.truncateSync(path, 0); memory[65536]; process.exit(7);`)).toBe(7);
  });

  test("is watched from a place that is none: refused", () => {
    const path = file("no place", page);
    const memory = linearMemory();
    for (const place of [memory.length, memory.length - 2, 2, -4]) {
      expect(() => addon.mapFile(memory, 0, page, path, place)).toThrow(RangeError);
    }
    expect(() => addon.mapFile(memory, 0, page, path, "8" as never)).toThrow(TypeError);
  });
});

describe("garbage collection", () => {
  test("a mapping keeps the memory; without the mapping both go", async () => {
    const path = file("kept", page);
    const held: Mapping[] = [addon.mapFile(linearMemory(), 0, page, path)];
    expect(await collectUntil(() => !isMapped(path))).toBe(false);
    held.pop();
    expect(await collectUntil(() => !isMapped(path))).toBe(true);
  });

  test("a mapping that is forgotten gives its pages back while the memory lives on", async () => {
    const memory = linearMemory();
    const path = file("forgotten", page);
    (() => {
      addon.mapFile(memory, page, page, path);
      memory[page] = 1;
    })();
    expect(await collectUntil(() => !isMapped(path))).toBe(true);
    expect(memory[page]).toBe(0);
    memory[page] = 2;
  });

  test("a closed mapping holds nothing", async () => {
    let collected = false;
    const registry = new FinalizationRegistry(() => {
      collected = true;
    });
    const closed = (() => {
      const memory = linearMemory();
      registry.register(memory.buffer, undefined);
      const mapping = addon.mapMemory(memory, 0, page, false);
      mapping.close();
      return mapping;
    })();
    expect(await collectUntil(() => collected)).toBe(true);
    closed.close();
  });

  test("a clock keeps its memory, and a forgotten clock does not", async () => {
    let collected = 0;
    const registry = new FinalizationRegistry(() => {
      collected++;
    });
    const clocks: (() => void)[] = [];
    (() => {
      const memory = linearMemory();
      registry.register(memory.buffer, undefined);
      clocks.push(addon.clock(memory, 0));
    })();
    expect(await collectUntil(() => collected > 0)).toBe(false);
    clocks[0]?.();
    clocks.length = 0;
    expect(await collectUntil(() => collected > 0)).toBe(true);
  });
});

describe("eventFd", () => {
  test("wait gives the signals so far, and 0 at the deadline", () => {
    const event = addon.eventFd();
    expect(event.wait(0)).toBe(0);
    event.signal();
    event.signal();
    expect(event.wait(0)).toBe(2);
    const started = performance.now();
    expect(event.wait(20.5)).toBe(0);
    expect(performance.now() - started).toBeGreaterThanOrEqual(20.4);
    event.close();
  });

  test("is closed on exec, and once closed it is EBADF, not somebody else's descriptor", () => {
    const event = addon.eventFd();
    const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${event.fd}`, "utf8"))?.[1];
    expect(Number.parseInt(flags as string, 8) & 0o2000000).toBe(0o2000000);
    event.close();
    event.close();
    expect(event.fd).toBe(-1);
    expect(failure(() => event.wait(0))).toMatchObject({ code: "EBADF", syscall: "ppoll" });
    expect(failure(() => event.signal()).message).toMatch(/^signal eventfd: EBADF/);
    expect(failure(() => addon.eventFdFrom(1_000_000)).code).toBe("EBADF");
  });

  test("a waiter on another's eventfd outlives it", () => {
    const event = addon.eventFd();
    const other = addon.eventFdFrom(event.fd);
    event.signal();
    event.close();
    expect(other.wait(0)).toBe(1);
    other.close();
  });

  test("wakes a worker that is blocked", async () => {
    const event = addon.eventFd();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const { result } = inWorker(
      `const event = addon.eventFdFrom(data.fd);
       Atomics.store(data.flag, 0, 1); Atomics.notify(data.flag, 0);
       return event.wait(10000);`,
      { fd: event.fd, flag },
    );
    Atomics.wait(flag, 0, 0, 10_000);
    event.signal();
    expect(await result).toBe(1);
    event.close();
  });

  test("wakes this thread from a worker, and signals to the process do not shorten a wait", async () => {
    const event = addon.eventFd();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const ignore = () => {};
    process.on("SIGUSR2", ignore);
    const { result } = inWorker(
      `const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
       Atomics.wait(data.flag, 0, 0, 10000);
       for (let i = 0; i < 15; i++) { process.kill(process.pid, "SIGUSR2"); await sleep(10); }
       addon.eventFdFrom(data.fd).signal();`,
      { fd: event.fd, flag },
    );
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    const started = performance.now();
    expect(event.wait(100)).toBe(0);
    expect(performance.now() - started).toBeGreaterThanOrEqual(100);
    expect(event.wait(10_000)).toBe(1);
    await result;
    process.off("SIGUSR2", ignore);
    event.close();
  });
});

describe("threads", () => {
  test("the clock is process.hrtime's, from JavaScript and from Wasm", () => {
    const memory = wasmMemory();
    const clock = addon.clock(new Uint8Array(memory.buffer), 64);
    const now = new BigUint64Array(memory.buffer);
    const called = callImport(clock);
    let previous = 0n;
    for (const read of [clock, called, clock, called]) {
      const before = process.hrtime.bigint();
      expect(read()).toBeUndefined();
      const after = process.hrtime.bigint();
      expect(now[8]).toBeGreaterThanOrEqual(before);
      expect(now[8]).toBeLessThanOrEqual(after);
      expect(now[8]).toBeGreaterThanOrEqual(previous);
      previous = now[8] as bigint;
    }
  });

  test("pinThread pins the thread that calls it and no other", async () => {
    const cpus = addon.allowedCpus();
    expect(cpus.length).toBeGreaterThan(0);
    expect([...cpus].sort((a, b) => a - b)).toEqual(cpus);
    const last = cpus.at(-1) as number;
    const { result } = inWorker("addon.pinThread(data); return addon.allowedCpus();", last);
    expect(await result).toEqual([last]);
    expect(addon.allowedCpus()).toEqual(cpus);
    expect(() => addon.pinThread(-1)).toThrow(RangeError);
    expect(() => addon.pinThread(8192)).toThrow(RangeError);
    const absent = failure(() => addon.pinThread(8191));
    expect(absent).toMatchObject({ code: "EINVAL", syscall: "sched_setaffinity" });
    expect(absent.message).toMatch(/^pin thread to CPU 8191: EINVAL/);
  });

  test("threadUsage charges this thread's work", () => {
    const spentNs = ({ userNs, systemNs }: ReturnType<typeof addon.threadUsage>) =>
      userNs + systemNs;
    const before = addon.threadUsage();
    // work until it is charged, for on a busy machine a while may pass without any
    while (spentNs(addon.threadUsage()) - spentNs(before) < 2e6);
    const after = addon.threadUsage();
    expect(after.userNs).toBeGreaterThanOrEqual(before.userNs);
    expect(after.systemNs).toBeGreaterThanOrEqual(before.systemNs);
    expect(Object.values(after).every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  });

  test("many workers load the addon at once and end in any way", async () => {
    const memory = linearMemory(128);
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const workers = Array.from({ length: 8 }, (_, index) =>
      inWorker(
        `const at = data.index * 65536;
         globalThis.kept = [addon.mapMemory(data.memory, at, 65536, false), addon.eventFd(),
           addon.clock(data.memory, at)];
         kept[2]();
         if (data.index % 4 === 1) { process.exit(0); }
         if (data.index % 4 === 2) { parentPort.postMessage(1); for (;;) kept[2](); }
         if (data.index % 4 === 3) { kept[0].close(); }
         return 1;`,
        { memory, index, flag },
      ),
    );
    const exits = workers.map(
      ({ worker, result }) =>
        new Promise<void>((resolve) => {
          worker.once("exit", () => resolve());
          result.then(() => setTimeout(() => worker.terminate(), 20));
        }),
    );
    await Promise.all(exits);
    memory.fill(1, 0, 8 * 65536);
    expect(memory[8 * 65536 - 1]).toBe(1);
  });
});

describe("VFIO", () => {
  test("a group that does not exist is ENOENT, with the verb", () => {
    const error = failure(() => addon.openVfioGroup(99_999));
    expect(error).toMatchObject({ code: "ENOENT", syscall: "open" });
    expect(error.message).toMatch(/^open VFIO group \/dev\/vfio\/99999: ENOENT/);
  });
});

/** (import "e" "memory") with peek(pointer) and poke(pointer, value) as single 32-bit accesses. */
function peekAndPoke(memory: WebAssembly.Memory): {
  peek(pointer: number): number;
  poke(pointer: number, value: number): void;
} {
  // biome-ignore format: one section a line
  const code = new Uint8Array([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    0x01, 0x0b, 0x02, 0x60, 0x01, 0x7f, 0x01, 0x7f, 0x60, 0x02, 0x7f, 0x7f, 0x00,
    0x02, 0x0f, 0x01, 0x01, 0x65, 0x06, ...Buffer.from("memory"), 0x02, 0x03, 0x01, 0x80, 0x01,
    0x03, 0x03, 0x02, 0x00, 0x01,
    0x07, 0x0f, 0x02, 0x04, ...Buffer.from("peek"), 0x00, 0x00, 0x04, ...Buffer.from("poke"), 0x00, 0x01,
    0x0a, 0x13, 0x02,
    0x07, 0x00, 0x20, 0x00, 0x28, 0x02, 0x00, 0x0b,
    0x09, 0x00, 0x20, 0x00, 0x20, 0x01, 0x36, 0x02, 0x00, 0x0b,
  ]);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { e: { memory } });
  return instance.exports as never;
}

/** A Wasm function that does nothing but call `imported`. */
function callImport(imported: () => void): () => void {
  // biome-ignore format: one section a line
  const code = new Uint8Array([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    0x01, 0x04, 0x01, 0x60, 0x00, 0x00,
    0x02, 0x07, 0x01, 0x01, 0x65, 0x01, 0x63, 0x00, 0x00,
    0x03, 0x02, 0x01, 0x00,
    0x07, 0x08, 0x01, 0x04, ...Buffer.from("call"), 0x00, 0x01,
    0x0a, 0x06, 0x01, 0x04, 0x00, 0x10, 0x00, 0x0b,
  ]);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { e: { c: imported } });
  return (instance.exports as { call: () => void }).call;
}
