// Identify data, parsed: what a device says is checked, and each field is read where the specification has it.
import { describe, expect, test } from "vitest";
import {
  IDENTIFY_BYTES,
  IdentifyNamespace,
  LBAF_LBADS_SHIFT,
} from "../../assembly/spec/identify.ts";
import { parseNamespace } from "../../src/nvme/identify.ts";

const SMALL = 9;
const LARGE = 12;

/** A namespace of 1000 blocks whose formats are of 512 bytes, but for one of 4096. */
function namespace(options: { nlbaf: number; flbas: number; large: number }): Uint8Array {
  const data = new Uint8Array(IDENTIFY_BYTES);
  const view = new DataView(data.buffer);
  view.setBigUint64(IdentifyNamespace.NSZE, 1000n, true);
  view.setUint8(IdentifyNamespace.NLBAF, options.nlbaf);
  view.setUint8(IdentifyNamespace.FLBAS, options.flbas);
  for (let format = 0; format < 64; format++) {
    const lbads = format === options.large ? LARGE : SMALL;
    view.setUint32(IdentifyNamespace.LBAF0 + format * 4, lbads << LBAF_LBADS_SHIFT, true);
  }
  return data;
}

describe("the format in use", () => {
  test.each([
    // up to sixteen formats bits 6:5 mean nothing
    [{ nlbaf: 0, flbas: 0x00, large: 0 }, 4096],
    [{ nlbaf: 15, flbas: 0x6f, large: 15 }, 4096],
    [{ nlbaf: 15, flbas: 0x20, large: 16 }, 512],
    // beyond, they are the index's high bits
    [{ nlbaf: 16, flbas: 0x20, large: 16 }, 4096],
    [{ nlbaf: 63, flbas: 0x6f, large: 63 }, 4096],
    [{ nlbaf: 63, flbas: 0x45, large: 37 }, 4096],
    [{ nlbaf: 63, flbas: 0x05, large: 37 }, 512],
    // metadata at the end of the data, and a reserved bit
    [{ nlbaf: 63, flbas: 0x90, large: 0 }, 4096],
  ])("%o: blocks of %d bytes", (options, blockBytes) => {
    expect(parseNamespace(namespace(options), 1).blockBytes).toBe(blockBytes);
  });

  test("one that is not there is refused by its LBADS", () => {
    const data = namespace({ nlbaf: 63, flbas: 0x60, large: 0 }).fill(0, 128 + 48 * 4, 384);
    expect(() => parseNamespace(data, 1)).toThrow("LBADS 0 is outside 9 to 16");
  });
});
