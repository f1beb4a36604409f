// The addon's calls of iommufd and of VFIO's character devices: no kernel at hand has them, so what they hand to ioctl is
// held, byte by byte, against the layouts that <linux/iommufd.h> and <linux/vfio.h> publish.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADDON_FILE, type NativeError, native } from "../../src/compiled/native.ts";

const folder = mkdtempSync(join(tmpdir(), "phasebit-iommufd-"));
const library = join(folder, "kernel.so");
const source = join(import.meta.dirname, "iommufd-kernel.c");
const memory = new Uint8Array(
  new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer,
);

beforeAll(() => {
  const flags = ["-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source];
  const { status, stderr } = spawnSync(process.env.CC ?? "cc", flags, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Lines that the kernel and the script printed; `iommufd` and `memory` are there. */
function run(script: string): string[] {
  const prelude = `
    const addon = require(${JSON.stringify(ADDON_FILE)});
    const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
    const iommufd = addon.openIommufd("/dev/null");
    const say = (value) => require("fs").writeSync(1, String(value) + "\\n");
    const attempt = (action) => { try { action(); } catch (error) { say(error.code + " " + error.message); } };
  `;
  const env = { ...process.env, LD_PRELOAD: library };
  const child = spawnSync(process.execPath, ["-e", prelude + script], { env, encoding: "utf8" });
  expect(child.stderr).toBe("");
  return child.stdout.trim().split("\n");
}

describe("bad arguments are refused before any call", () => {
  const iommufd = native().openIommufd("/dev/null");
  afterAll(() => iommufd.close());
  const map = (iova: bigint, access: number, bytes = 4096, pointer = 0) => {
    return () => iommufd.mapDma(1, memory, pointer, bytes, iova, access);
  };

  test.each([
    ["no access", map(0n, 0), /access must not be 0/],
    ["an access that is none", map(0n, 4), /access must be an integer from 0 to 3/],
    ["an address on no page", map(1n, 3), /iova must be a multiple of 4096/],
    ["a part of a page", map(0n, 3, 100), /bytes must be a multiple/],
    ["what lies outside of the memory", map(0n, 3, 4096, 65536), /lies outside the memory/],
    ["nothing to unmap", () => iommufd.unmapDma(1, 0n, 0), /bytes must not be 0/],
    [
      "page tables of no number",
      () => iommufd.allocatePageTable(-1, 1, 1),
      /ioas must be an integer from 0 to 4294967295/,
    ],
    [
      "a short token",
      () => native().openVfioCdev("/dev/null", "x", 3, 1, new Uint8Array(15)),
      /token must have 16 bytes/,
    ],
  ] as const)("%s", (_, action, words) => {
    expect(action).toThrow(words);
  });

  test("what is no iommufd, or closed, is an error of the kernel's", () => {
    const failure = (action: () => unknown): string => {
      try {
        action();
      } catch (error) {
        return (error as NativeError).code;
      }
      return "none";
    };
    expect(failure(() => iommufd.allocateIoas())).toBe("ENOTTY");
    expect(failure(() => iommufd.allocateFaultQueue())).toBe("ENOTTY");
    expect(failure(() => iommufd.allocatePageTable(1, 2, 3))).toBe("ENOTTY");
    expect(failure(() => iommufd.destroy(1))).toBe("ENOTTY");
    expect(failure(() => native().openIommufd(join(folder, "none")))).toBe("ENOENT");
    const cdev = () => native().openVfioCdev("/dev/null", "x", iommufd.fd, 1, null);
    expect(failure(cdev)).toBe("ENOTTY");
    const closed = native().openIommufd("/dev/null");
    closed.close();
    closed.close();
    expect([closed.fd, failure(() => closed.allocateIoas())]).toEqual([-1, "EBADF"]);
  });
});

test("an address space, its ranges, maps of each direction, and their end", () => {
  const lines = run(`
    const ioas = iommufd.allocateIoas();
    say(ioas);
    const ranges = iommufd.iovaRanges(ioas);
    say([ranges.length, ranges[19].start.toString(16), ranges[19].end.toString(16)]);
    for (const access of [1, 2, 3]) iommufd.mapDma(ioas, memory, 4096, 8192, 0x1234567000n, access);
    iommufd.unmapDma(ioas, 0x1234567000n, 8192);
    attempt(() => iommufd.unmapDma(ioas, 0x5000n, 8192));
  `);
  expect(lines).toEqual([
    // size, flags, out_ioas_id
    "81 0c000000 00000000 00000000",
    "7",
    // size, ioas_id, num_iovas, reserved, allowed_iovas, out_iova_alignment
    "84 20000000 07000000 10000000 00000000 ffffffff ffffffff 00000000 00000000",
    "84 20000000 07000000 14000000 00000000 ffffffff ffffffff 00000000 00000000",
    "20,1300000000,130000ffff",
    // size, flags (FIXED_IOVA 1, WRITEABLE 2, READABLE 4), ioas_id, reserved, user_va, length, iova
    ...["05000000", "03000000", "07000000"].map(
      (flags) =>
        `85 28000000 ${flags} 07000000 00000000 ffffffff ffffffff 00200000 00000000 00705634 12000000`,
    ),
    // size, ioas_id, iova, length
    "86 18000000 07000000 00705634 12000000 00200000 00000000",
    "86 18000000 07000000 00500000 00000000 00200000 00000000",
    "ENOENT unmap 8192 bytes of DMA memory at iova 0x5000: ENOENT, only 4096 bytes were mapped",
  ]);
});

test("a device is bound, then attached, with a token only where there is one", () => {
  const lines = run(`
    const open = (token) => addon.openVfioCdev("/dev/null", "0000:01:00.0", 300, 7, token);
    say(open(null).hasReset);
    const [plain] = [open(Uint8Array.from({ length: 16 }, (_, index) => index))];
    plain.close();
  `);
  const [bind, attach, hasReset, withToken] = lines;
  // argsz, flags, iommufd, out_devid
  expect(bind).toBe("76 10000000 00000000 2c010000 00000000");
  // argsz, flags, pt_id
  expect(attach).toBe("77 0c000000 00000000 07000000");
  expect(hasReset).toBe("true");
  // and token_uuid_ptr
  expect(withToken).toMatch(/^76 18000000 01000000 2c010000 00000000 (?!00000000 00000000)/);
});

test("a fault queue, page tables that tell it, what it tells, and the answers", () => {
  const lines = run(`
    const device = addon.openVfioCdev("/dev/null", "0000:01:00.0", 300, 7, null);
    const queue = iommufd.allocateFaultQueue();
    say([device.iommufdId, queue.id, queue.fd > 2]);
    const table = iommufd.allocatePageTable(7, device.iommufdId, queue.id);
    device.attach(table);
    for (const fault of queue.take()) say(Object.values(fault).map((value) => value.toString(16)));
    say(queue.take().length);
    queue.answer(0xfffffffe, 0);
    queue.answer(5, 1);
    attempt(() => queue.answer(5, 2));
    iommufd.destroy(table);
    queue.close();
    queue.close();
    say(queue.fd);
    attempt(() => queue.take());
  `);
  expect(lines.slice(2)).toEqual([
    // size, flags, out_fault_id, out_fault_fd
    "8e 10000000 00000000 00000000 00000000",
    "9,11,true",
    // size, flags (FAULT_ID_VALID), dev_id, pt_id, out_hwpt_id, reserved, data_type, data_len, data_uptr, fault_id, reserved
    "89 30000000 04000000 09000000 07000000 00000000 00000000 00000000 00000000 00000000 00000000 0b000000 00000000",
    // argsz, flags, pt_id
    "77 0c000000 00000000 0c000000",
    // flags, device, PASID, group, permissions, address, length, cookie
    "1,9,12345,3,1,123456789ab7000,0,1",
    "3,9,12345,3,2,5000,2000,fffffffe",
    "0",
    "undefined code must be an integer from 0 to 1",
    // size, id
    "80 08000000 0c000000",
    // cookie, code
    "ff feffffff 00000000",
    "ff 05000000 01000000",
    "-1",
    "EBADF read page faults: EBADF, Bad file descriptor",
  ]);
});
