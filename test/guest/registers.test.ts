// Registers and configuration space beside what Debian's nvme-cli and lspci say of the same controller: while the kernel's
// own driver has it, and of what never changes, while vfio-pci has it.
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { type DecodedField, decodeValue } from "../../src/decode/decode.ts";
import { numberOf } from "../../src/decode/find.ts";
import { type ConfigurationSpace, configurationSpace } from "../../src/decode/pci-walk.ts";
import { registerNamed } from "../../src/decode/registers.ts";
import { json, step } from "./outcome.ts";
import { commandLine, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

/** The values of fields as nvme-cli prints them, from those that the register holds. */
const PRINTED: Readonly<Record<string, (value: number) => number>> = {
  ...Object.fromEntries(
    ["MQES", "ASQS", "ACQS"].map((name) => [name, (value: number) => value + 1]),
  ),
  ...Object.fromEntries(
    ["MPS", "MPSMIN", "MPSMAX"].map((name) => [name, (value: number) => 4096 << value]),
  ),
  ...Object.fromEntries(["IOSQES", "IOCQES"].map((name) => [name, (value: number) => 1 << value])),
  TO: (value) => value * 500,
  DSTRD: (value) => 4 << value,
};

/** A register that nvme-cli printed, with its fields by the names in parentheses. */
interface Printed {
  readonly name: string;
  readonly value: bigint;
  readonly fields: readonly (readonly [name: string, text: string])[];
}

/** "cap     : 4008200f0107ff", then lines such as "\tTimeout    (TO): 7500 ms". */
function printedRegisters(text: string): Printed[] {
  const found: { name: string; value: bigint; fields: [string, string][] }[] = [];
  for (const line of text.split("\n")) {
    const head = /^([a-z]+)\s*: ([0-9a-f]+)$/.exec(line);
    const field = /^\s+.*\(([A-Z0-9]+)\)\s*: (.*)$/.exec(line);
    if (head !== null) found.push({ name: head[1]!, value: BigInt(`0x${head[2]}`), fields: [] });
    else if (field !== null) found.at(-1)?.fields.push([field[1]!, field[2]!]);
  }
  return found;
}

/** A number with its unit, or yes and no; undefined for other words. */
function printedNumber(text: string): number | undefined {
  if (/^(Yes|True)/i.test(text)) return 1;
  if (/^(No|False)$/i.test(text)) return 0;
  const digits = /^(\d+)( bytes| ms)?$/.exec(text);
  return digits === null ? undefined : Number(digits[1]);
}

/** The bytes of `lspci -xxxx`. */
function dumped(text: string): Uint8Array {
  const lines = text.match(/^[0-9a-f]{2,3}: ([0-9a-f]{2} ?)+$/gm) ?? [];
  return Uint8Array.from(
    lines.flatMap((line) =>
      line
        .slice(line.indexOf(":") + 2)
        .split(" ")
        .map((byte) => Number.parseInt(byte, 16)),
    ),
  );
}

guestSuite("registers and configuration space", () => {
  const guest = sharedBoot(() => ({
    name: "registers",
    drives: [{ serial: "null", file: "null-co", size: 1 << 30, blockSize: 4096 }],
    timeoutMs: 540_000,
    script: `
      patient() {
        local name=$1 status=0
        shift
        timeout 240 "$@" > "$SHARE/$name.out" 2> "$SHARE/$name.err" || status=$?
        ended "$name" "$status"
      }
      to_kernel $NVME0
      disk=$(disk_of $NVME0)
      step nvme-regs nvme show-regs -H /dev/\${disk%n1}
      step lspci lspci -vvv -D -s $NVME0
      step lspci-bytes lspci -xxxx -D -s $NVME0
      patient pci ${commandLine()} pci $NVME0 --json
      echo $NVME0 > /sys/bus/pci/devices/$NVME0/driver/unbind
      echo vfio-pci > /sys/bus/pci/devices/$NVME0/driver_override
      echo $NVME0 > /sys/bus/pci/drivers_probe
      patient regs ${commandLine()} regs -d $NVME0 --json --access 64
    `,
  }));

  test("the machine has the programs to compare with", () => {
    for (const [program, name] of [
      ["nvme", "nvme-cli"],
      ["lspci", "pciutils"],
    ] as const) {
      const { status } = spawnSync("sh", ["-c", `command -v ${program}`]);
      expect(status, `no ${program} on PATH; apt-get install ${name}`).toBe(0);
    }
  });

  test("registers decode to what nvme-cli prints, field by field", async () => {
    const result = await guest();
    const printed = printedRegisters(step(result, "nvme-regs").out);
    const compared: string[] = [];
    for (const { name, value, fields } of printed) {
      const structure = registerNamed(name === "version" ? "VS" : name);
      if (structure === undefined) continue;
      const decoded = decodeValue(structure, value);
      for (const [field, text] of fields) {
        // addresses are printed in hexadecimal, without a sign of it: one may look like a number
        if (field === "ASQB" || field === "ACQB") continue;
        const expected = printedNumber(text);
        const own = numberOf(decoded, field);
        if (expected === undefined || own === undefined) continue;
        compared.push(`${structure.name}.${field}`);
        expect(PRINTED[field]?.(own) ?? own, `${name}.${field}: ${text}`).toBe(expected);
      }
    }
    const wanted = [
      "CAP.MQES",
      "CAP.TO",
      "CAP.DSTRD",
      "CC.EN",
      "CC.IOSQES",
      "CSTS.RDY",
      "AQA.ASQS",
    ];
    expect(compared, said(result, "nvme-regs")).toEqual(expect.arrayContaining(wanted));
  });

  test("the configuration space decodes to what lspci prints", async () => {
    const result = await guest();
    const space = configurationSpace(dumped(step(result, "lspci-bytes").out));
    const { out } = step(result, "lspci");
    const offsets = [...out.matchAll(/Capabilities: \[([0-9a-f]+)/g)].map(([, at]) =>
      Number.parseInt(at!, 16),
    );
    expect(
      space.capabilities.map(({ offset }) => offset),
      out,
    ).toEqual(offsets);
    expect(space.problems).toEqual([]);
    const of = (name: string): readonly DecodedField[] =>
      space.capabilities.find((one) => one.name === name)?.fields ?? [];
    const number = (pattern: RegExp): number => Number(pattern.exec(out)?.[1] ?? Number.NaN);
    expect(numberOf(of("MSIXCAP"), "MXC.TS")! + 1).toBe(number(/MSI-X: .*Count=(\d+)/));
    const [, bar, offset] = /Vector table: BAR=(\d) offset=([0-9a-f]+)/.exec(out)!;
    expect(numberOf(of("MSIXCAP"), "MTAB.TBIR")).toBe(Number(bar));
    expect(numberOf(of("MSIXCAP"), "MTAB.TO")! * 8).toBe(Number.parseInt(offset!, 16));
    expect(128 << numberOf(of("PXCAP"), "PXDC.MRRS")!).toBe(number(/MaxReadReq (\d+) bytes/));
    expect(128 << numberOf(of("PXCAP"), "PXDC.MPS")!).toBe(
      number(/MaxPayload (\d+) bytes, MaxReadReq/),
    );
    expect(numberOf(of("PXCAP"), "PXDCAP.FLRC")).toBe(/FLReset\+/.test(out) ? 1 : 0);
    expect(numberOf(space.header, "CMD.BME")).toBe(/Control:.*BusMaster\+/.test(out) ? 1 : 0);
  });

  test("phasebit pci reads the same through sysfs, while the kernel's driver has the function", async () => {
    const result = await guest();
    const { exit } = step(result, "pci");
    expect(exit, said(result, "pci")).toBe(0);
    const shown = json<{ source: string; capabilities: ConfigurationSpace["capabilities"] }>(
      result,
      "pci.out",
    );
    const space = configurationSpace(dumped(step(result, "lspci-bytes").out));
    expect(shown.source).toBe("sysfs");
    expect(shown.capabilities.map(({ offset, id }) => [offset, id])).toEqual(
      space.capabilities.map(({ offset, id }) => [offset, id]),
    );
  });

  test("phasebit regs reads the same CAP and VS through VFIO, in one access", async () => {
    const result = await guest();
    expect(step(result, "regs").exit, said(result, "regs")).toBe(0);
    const { registers } = json<{ registers: { name: string; value: string | number }[] }>(
      result,
      "regs.out",
    );
    const printed = printedRegisters(step(result, "nvme-regs").out);
    const value = (name: string) => registers.find((one) => one.name === name)!.value;
    expect(BigInt(value("CAP"))).toBe(printed.find(({ name }) => name === "cap")!.value);
    expect(BigInt(value("VS"))).toBe(printed.find(({ name }) => name === "version")!.value);
  });
});
