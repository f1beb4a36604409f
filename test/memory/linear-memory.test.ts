// The memory of one controller: its windows, what is handed out of them, and what a device may reach.
import { fstatSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { HEAP, RESERVED_BYTES } from "../../assembly/layout.ts";
import { native } from "../../src/compiled/native.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import type { Access, Iommu } from "../../src/memory/iommu.ts";
import {
  HUGE_PAGE_BYTES,
  LinearMemory,
  type MemoryKind,
  type MemoryPlan,
} from "../../src/memory/linear-memory.ts";
import { presentPages } from "../pages.ts";

const plan: MemoryPlan = {
  host: 10_000,
  commands: 5000,
  completions: 4096,
  data: 1_000_000,
  doorbellBytes: 4096,
  mediaBytes: [65536, 4096],
};
const kinds: readonly MemoryKind[] = ["host", "commands", "completions", "data"];

interface Mapped {
  readonly pointer: number;
  readonly bytes: number;
  readonly access: Access;
}

/** An IOMMU that remembers, and refuses what comes after `most` mappings. */
function iommu(most = Number.POSITIVE_INFINITY, ranges: ReturnType<Iommu["ranges"]> = []) {
  const mapped = new Map<bigint, Mapped>();
  const it: Iommu = {
    ranges: () => ranges,
    watchFaults: () => expect.unreachable(),
    answerFaults: () => expect.unreachable(),
    map: (span, iova, access) => {
      if (mapped.size >= most) throw new Error("map DMA window: ENOMEM");
      expect(mapped.has(iova)).toBe(false);
      mapped.set(iova, { ...span, access });
    },
    unmap: (iova, bytes) => {
      expect(mapped.get(iova)?.bytes, "one unmap for one map").toBe(bytes);
      mapped.delete(iova);
    },
  };
  return { mapped, iommu: it };
}

describe("misuse", () => {
  test("larger than 4 GiB is refused", () => {
    const huge = { ...plan, data: 5 * 2 ** 30 };
    expect(() => new LinearMemory(huge)).toThrow(PhasebitError);
    expect(() => new LinearMemory(huge)).toThrow(/4 GiB/);
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%d bytes are no window", (data) => {
    expect(() => new LinearMemory({ ...plan, data })).toThrow(
      expect.objectContaining({ code: "USAGE", what: "memory.data" }),
    );
  });

  test("once it is closed nothing is handed out, and what was is refused", () => {
    const memory = new LinearMemory(plan);
    const region = memory.allocate(4096);
    memory.close();
    expect(() => memory.allocate(1)).toThrow(/the device was closed/);
    expect(() => region.view).toThrow(/the device was closed/);
    region.release();
    expect(memory.used.data).toBe(0);
  });

  test("what the system refuses is a failure of the environment, with its cause", () => {
    const memory = new LinearMemory(plan);
    const refusal = Object.assign(new Error("map 4096 bytes of memory: EMFILE"), {
      code: "EMFILE",
    });
    vi.spyOn(native(), "mapMemory").mockImplementationOnce(() => {
      throw refusal;
    });
    expect(() => memory.allocate(1)).toThrow(
      expect.objectContaining({ code: "ENVIRONMENT", cause: refusal }),
    );
    expect(memory.allocate(1).bytes).toBe(1);
    memory.close();
  });

  test("a window that is full says whose it is; what came back is there again", () => {
    const memory = new LinearMemory({ ...plan, data: HUGE_PAGE_BYTES });
    const all = memory.allocate(HUGE_PAGE_BYTES);
    expect(() => memory.allocate(1)).toThrow(/1 bytes of data memory: .* full/);
    all.release();
    expect(memory.allocate(HUGE_PAGE_BYTES).pointer).toBe(all.pointer);
    memory.close();
  });

  test("an IOMMU that maps no more leaves nothing mapped, and the memory can be attached again", () => {
    const memory = new LinearMemory(plan);
    for (const kind of kinds) memory.allocate(4096, { kind });
    const { mapped, iommu: narrow } = iommu(2);
    expect(() => memory.attach(narrow)).toThrow(/ENOMEM/);
    expect(mapped.size).toBe(0);
    memory.detach();
    const wide = iommu();
    memory.attach(wide.iommu);
    expect(wide.mapped.size).toBe(3);
    memory.close();
  });

  test("no place in the IOMMU's ranges is an error that names them", () => {
    const memory = new LinearMemory(plan);
    const { iommu: narrow } = iommu(9, [{ start: 0x1000n, end: 0x1fffn }]);
    expect(() => memory.placeFor(narrow)).toThrow(/none of the IOMMU's ranges \(1000-1fff\)/);
  });
});

describe("windows", () => {
  test("hand out what lies in order, apart, inside, on its pages", () => {
    const memory = new LinearMemory(plan);
    const { doorbells, dma, media } = memory;
    const [host, ...others] = kinds.map((kind) => memory.allocate(4096, { kind }));
    expect(host!.pointer).toBe(HEAP);
    const windows = [host!, doorbells, ...others, ...media];
    for (const [index, window] of windows.entries()) {
      expect(window.pointer % 4096).toBe(0);
      const next = windows[index + 1]?.pointer ?? memory.bytes.length;
      expect(window.pointer + window.bytes).toBeLessThanOrEqual(next);
    }
    expect(dma.pointer).toBe(others[0]!.pointer);
    expect(dma.pointer + dma.bytes).toBeLessThanOrEqual(media[0]!.pointer);
    memory.close();
  });

  test("keep unmapped pages between them", () => {
    const memory = new LinearMemory({
      ...plan,
      commands: HUGE_PAGE_BYTES,
      completions: HUGE_PAGE_BYTES,
    });
    const full = (kind: MemoryKind) => memory.allocate(HUGE_PAGE_BYTES, { kind });
    const [commands, completions] = [full("commands"), full("completions")];
    const data = memory.allocate(4096);
    expect(completions.pointer - commands.pointer - commands.bytes).toBeGreaterThanOrEqual(4096);
    expect(data.pointer - completions.pointer - completions.bytes).toBeGreaterThanOrEqual(4096);
    memory.close();
  });

  test("of DMA memory begin on a huge page's address", () => {
    const memory = new LinearMemory(plan);
    const address = native().addressOf(memory.bytes) + BigInt(memory.dma.pointer);
    expect(address % BigInt(HUGE_PAGE_BYTES)).toBe(0n);
    expect(memory.dma.bytes % HUGE_PAGE_BYTES).toBe(0);
  });

  test("are seen at 4 GiB and more where the IOMMU allows it, else where it does", () => {
    const memory = new LinearMemory(plan);
    memory.placeFor(iommu().iommu);
    expect(memory.allocate(8).iova >> 32n).toBe(1n);
    const other = new LinearMemory(plan);
    other.placeFor(iommu(9, [{ start: 5n << 32n, end: (7n << 32n) - 1n }]).iommu);
    expect(other.iovaBase).toBe(5n << 32n);
    memory.close();
  });
});

test("has all pages at fixed places and under the doorbells, and none of the media, from the start", () => {
  const memory = new LinearMemory({ ...plan, mediaBytes: [65536] });
  const fixed = { pointer: RESERVED_BYTES, bytes: HEAP - RESERVED_BYTES };
  for (const span of [fixed, memory.doorbells]) {
    expect(presentPages(memory.bytes, span)).toHaveLength(span.bytes / 4096);
  }
  expect(presentPages(memory.bytes, memory.media[0]!)).toEqual([]);
  memory.close();
});

describe("allocate", () => {
  test("gives zeroed memory, also where somebody wrote before", () => {
    const memory = new LinearMemory(plan);
    const first = memory.allocate(4096).fill(0xff);
    const { pointer } = first;
    first.release();
    const second = memory.allocate(4096);
    expect(second.pointer).toBe(pointer);
    expect(second.copy().every((byte) => byte === 0)).toBe(true);
    memory.close();
  });

  test("counts what is used and what has pages, kind by kind", () => {
    const memory = new LinearMemory(plan);
    expect(memory.committed.data).toBe(0);
    const region = memory.allocate(5000, { alignment: 64 });
    expect(memory.used).toMatchObject({ data: 5000, commands: 0, completions: 0 });
    expect(memory.committed.data).toBeGreaterThanOrEqual(5000);
    region.release();
    expect(memory.used.data).toBe(0);
    memory.close();
  });
});

describe("a device", () => {
  test("reaches all but host memory: commands read only, also what is allocated later", () => {
    const memory = new LinearMemory(plan);
    const { mapped, iommu: it } = iommu();
    const early = memory.allocate(4096, { kind: "commands" });
    memory.attach(it);
    memory.attach(it);
    memory.allocate(4096, { kind: "host" });
    const late = memory.allocate(4096);
    const rights = [...mapped.values()].map(({ pointer, access }) => [pointer, access]);
    expect(rights).toEqual([
      [early.pointer, "read-only"],
      [late.pointer, "read-write"],
    ]);
    expect([...mapped.keys()]).toEqual([early.iova, late.iova]);
    memory.detach();
    memory.detach();
    expect(mapped.size).toBe(0);
    memory.allocate(4096, { kind: "completions" });
    expect(mapped.size, "nothing is mapped while it is detached").toBe(0);
    memory.close();
  });
});

test("is zero and writable after its windows were closed", () => {
  const memory = new LinearMemory(plan);
  const { pointer } = memory.allocate(4096).fill(7);
  memory.close();
  expect(memory.bytes[pointer]).toBe(0);
  memory.bytes[pointer] = 8;
  expect(memory.bytes[pointer]).toBe(8);
});

describe("in segments", () => {
  test("each window is one sealed file, known to the IOMMU as a whole, with pages as far as they are needed", () => {
    const memory = new LinearMemory({ ...plan, data: 8 * HUGE_PAGE_BYTES, segments: true });
    const { iommu: it, mapped } = iommu();
    memory.attach(it);
    const first = memory.allocate(4096);
    const second = memory.allocate(HUGE_PAGE_BYTES);
    expect([...mapped.values()]).toHaveLength(1);
    expect([...mapped.values()][0]).toMatchObject({ bytes: 8 * HUGE_PAGE_BYTES });
    const places = [first, second].map((region) => memory.fileOf(region)!);
    expect(places[0]!.fd).toBe(places[1]!.fd);
    expect(places[1]!.offset - places[0]!.offset).toBe(second.pointer - first.pointer);
    expect(native().sealsOf(places[0]!.fd) & 2).toBe(2);
    expect(fstatSync(places[0]!.fd).blocks * 512).toBe(memory.committed.data);
    expect(memory.allocate(4096, { kind: "commands" }).iova).toBeGreaterThan(0n);
    expect([...mapped.values()].map(({ access }) => access)).toEqual(["read-write", "read-only"]);
    memory.detach();
    expect(mapped.size).toBe(0);
    memory.close();
  });

  test("host memory, and memory that is not in segments, has no file to lend", () => {
    const memory = new LinearMemory({ ...plan, segments: true });
    expect(memory.fileOf(memory.allocate(4096, { kind: "host" }))).toBeUndefined();
    memory.close();
    const other = new LinearMemory(plan);
    expect(other.fileOf(other.allocate(4096))).toBeUndefined();
    other.close();
  });
});
