// phasebit info, without a process: controllers that come up, that do not, and that say odd things.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { ALL_ONES, Register } from "../../assembly/spec/registers.ts";
import { examine, examined } from "../../src/actions/info.ts";
import { documentText } from "../../src/actions/inspect.ts";
import { decodeValue } from "../../src/decode/decode.ts";
import { registerNamed } from "../../src/decode/registers.ts";
import { unusualFunction, unusualHealth, unusualRegisters } from "../../src/decode/unusual.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { Registers } from "../../src/nvme/registers.ts";
import { linesFor } from "../../src/text/compare-frame.ts";
import { infoReport } from "../../src/text/info.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { openStepped } from "../nvme/devices.ts";

const plain = linesFor({ color: false, columns: 80 });
const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));

async function seen(parameters: string) {
  const device = await openStepped(parameters);
  const { examination, failure } = await examine(device, "embedded");
  return { device, examination, failure, lines: infoReport(examination, plain) };
}

describe("a controller that does not come up is told all the same", () => {
  test("one that is gone", () => {
    const transport = { address: "gone", read32: () => ALL_ONES } as unknown as Transport;
    const { examination } = examined({ transport, registers: new Registers(transport) }, "gone");
    expect(infoReport(examination, plain)).toEqual([
      "device  gone",
      "who     version not known",
      "state   no device answers: its registers read all-ones",
      "pci     no configuration space",
    ]);
  });

  test("one that refuses its first command", async () => {
    const { examination, failure, lines } = await seen(
      "size=16m&fault=error-status:op=identify,sct=0,sc=6",
    );
    expect(failure).toMatchObject({ code: "DEVICE" });
    expect(examination.answers).toBeNull();
    expect(lines.join("\n")).toContain("of 4096 entries");
    expect(lines.join("\n")).not.toContain("health");
  });

  test("one whose health cannot be read", async () => {
    const { failure, lines } = await seen("size=16m&fault=error-status:op=get-log-page,sct=0,sc=2");
    expect(failure).toBeNull();
    expect(lines).toContain("health  not known: the SMART log cannot be read");
  });
});

test("one screen of 80 columns, and a document that matches its schema", async () => {
  const { examination, lines, device } = await seen("size=16m&namespaces=3&lba=512,4096,512");
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.every(({ length }) => length <= 80)).toBe(true);
  expect(lines).toContain("ns 2    16MiB, 4096 blocks  formats: 4KiB, in use");
  expect(lines).toContain("state   disabled");
  expect(examination.answers).toMatchObject({ ioQueues: 64, nsids: [1, 2, 3] });
  expect(examination.unusual).toEqual([]);
  const { answers, registers, state, unusual } = examination;
  const document = JSON.parse(
    documentText("info", {
      device: { address: device.address },
      ...{ state, registers, unusual, ...answers },
      function: null,
    }),
  );
  expect(matches(document) || matches.errors).toBe(true);
});

test("strings of the device cannot reach the terminal", async () => {
  const { lines } = await seen("size=16m&serial=%1B%5B2J&model=%07odd");
  expect(lines.join("\n")).toContain("serial \\x1b[2J");
  expect(lines.join("\n")).toContain("\\x07odd");
});

test("nothing is written without admin commands", async () => {
  const trace: string[] = [];
  const device = await openStepped("size=16m", (line) => trace.push(line));
  const { examination } = examined(device, "embedded");
  expect(examination.answers).toBeNull();
  expect(trace.some((line) => line.startsWith("write"))).toBe(false);
  expect(device.registers.read(Register.CC)).toBe(0);
});

describe("unusual", () => {
  const register = (name: string, value: number | bigint) => ({
    name,
    fields: decodeValue(registerNamed(name)!, value),
  });
  /** MQES 4095, TO 1, the NVM command set. */
  const usual = 4095n | (1n << 24n) | (1n << 37n);

  test.each([
    [usual, []],
    [usual | (1n << 63n), ["CAP: bits 63:62 are reserved, and 0x2"]],
    [7n | (1n << 24n) | (1n << 37n), ["queues have at most 8 entries (CAP.MQES)"]],
    [usual | (1n << 48n), ["pages must be larger than 4 KiB (CAP.MPSMIN)"]],
    [
      4095n,
      [
        "CAP.TO is 0: it gives itself no time to become ready",
        "it has no NVM command set (CAP.CSS)",
      ],
    ],
  ])("CAP %s", (cap, expected) => {
    expect(unusualRegisters([register("CAP", cap)])).toEqual(expected);
  });

  test("warnings of the drive", () => {
    const bit = (longName: string, value: number) => ({ name: "B", longName, value, text: "" });
    const field = { longName: "", text: "" };
    const smart = [
      {
        ...field,
        name: "CW",
        value: 5,
        children: [bit("spare", 1), bit("hot", 0), bit("worn", 1)],
      },
      { ...field, name: "PUSED", value: 120 },
    ];
    expect(unusualHealth(smart)).toEqual([
      "critical warning: spare",
      "critical warning: worn",
      "120 % of its life are used",
    ]);
    expect(unusualHealth([])).toEqual([]);
  });

  test("a link below what it could be, and no function level reset", () => {
    const part = (name: string, inside: readonly (readonly [string, number, string])[]) => ({
      ...{ name, longName: "", value: 0, text: "" },
      children: inside.map(([inner, value, meaning]) => ({
        ...{ name: inner, longName: "", value, text: String(value), meaning },
      })),
    });
    const fields = [
      part("PXDCAP", [["FLRC", 0, "no"]]),
      part("PXLCAP", [
        ["SLS", 4, "16 GT/s"],
        ["MLW", 4, "x4"],
      ]),
      part("PXLS", [
        ["CLS", 3, "8 GT/s"],
        ["NLW", 2, "x2"],
      ]),
    ];
    const express = { isExtended: false, id: 16, name: "PXCAP", longName: "", offset: 128 };
    expect(unusualFunction([{ ...express, version: null, fields, raw: "" }], ["a loop"])).toEqual([
      "a loop",
      "it has no function level reset",
      "its link is x2, it could be x4",
      "its link has 8 GT/s, it could have 16 GT/s",
    ]);
    expect(unusualFunction([], [])).toEqual([]);
  });
});
