// The programs in examples/ against an NVMe controller that this project did not write.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exampleOutputs } from "../example-outputs.ts";
import { step } from "./outcome.ts";
import { exampleProgram, exitCodes, interpreter, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

const names = Object.keys(exampleOutputs);

const images = mkdtempSync(join(tmpdir(), "phasebit-examples-"));
afterAll(() => rmSync(images, { recursive: true, force: true }));

function image(): string {
  const path = join(images, "examples.img");
  writeFileSync(path, "");
  truncateSync(path, 64 * 1024 * 1024);
  return path;
}

guestSuite("the examples, through vfio-pci", () => {
  const guest = sharedBoot(() => ({
    name: "examples",
    drives: [{ serial: "examples", file: image() }],
    script: `
      STEP_SECONDS=400
      step process ${exampleProgram("identify")} $NVME0
      step programs ${interpreter()} test/guest/examples.mjs $REPOSITORY/dist/examples $SHARE $NVME0 ${names.join(" ")}
    `,
    timeoutMs: 480_000,
  }));

  const expectOutput = async (name: string, outputOf: string) => {
    const result = await guest();
    const { exit, out, err } = step(result, name);
    expect({ exit, err }, said(result, name)).toEqual({ exit: exitCodes.ok, err: "" });
    expect(out).toMatch(exampleOutputs[outputOf]!);
  };

  test("identify as a process of its own", () => expectOutput("process", "identify"));

  test.each(names)("%s", (name) => expectOutput(name, name));
});
