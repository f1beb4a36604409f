// The embedded controller's address: what it says when it is wrong, and what it means when it is right.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  BadCid,
  Corruption,
  FaultKind,
  IdentityField,
  LatencyModel,
  MATCH_ADMIN,
  MATCH_ANY,
  Version,
} from "../../assembly/device/options.ts";
import { parseEmbedded } from "../../src/embedded/options.ts";
import { PhasebitError } from "../../src/ground/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "phasebit-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of `bytes` bytes. */
function file(name: string, bytes: number): string {
  const path = join(folder, name);
  writeFileSync(path, "");
  truncateSync(path, bytes);
  return path;
}

function message(parameters: string): string {
  try {
    parseEmbedded(`embedded?${parameters}`);
  } catch (error) {
    expect(error).toBeInstanceOf(PhasebitError);
    expect((error as PhasebitError).code).toBe("USAGE");
    return (error as Error).message;
  }
  throw new Error(`${parameters} was accepted`);
}

function fault(text: string) {
  return parseEmbedded(`embedded?fault=${text}`).faults[0];
}

describe("misuse", () => {
  test.each<[string, RegExp]>([
    ["sise=1G", /unknown parameter "sise": did you mean size\?/],
    ["colour=red", /unknown parameter "colour": the parameters are size, lba/],
    ["size=1X", /size=1X: a size is a whole number/],
    ["size=0", /size=0: .*at least one block/],
    ["size=1000", /size=1000B: 1000 bytes are no whole number of 4096-byte blocks/],
    ["size=3G", /size=3GiB: .*2GiB.*medium=null/],
    ["size=1G&namespaces=3", /3 namespace\(s\) need 3GiB/],
    ["size=4p&lba=512&medium=null", /at most 2\^40 blocks/],
    ["lba=1000", /lba=1000: a block size is a power of two from 512 to 64k/],
    ["lba=256", /lba=256/],
    ["lba=128k", /lba=128k/],
    ["lba=512,4096", /lba=512,4096: expected one block size, or 1/],
    ["sgls=2", /sgls=2: expected a whole number from 0 to 1/],
    ["namespaces=0", /namespaces=0: expected a whole number from 1 to 16/],
    ["namespaces=17", /namespaces=17/],
    ["queues=257", /queues=257: expected a whole number from 1 to 256/],
    ["queues=1e1", /queues=1e1/],
    ["entries=1", /entries=1: expected a whole number from 2 to 65536/],
    ["entries=65537", /entries=65537/],
    ["vectors=0", /vectors=0/],
    ["msi=3", /msi=3: MSI has a power of two of them/],
    ["msi=64", /msi=64: expected a whole number from 1 to 32/],
    ["vectors=5&msi=8", /msi=8: expected a whole number from 1 to 4/],
    ["host-messages=0", /host-messages=0: expected a whole number from 1 to 32/],
    ["interrupts=", /interrupts=: expected one or more of msix\+msi\+intx, each once/],
    ["interrupts=intx+pin", /interrupts=intx\+pin/],
    ["interrupts=msi+msi", /interrupts=msi\+msi/],
    ["mdts=21", /mdts=21/],
    ["version=1.3", /version=1\.3: expected 1\.4 or 2\.0/],
    ["version=2", /version=2: expected 1\.4 or 2\.0/],
    ["version=1.4&version=2.0", /version=2\.0: is given twice/],
    ["seed=18446744073709551616", /seed=.*below 2\^64/],
    ["seed=-1", /seed=-1/],
    ["medium=", /medium=: expected ram, null or a file/],
    ["medium=/nowhere/at.all", /there is no such file/],
    ["medium=/dev", /is not a plain file/],
    ["latency=20", /latency=20: expected none, TIME or lognormal:TIME,SIGMA/],
    ["latency=2h", /latency=2h/],
    ["latency=lognormal:80us", /latency=lognormal:80us/],
    ["latency=lognormal:80us,-1", /sigma is a number from 0 to 10/],
    ["latency=lognormal:80us,11", /sigma/],
    ["size=1G&size=2G", /size=2G: is given twice/],
    ["serial=123456789012345678901", /serial=.*: at most 20 bytes/],
    ["model=%zz", /% needs two digits/],
    ["medium=%ff", /not UTF-8/],
    ["fault=", /unknown fault "": expected error-status, delay/],
    ["fault=dupliate-cqe", /did you mean duplicate-cqe\?/],
    ["fault=delay:tme=1us", /unknown fault delay: key "tme": did you mean time\?/],
    ["fault=delay:time=1", /fault delay: time=1: a time is/],
    ["fault=delay:time=1us,time=2us", /fault delay: time=2us: is given twice/],
    ["fault=delay:op=reed", /unknown fault delay: op "reed": did you mean read\?/],
    ["fault=delay:op=256", /an opcode is at most 0xff/],
    ["fault=delay:p=0", /a probability is more than 0 and at most 1/],
    ["fault=delay:p=1.5", /a probability/],
    ["fault=delay:every=0", /every=0: expected a whole number from 1/],
    ["fault=delay:nth=2,p=0.5", /nth stands alone/],
    ["fault=error-status:sc=0", /with sct=0 this is success/],
    ["fault=cqe-bits:more=0", /set one of more, dnr, crd and dword1/],
    ["fault=cqe-bits:crd=4", /crd=4: expected a whole number from 0 to 3/],
    ["fault=error-status:sct=8", /sct=8: expected a whole number from 0 to 7/],
    ["fault=bad-cid:mode=wrong", /expected range, idle, busy, old/],
    ["fault=bad-cap:field=mqess", /did you mean mqes\?/],
    ["fault=bad-cap:value=1", /unknown fault bad-cap: field "": expected mqes/],
    ["fault=bad-cap:field=cqr,value=2", /value=2: expected a whole number from 0 to 1/],
    ["fault=bad-identify:field=mdts,value=256", /value=256/],
    ["fault=bad-identify:offset=4096", /offset=4096/],
    ["fault=queue-limit:n=0", /n=0/],
    [`fault=${Array(33).fill("cfs").join(";")}`, /at most 32 faults/],
  ])("%s", (parameters, expected) => {
    expect(message(parameters)).toMatch(expected);
  });

  test("another name, and text that a terminal would obey", () => {
    expect(() => parseEmbedded("embeded")).toThrow(/expected "embedded/);
    expect(message("size=\x1b[2J")).not.toContain("\x1b");
    expect(message("\x1b]0;x\x07=1")).not.toContain("\x1b");
  });

  test("files: sizes that are no whole number of blocks, several namespaces, a size besides", () => {
    const odd = file("odd", 5000);
    const even = file("even", 8192);
    expect(message(`medium=${odd}`)).toMatch(/5000 bytes are no whole number of 4096-byte blocks/);
    expect(message(`medium=${file("empty", 0)}`)).toMatch(/no whole number/);
    expect(message(`medium=${even}&namespaces=2`)).toMatch(/a file is the medium of one namespace/);
    expect(message(`medium=${even}&size=4k`)).toMatch(/the size is that of/);
    expect(message(`medium=${file("large", 2 ** 31 + 4096)}`)).toMatch(/at most 2GiB/);
  });

  test("no text makes it throw anything but a USAGE error", () => {
    const words = fc.constantFrom(
      "fault",
      "size",
      "lba",
      "latency",
      "seed",
      "=",
      "&",
      ":",
      ",",
      ";",
      "%4",
      "1G",
      "p",
      "medium",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (parameters) => {
        try {
          parseEmbedded(`embedded?${parameters}`);
        } catch (error) {
          expect(error).toBeInstanceOf(PhasebitError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("what it means", () => {
  test("the defaults", () => {
    const options = parseEmbedded("embedded");
    expect(options).toEqual(parseEmbedded("embedded?"));
    expect(options).toEqual({
      medium: { kind: "ram" },
      namespaces: [{ blocks: 262_144, lbaShift: 12 }],
      queues: 64,
      entries: 4096,
      vectors: { msix: 65, msi: 32, intx: 1 },
      hostMessages: 32,
      mdts: 9,
      dstrd: 0,
      version: Version.V1_4,
      sgls: true,
      seed: 1n,
      latency: { model: LatencyModel.NONE, ns: 0, sigma: 0 },
      identity: [],
      cmb: null,
      pmr: null,
      faults: [],
    });
  });

  test("everything at once", () => {
    const options = parseEmbedded(
      "embedded?size=64m&lba=512,4096&namespaces=2&medium=null&latency=lognormal:80us,0.3&queues=8" +
        "&entries=65536&vectors=9&mdts=0&dstrd=2&sgls=0&version=2.0&seed=0xff&fault=gone:nth=5;cfs&fault=fuzz-cqe",
    );
    expect(options).toMatchObject({
      medium: { kind: "null" },
      namespaces: [
        { blocks: 131_072, lbaShift: 9 },
        { blocks: 16_384, lbaShift: 12 },
      ],
      latency: { model: LatencyModel.LOGNORMAL, ns: 80_000, sigma: 0.3 },
      queues: 8,
      entries: 65_536,
      vectors: { msix: 9, msi: 8, intx: 1 },
      mdts: 0,
      dstrd: 2,
      sgls: false,
      version: Version.V2_0,
      seed: 255n,
    });
    expect(options.faults.map(({ name }) => name)).toEqual(["gone", "cfs", "fuzz-cqe"]);
    expect(options.faults.every(({ seed }) => seed === 255n)).toBe(true);
  });

  test.each<[string, number]>([
    ["20us", 20_000],
    ["250ns", 250],
    ["1.5ms", 1_500_000],
    ["2s", 2e9],
  ])("latency=%s is constant", (text, ns) => {
    expect(parseEmbedded(`embedded?latency=${text}`).latency).toEqual({
      model: LatencyModel.CONSTANT,
      ns,
      sigma: 0,
    });
  });

  test("a file has its own size", () => {
    const path = file("disk image", 1 << 20);
    const options = parseEmbedded(`embedded?medium=${encodeURIComponent(path)}&lba=512`);
    expect(options.medium).toEqual({ kind: "file", path });
    expect(options.namespaces).toEqual([{ blocks: 2048, lbaShift: 9 }]);
  });

  test("the null medium may be as large as a namespace can be", () => {
    const { namespaces } = parseEmbedded("embedded?medium=null&size=4p");
    expect(namespaces).toEqual([{ blocks: 2 ** 40, lbaShift: 12 }]);
  });

  test("strings are space padded, and take any byte", () => {
    const { identity } = parseEmbedded("embedded?serial=%3Csvg onload=x%3E%00%ff&firmware=2.0");
    const [serial, firmware] = identity;
    expect(serial?.field).toBe(IdentityField.SN);
    expect(Buffer.from(serial?.bytes ?? []).toString("latin1")).toBe("<svg onload=x>\0\xff    ");
    expect(Buffer.from(firmware?.bytes ?? []).toString()).toBe("2.0     ");
  });

  test("when a fault strikes", () => {
    expect(fault("cfs")).toMatchObject({ match: MATCH_ANY, every: 0, times: 0, probability: 0 });
    expect(fault("cfs:every=7,times=2,p=0.25,seed=9")).toMatchObject({
      every: 7,
      times: 2,
      probability: 0.25,
      seed: 9n,
    });
    expect(fault("cfs:nth=7")).toMatchObject({ every: 7, times: 1 });
  });

  test.each<[string, number]>([
    ["any", MATCH_ANY],
    ["admin", MATCH_ANY | MATCH_ADMIN],
    ["read", 2],
    ["write-zeroes", 8],
    ["identify", MATCH_ADMIN | 6],
    ["create-io-sq", MATCH_ADMIN | 1],
    ["0x7f", 0x7f],
    ["admin-0xC0", MATCH_ADMIN | 0xc0],
  ])("op=%s", (op, match) => {
    expect(fault(`cfs:op=${op}`)?.match).toBe(match);
  });

  test.each<[string, object]>([
    ["error-status", { kind: FaultKind.ERROR_STATUS, a: 0x0006n, b: 0n }],
    ["error-status:sct=2,sc=0x81,more=1,dnr=1", { a: 0x6281n }],
    ["error-status:sc=0,crd=2", { a: 0x1000n }],
    ["cqe-bits", { kind: FaultKind.CQE_BITS, a: 0x2000n, b: 0n }],
    ["cqe-bits:dnr=1,crd=3,dword1=0xffffffff", { a: 0x5800n, b: 0xffff_ffffn }],
    ["delay", { kind: FaultKind.DELAY, a: 1_000_000n }],
    ["delay:time=1.5us", { a: 1500n }],
    ["never-complete", { kind: FaultKind.NEVER_COMPLETE }],
    ["corrupt-data:mode=misdirect", { match: 2, a: BigInt(Corruption.MISDIRECT) }],
    ["no-data", { kind: FaultKind.NO_DATA, match: 2 }],
    ["write-lost", { kind: FaultKind.WRITE_LOST, match: 1 }],
    ["gone", { kind: FaultKind.GONE }],
    ["surprise-reset", { kind: FaultKind.SURPRISE_RESET }],
    ["spurious-interrupt", { kind: FaultKind.SPURIOUS_INTERRUPT }],
    ["duplicate-cqe", { kind: FaultKind.DUPLICATE_CQE }],
    ["bad-cid:mode=old,extra=1", { kind: FaultKind.BAD_CID, a: BigInt(BadCid.OLD), b: 1n }],
    ["bad-sqid", { kind: FaultKind.BAD_SQID, a: 0xffffn, b: 0n }],
    ["bad-sqhd:value=3", { kind: FaultKind.BAD_SQHD, a: 3n }],
    ["bad-sqhd:value=inside", { kind: FaultKind.BAD_SQHD, a: 0x10000n, b: 0n }],
    ["bad-sqhd:value=inside,extra=1", { kind: FaultKind.BAD_SQHD, a: 0x10000n, b: 1n }],
    ["stuck-phase", { kind: FaultKind.STUCK_PHASE }],
    ["early-phase", { kind: FaultKind.EARLY_PHASE }],
    ["fuzz-cqe", { kind: FaultKind.FUZZ_CQE }],
    ["drop-interrupt:op=admin", { kind: FaultKind.DROP_INTERRUPT, match: 0x300 }],
    ["never-ready", { kind: FaultKind.NEVER_READY }],
    ["never-unready", { kind: FaultKind.NEVER_UNREADY }],
    ["shutdown-stuck", { kind: FaultKind.SHUTDOWN_STUCK }],
    ["bad-cap:field=to,value=255", { kind: FaultKind.BAD_CAP, a: 24n | (8n << 8n), b: 255n }],
    ["bad-identify:field=nn,value=0xffffffff", { a: 516n | (4n << 16n) | (1n << 24n) }],
    ["bad-identify:cns=0,offset=130,bytes=1,value=63", { a: 130n | (1n << 16n), b: 63n }],
    ["queue-limit:n=2", { kind: FaultKind.QUEUE_LIMIT, a: 2n }],
  ])("fault=%s", (text, expected) => {
    expect(fault(text)).toMatchObject(expected);
  });

  test("every kind of fault has a name", () => {
    const kinds = Object.values(FaultKind).filter((value) => typeof value === "number");
    const words = message("fault=?").split("expected ")[1]?.split(", ") ?? [];
    const named = words.map(
      (word) =>
        fault(
          /^bad-(cap|identify)$/.test(word)
            ? `${word}:field=${word === "bad-cap" ? "to" : "nn"}`
            : word,
        )?.kind,
    );
    expect(new Set(named)).toEqual(new Set(kinds));
  });
});
