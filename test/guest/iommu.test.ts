// Addresses, directions and virtual functions through VFIO: the kernel's IOMMU and an NVMe controller with SR-IOV, neither of
// which this project wrote.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exampleOutputs } from "../example-outputs.ts";
import { step } from "./outcome.ts";
import { pattern } from "./pattern.ts";
import { commandLine, exampleProgram, exitCodes, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

const images = mkdtempSync(join(tmpdir(), "phasebit-iommu-"));
afterAll(() => rmSync(images, { recursive: true, force: true }));

const PHYSICAL = "0000:00:08.0";
/** One physical function that can have two virtual ones; only a subsystem has virtual functions. They share a namespace. */
const physical = (file: string): string[] => [
  ...["-device", "nvme-subsys,id=subsystem0,nqn=phasebit"],
  "-device",
  "nvme,id=physical,serial=physical,subsys=subsystem0,addr=8,max_ioqpairs=8,msix_qsize=9," +
    "sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=4",
  ...["-drive", `file=${file},format=raw,cache=unsafe,if=none,id=shared`],
  ...["-device", "nvme-ns,drive=shared,bus=physical,nsid=1,shared=on"],
];

function image(name: string): string {
  const path = join(images, `${name}.img`);
  writeFileSync(path, pattern(16 << 20, 3));
  return path;
}

guestSuite("the IOMMU and virtual functions, through vfio-pci", () => {
  const guest = sharedBoot(() => ({
    name: "iommu",
    drives: [{ serial: "iommu", file: image("iommu") }],
    further: physical(image("shared")),
    script: `
      export STEP_SECONDS=150
      step iommu ${exampleProgram("iommu")} $NVME0
      step none ${commandLine()} sriov $NVME0
      step before ${commandLine()} sriov ${PHYSICAL}
      step vfs ${commandLine()} sriov ${PHYSICAL} --vfs 2
      step token ${commandLine()} info -d "$(basename $(readlink /sys/bus/pci/devices/${PHYSICAL}/virtfn1))"
      step gone ${commandLine()} sriov ${PHYSICAL} --vfs 0
      step sriov ${exampleProgram("sriov")} ${PHYSICAL}
      note parameter "$(cat /sys/module/vfio_pci/parameters/enable_sriov)"
      dmesg | grep -v audit | tail -n 60 > $SHARE/dmesg.out
    `,
    timeoutMs: 900_000,
  }));

  test("memory at an address of its own, and what was refused, in the words of the kernel's log", async () => {
    const result = await guest();
    const { exit, out } = step(result, "iommu");
    expect(exit, said(result, "iommu")).toBe(exitCodes.ok);
    expect(out).toMatch(exampleOutputs.iommu!);
  });

  test("a function without SR-IOV is refused by name", async () => {
    const result = await guest();
    const { exit, err } = step(result, "none");
    expect({ exit, err }).toMatchObject({ exit: exitCodes.usage });
    expect(err).toMatch(/it has no SR-IOV/);
  });

  test("virtual functions are made, and taken away", async () => {
    const result = await guest();
    expect(step(result, "before").out, said(result, "before")).toContain("0 of 2 virtual");
    expect(step(result, "vfs").out, said(result, "vfs")).toMatch(
      /2 of 2 virtual functions\n.*1 {2}0000:00:08\.1/,
    );
    expect(step(result, "gone").out, said(result, "gone")).toContain("0 of 2 virtual");
    expect(step(result, "parameter").out.trim()).toBe("N");
  });

  test("the physical function's controller gives resources to a virtual one's, which comes online and reads", async () => {
    const result = await guest();
    const { exit, out } = step(result, "sriov");
    expect(exit, said(result, "sriov")).toBe(exitCodes.ok);
    expect(out).toMatch(
      /^controller \d+: [2-9] queues, [1-9] interrupts\n0000:00:08\.1: ready, serial physical\n/,
    );
    expect(out).toMatch(exampleOutputs.sriov!);
  });

  test("without the VF token a virtual function is refused, with what to do", async () => {
    const result = await guest();
    const { exit, err } = step(result, "token");
    expect(exit, said(result, "token")).toBe(exitCodes.environment);
    expect(err).toMatch(/VF token that the physical function was opened with/);
  });
});
