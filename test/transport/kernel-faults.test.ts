// Faults out of the kernel's log: lines as its drivers write them, and lines that only look so.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { watchKernelFaults } from "../../src/transport/kernel-faults.ts";
import { type KernelLog, openKernelLog, recordsOf } from "../../src/transport/kernel-log.ts";

const ADDRESS = "0000:01:00.0";

function logOf(texts: readonly string[], hasLost = false): () => KernelLog {
  const records = texts.map((text, sequence) => ({ sequence, text }));
  return () => ({ take: () => ({ records, hasLost }), close: () => {} });
}

function report(texts: readonly string[], address = ADDRESS, hasLost = false) {
  return watchKernelFaults(address, logOf(texts, hasLost)).take();
}

describe("nothing is made up:", () => {
  test("a log that may not be read is no log without faults", () => {
    const refusing = () => {
      throw Object.assign(new Error("open"), { code: "EPERM" });
    };
    expect(watchKernelFaults(ADDRESS, refusing).take()).toEqual({
      faults: null,
      isComplete: false,
      why: "only the kernel's log tells of them, and /dev/kmsg gives EPERM",
    });
  });

  test.each([
    "DMAR: DRHD: handling fault status reg 2",
    "DMAR: [INTR-REMAP] Request device [01:00.0] fault index 0x0 [fault reason 0x22]",
    "DMAR: [DMA Read NO_PASID] Request device [02:00.0] fault addr 0x1000 [fault reason 0x06] x",
    "DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0xzz [fault reason 0x06] x",
    "x DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0x1 [fault reason 0x06] x",
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:01:00.0 domain=0x1 address=0x1 flags=0x0008]",
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=zz:zz domain=0x1 address=0x1 flags=0x0000]",
    "AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x1 address=0x1 flags=0x0000]",
    "",
  ])("%s", (line) => {
    expect(report([line])).toEqual({ faults: [], isComplete: true });
  });

  test("records that were lost, and lines that the kernel kept to itself, are said", () => {
    expect(report([], ADDRESS, true)).toMatchObject({ faults: [], isComplete: false });
    const { why, isComplete } = report(["dmar_fault: 12 callbacks suppressed"]);
    expect({ why, isComplete }).toEqual({ why: "the kernel has left some out", isComplete: false });
  });

  test("Intel's lines name no segment: in another one nobody knows whose they are", () => {
    const line =
      "DMAR: [DMA Write NO_PASID] Request device [01:00.0] fault addr 0x1000 [fault reason 0x05] x";
    expect(report([line], "0001:01:00.0")).toMatchObject({ faults: [], isComplete: false });
  });

  test("control characters of a line do not get through, and it ends", () => {
    const line = `DMAR: [DMA Read] Request device [01:00.0] fault addr 1 [fault reason 06] \u001b[2J${"x".repeat(999)}`;
    const [fault] = report([line]).faults!;
    expect(fault!.why).toMatch(/^\?\[2Jx{116}$/);
  });
});

test.each([
  [
    "DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0x3fffff000 [fault reason 0x06] PTE Read access is not set",
    { iova: 0x3_ffff_f000n, access: "read", why: "PTE Read access is not set" },
  ],
  [
    "DMAR: [DMA Write PASID 0x1] Request device [01:00.0] fault addr 0x1000 [fault reason 0x05] PTE Write access is not set",
    { iova: 0x1000n, access: "write", why: "PTE Write access is not set" },
  ],
  [
    "DMAR: [DMA Read] Request device [01:00.0] PASID ffffffff fault addr fffff000 [fault reason 06] PTE Read access is not set",
    { iova: 0xffff_f000n, access: "read", why: "PTE Read access is not set" },
  ],
  [
    "vfio-pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000b address=0xfd00 flags=0x0030]",
    { iova: 0xfd00n, access: "write", why: "the direction is not allowed" },
  ],
  [
    "AMD-Vi: Event logged [IO_PAGE_FAULT device=01:00.0 domain=0x000b address=0xfd00 flags=0x0000]",
    { iova: 0xfd00n, access: "read", why: "nothing is mapped there" },
  ],
] as const)("%s", (line, fault) => {
  expect(report([line])).toEqual({ faults: [{ ...fault, bytes: null }], isComplete: true });
});

describe("the kernel's log", () => {
  test("only records of the kernel's own count, and only those since it was opened", () => {
    const folder = mkdtempSync(join(tmpdir(), "phasebit-kmsg-"));
    const path = join(folder, "kmsg");
    writeFileSync(path, "3,1,100,-;DMAR: before\n");
    const log = openKernelLog(path);
    expect(log.take()).toEqual({ records: [], hasLost: false });
    appendFileSync(path, "3,2,200,-;DMAR: after\n SUBSYSTEM=pci\n12,3,300,-;DMAR: somebody's\n");
    expect(log.take()).toEqual({ records: [{ sequence: 2, text: "DMAR: after" }], hasLost: false });
    log.close();
    log.close();
    expect(log.take().hasLost, "a closed log tells nothing").toBe(true);
    rmSync(folder, { recursive: true });
  });

  test.each(["", ";", "3,1;x", "a,1,2,-;x", "3,1,2,-", "99999999999,1,2,-;x"])(
    "%j is no record",
    (line) => {
      expect(recordsOf(line)).toEqual([]);
    },
  );
});
