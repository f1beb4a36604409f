// The IOMMU behind a VFIO container, against a fake of the native calls.
import { describe, expect, test } from "vitest";
import type { NativeError } from "../../src/compiled/native.ts";
import { VfioIommu } from "../../src/transport/vfio-iommu.ts";

const bytes = new Uint8Array(new SharedArrayBuffer(0x10000));

function errno(code: string, message: string): NativeError {
  return Object.assign(new Error(message), { code, errno: -1, syscall: "ioctl" });
}

/** A device that notes its calls and fails them as it is told. */
function fake(failure?: { map?: NativeError; unmap?: NativeError }) {
  const calls: unknown[][] = [];
  const fail = { ...failure };
  const iommu = new VfioIommu(
    {
      dma: {
        iovaRanges: () => [{ start: 0n, end: 0xffffn }],
        mapDma: (memory, ...others) => {
          if (fail.map) throw fail.map;
          expect(memory).toBe(bytes);
          calls.push(["map", ...others]);
        },
        unmapDma: (...others) => {
          if (fail.unmap) throw fail.unmap;
          calls.push(["unmap", ...others]);
        },
      },
      openFaultQueue: null,
    },
    { bytes, keep: (kept) => kept },
    () => expect.unreachable(),
  );
  return { iommu, calls, fail };
}

describe("what fails", () => {
  test("a limit on locked memory says what it must allow, all that is locked included", () => {
    const { iommu, fail } = fake();
    iommu.map({ pointer: 0, bytes: 8192 }, 0n, "read-write");
    fail.map = errno("ENOMEM", "map DMA window: ENOMEM");
    const map = () => iommu.map({ pointer: 8192, bytes: 4096 }, 8192n, "read-write");
    expect(map).toThrow(expect.objectContaining({ code: "ENVIRONMENT", cause: fail.map }));
    expect(map).toThrow(/map DMA window: ENOMEM.*12 KiB.*ulimit -l/);
    expect(map, "what failed is not counted").toThrow(/12 KiB/);
  });

  test("what was unmapped counts no more", () => {
    const { iommu, fail } = fake();
    iommu.map({ pointer: 0, bytes: 8192 }, 0n, "read-write");
    iommu.unmap(0n, 8192);
    fail.map = errno("ENOMEM", "map DMA window: ENOMEM");
    expect(() => iommu.map({ pointer: 0, bytes: 4096 }, 0n, "read-write")).toThrow(/ 4 KiB/);
  });

  test("another failure is passed on without that advice", () => {
    const { iommu } = fake({ map: errno("EINVAL", "map DMA window: EINVAL") });
    const map = () => iommu.map({ pointer: 0, bytes: 4096 }, 0n, "read-write");
    expect(map).toThrow(/^map DMA window: EINVAL$/);
  });

  test("an unmap that the kernel refuses is an error", () => {
    const { iommu } = fake({ unmap: errno("ENOENT", "unmap DMA window: ENOENT") });
    expect(() => iommu.unmap(0n, 4096)).toThrow(/ENOENT/);
  });
});

test("maps and unmaps under the IOVAs that it is given, with the rights that it is given", () => {
  const { iommu, calls } = fake();
  iommu.map({ pointer: 0x1000, bytes: 4096 }, 0x1_0000_1000n, "read-only");
  iommu.map({ pointer: 0x2000, bytes: 8192 }, 0x1_0000_2000n, "read-write");
  iommu.map({ pointer: 0x4000, bytes: 4096 }, 0x1_0000_4000n, "write-only");
  iommu.unmap(0x1_0000_1000n, 4096);
  expect(calls).toEqual([
    ["map", 0x1000, 4096, 0x1_0000_1000n, 1],
    ["map", 0x2000, 8192, 0x1_0000_2000n, 3],
    ["map", 0x4000, 4096, 0x1_0000_4000n, 2],
    ["unmap", 0x1_0000_1000n, 4096],
  ]);
});

test("has the ranges that the kernel reports", () => {
  expect(fake().iommu.ranges()).toEqual([{ start: 0n, end: 0xffffn }]);
});
