// Getting hold of a drive: from the kernel's own driver to vfio-pci and back, past everything that may be using it.
import { expect, test } from "vitest";
import { step } from "./outcome.ts";
import { said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

guestSuite("a drive changes hands", () => {
  const guest = sharedBoot(() => ({
    name: "drive",
    drives: [{ serial: "null", file: "null-co", size: 1 << 30, blockSize: 4096 }],
    script: `
      to_kernel $NVME0
      note kernel "$(driver_of $NVME0) $(disk_of $NVME0)"
    `,
  }));

  test("the kernel's own driver takes it, and shows its namespace", async () => {
    const result = await guest();
    expect(step(result, "kernel").out, said(result, "kernel")).toBe("nvme nvme0n1\n");
  });
});
