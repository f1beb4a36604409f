// Exercised resets on the embedded controller, stepped: each fault is found by its name, and a sound device has none.
import { describe, expect, test } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import { RESET_KINDS } from "../../src/commands/reset.ts";
import type { Controller } from "../../src/nvme/controller.ts";
import {
  type Exercise,
  type ExerciseOptions,
  exerciseResets,
  isEnding,
} from "../../src/run/reset/exercise.ts";
import { resetKinds } from "../../src/run/reset/kinds.ts";
import { linesFor } from "../../src/text/compare-frame.ts";
import { resetLines } from "../../src/text/reset.ts";
import { openStepped } from "../nvme/devices.ts";

const NSSRO = 1 << 4;
const sound = { count: 2, nsid: 1, underLoad: false, timeoutMs: 2000 };
/** CAP.TO=0: a wait that is in vain takes half a second. */
const SHORT = "size=16m&fault=bad-cap:field=to,value=0";

async function exercise(
  parameters: string,
  options: Partial<ExerciseOptions> & Pick<ExerciseOptions, "kind">,
): Promise<Exercise> {
  return exerciseResets(await openStepped(parameters), { ...sound, ...options });
}

/** Names of what was found, each once. */
function names({ findings }: Exercise): string[] {
  return [...new Set(findings.map(({ name }) => name))];
}

test("the command line has the kinds that there are", () => {
  expect(RESET_KINDS).toEqual(resetKinds);
});

describe("misuse", () => {
  test("a kind that the device does not have is refused", async () => {
    const nssrs = "size=16m&fault=bad-cap:field=nssrs,value=0";
    await expect(exercise(nssrs, { kind: "subsystem" })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("a load needs queues of its own", async () => {
    await expect(
      exercise("size=16m&queues=1", { kind: "controller", underLoad: true }),
    ).rejects.toThrow(/under load: it needs 2 I\/O queues/);
  });

  test("who may not reset is asked before anything is, and knows the subsystem's name", async () => {
    const device = await openStepped("size=16m");
    let name = "";
    const mayReset = ({ identity }: Controller): void => {
      name = identity.subsystem;
      throw new Error("in use");
    };
    const options = { ...sound, kind: "subsystem", mayReset } as const;
    await expect(exerciseResets(device, options)).rejects.toThrow("in use");
    expect(name).toMatch(/^nqn\.2014-08\.org\.nvmexpress:uuid:[0-9a-f-]{36}$/);
    expect(device.registers.read(Register.CSTS) & NSSRO).toBe(0);
  });

  test("a namespace that is none", async () => {
    await expect(exercise("size=16m", { kind: "controller", nsid: 99 })).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});

describe("a sound device", () => {
  test.each(resetKinds)("%s: nothing is found, every step has its time", async (kind) => {
    const done = await exercise("size=16m", { kind, count: 3 });
    expect(done.findings).toEqual([]);
    expect(done).toMatchObject({ asked: 3, done: 3, interrupted: false, load: null });
    expect(done.registers.disabled!.csts & 1).toBe(0);
    expect(done.registers.after!.csts & 1).toBe(1);
    const shutsDown = kind === "shutdown" || kind === "abrupt";
    expect(done.steps.map(({ name, times }) => [name, times.total])).toEqual(
      [
        ...(shutsDown ? ["shutdown"] : []),
        "reset",
        "ready",
        "identify",
        "queues",
        "first-io",
        "total",
      ].map((name) => [name, 3]),
    );
    expect(done.features.after).toEqual(done.features.before);
  });

  test.each(resetKinds)("%s under load: each command is accounted for", async (kind) => {
    const done = await exercise("size=16m&latency=200us", { kind, count: 3, underLoad: true });
    expect(done.findings).toEqual([]);
    const { submitted, completed, failed, lost } = done.load!;
    expect(completed + failed + lost).toBe(submitted);
    expect(completed).toBeGreaterThan(0);
    // a normal shutdown lets what is in flight end
    expect(lost > 0).toBe(kind !== "shutdown");
  });

  test("who interrupts gets what was done", async () => {
    const signal = { aborted: true };
    const done = await exercise("size=16m", { kind: "controller", signal });
    expect(done).toMatchObject({ done: 0, interrupted: true, findings: [] });
  });
});

describe("a device that", () => {
  test.each([
    ["does not become ready again", "never-ready:nth=2", "controller", "not-ready"],
    ["stays ready", "never-unready:nth=1", "controller", "not-reset"],
    ["is not reset by the subsystem's reset", "reset-ignored", "subsystem", "not-reset"],
    ["is not reset by the function's reset", "reset-ignored", "function", "not-reset"],
    ["is not reset by a hot reset", "reset-ignored", "hot", "not-reset"],
    ["does not say that its subsystem was reset", "nssro-lost", "subsystem", "nssro-missing"],
    ["keeps its features", "features-kept", "function", "features-changed"],
    ["fails reads", "error-status:op=read,every=20", "controller", "io-failed"],
    ["reads something else", "corrupt-data:nth=20", "controller", "data-differs"],
    ["is gone", "gone:op=read,nth=17", "controller", "gone"],
  ] as const)("%s: %s", async (_, fault, kind, name) => {
    const done = await exercise(`${SHORT};${fault}`, { kind });
    expect(names(done)).toEqual([name]);
    expect(done.done === done.asked).toBe(!isEnding({ name }));
    const [first] = done.findings;
    expect(first!.text).not.toBe("");
    const text = resetLines("embedded", done, linesFor({ color: false, columns: 80 }));
    const { length } = done.findings;
    const often = length === 1 ? "" : ` and ${length - 1} more`;
    expect(text.join("\n")).toContain(`${name}, reset ${first!.reset}${often}:`);
    expect(text.filter((line) => line.startsWith("found"))).toHaveLength(1);
    expect(text.every((line) => line.length <= 80)).toBe(true);
  });

  test("does not shut down", async () => {
    const device = await openStepped("size=16m&fault=shutdown-stuck");
    Object.defineProperty(device, "shutDown", {
      value: () => device.registers.until(0x1c, { SHST: 2 }, { timeoutMs: 20 }),
    });
    const done = await exerciseResets(device, { ...sound, kind: "shutdown" });
    expect(names(done)).toEqual(["not-shut-down"]);
  });

  test("completes a command of before the reset", async () => {
    const parameters = "size=16m&latency=200us&fault=late-completion:nth=2";
    const done = await exercise(parameters, { kind: "controller", count: 2, underLoad: true });
    expect(names(done)).toEqual(["written-after-reset"]);
    expect(done.findings[0]!.text).toMatch(/completion queue of queue [2-5]/);
  });
});
