// The addon's VFIO calls by themselves, against Linux's vfio-pci: what no fake can say about the kernel.
import { expect, test } from "vitest";
import { step } from "./outcome.ts";
import { said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

guestSuite("native VFIO", () => {
  const guest = sharedBoot(() => ({
    name: "native",
    drives: [{ serial: "null", file: "null-co", blockSize: 4096 }],
    script: `
      quiet $NVME0
      step smoke $NODE $REPOSITORY/test/guest/vfio-smoke.mjs $NVME0
    `,
  }));

  test("group, container and device do as the smoke script expects", async () => {
    const result = await guest();
    expect(step(result, "smoke").exit, said(result, "smoke")).toBe(0);
    expect(step(result, "smoke").out).toMatch(/^ok$/m);
  });
});
