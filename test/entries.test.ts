// TypeScript's Command Dwords and the entries' classes are two pictures of one thing: they must agree.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Cns, NvmOpcode } from "../assembly/spec/commands.ts";
import { packageRoot } from "../src/ground/package.ts";
import { CQE_BYTES } from "../src/nvme/completion.ts";
import * as commands from "../src/nvme/sqe.ts";
import { SQE_BYTES } from "../src/nvme/sqe.ts";

const SIZES: Record<string, number> = { u8: 1, u16: 2, u32: 4, u64: 8 };

/** Byte offsets of a class's fields, from its declaration. */
function offsets(name: string): Record<string, number> {
  const text = readFileSync(join(packageRoot, "assembly/spec/entries.ts"), "utf8");
  const body = text.slice(text.indexOf(`export class ${name} {`)).split("\n}")[0]!;
  const found: Record<string, number> = {};
  let offset = 0;
  for (const [, field, type] of body.matchAll(/^ {2}(\w+): (u8|u16|u32|u64);$/gm)) {
    const size = SIZES[type!]!;
    offset = Math.ceil(offset / size) * size;
    found[field!] = offset;
    offset += size;
  }
  return { ...found, end: offset };
}

describe("the submission queue entry", () => {
  const sqe = offsets("Sqe");

  test("has 64 bytes, the completion queue entry 16", () => {
    expect(sqe["end"]).toBe(64);
    expect(offsets("Cqe")["end"]).toBe(16);
    expect([SQE_BYTES, CQE_BYTES]).toEqual([64, 16]);
  });

  test("has its Command Dwords where sqe[n] is CDWn", () => {
    for (const dword of [10, 11, 12, 13, 14, 15]) expect(sqe[`cdw${dword}`]).toBe(dword * 4);
    expect(sqe["nsid"]).toBe(4);
  });

  test("a Read is built into the fields of the class", () => {
    const pointers = { prp1: 0x2_0000_1000n, prp2: 0x3_0000_2000n };
    const read = commands.read({ nsid: 9, slba: 0x1_0000_0005n, blocks: 8, ...pointers });
    const view = new DataView(read.buffer);
    expect(view.getUint8(sqe["opcode"]!)).toBe(NvmOpcode.READ);
    expect(view.getUint32(sqe["nsid"]!, true)).toBe(9);
    expect(view.getBigUint64(sqe["prp1"]!, true)).toBe(0x2_0000_1000n);
    expect(view.getBigUint64(sqe["prp2"]!, true)).toBe(0x3_0000_2000n);
    expect(view.getBigUint64(sqe["cdw10"]!, true)).toBe(0x1_0000_0005n);
    expect(view.getUint32(sqe["cdw12"]!, true), "NLB is 0's based").toBe(7);
  });

  test("Identify puts CNS into CDW10", () => {
    expect(commands.identify({ cns: Cns.CONTROLLER })[10]).toBe(Cns.CONTROLLER);
  });
});
