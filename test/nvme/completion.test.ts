import { expect, test } from "vitest";
import { completionError, completionOf, statusBits } from "../../src/nvme/completion.ts";

test("a failed command is told with its status in full: name, bits, what happened, what to do", () => {
  const failed = completionOf([0, 0, 0, ((0x6800 | 0x080) << 17) >>> 0]);
  expect(statusBits(failed)).toEqual(["CRD 1", "More", "DNR"]);
  const error = completionError("Read", failed);
  expect(error.message).toBe(
    "Read: LBA Out of Range (0/80), CRD 1, More, DNR: the range reaches past the end of the namespace; " +
      "SLBA + NLB + 1 may be NSZE at most",
  );
  expect(error).toMatchObject({ code: "DEVICE", what: "Read", value: 0x080 });
});

test("a status without bits is told without", () => {
  expect(statusBits(completionOf([0, 0, 0, 0x80 << 17]))).toEqual([]);
});
