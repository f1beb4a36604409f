// The Persistent Memory Region (NVMe 1.4, section 4.8): enabled, mapped, and given addresses where the controller can have
// data there. Nothing in it is touched before its user does.
import { IOVA_WINDOW_PMR } from "../../assembly/layout.ts";
import * as spec from "../../assembly/spec/controller-memory.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Span } from "../memory/arena.ts";
import { type Capability, ControllerMemory } from "../memory/controller-memory.ts";
import type { CmbHome } from "./cmb.ts";
import { basesFor, mappedBytes } from "./cmb-layout.ts";
import { GRACE_MS } from "./registers.ts";

/** PMRCAP, PMREBS and PMRSWTP, resolved. */
export interface PmrFacts {
  /** BIR: the region is all of this BAR. */
  readonly bar: number;
  readonly bytes: number;
  readonly rds: boolean;
  readonly wds: boolean;
  /** CMSS: the controller's commands can reach it. */
  readonly cmss: boolean;
  /** PMRTO: how long enabling may take. */
  readonly timeoutMs: number;
  /** PMRWBM: what ensures that writes have arrived. */
  readonly readIsBarrier: boolean;
  readonly statusIsBarrier: boolean;
  /** PMREBS: how many bytes of writes it buffers; null when it does not say. */
  readonly elasticityBytes: number | null;
  /** PMRSWTP: how many bytes a second it writes; null when it does not say. */
  readonly bytesPerSecond: number | null;
}

/** PMRSTS.HSTS. */
export type PmrHealth = "normal" | "restore-error" | "read-only" | "unreliable" | "reserved";

/** A region that is enabled. */
export interface EnabledPmr {
  readonly facts: PmrFacts;
  readonly memory: ControllerMemory;
  readonly health: PmrHealth;
}

const UNITS_MS = [500, 60_000] as const;
const CAP_PMRS = 1 << 24;
const HEALTH: readonly PmrHealth[] = ["normal", "restore-error", "read-only", "unreliable"];

/** Reads what the region is like, and changes nothing. @returns null when the controller has none. */
export function readPmr({ registers, transport }: Omit<CmbHome, "taken">): PmrFacts | null {
  // reads all-ones where nobody answers, which `fields` tells
  registers.fields(Register.CAP_HI);
  if ((registers.read(Register.CAP_HI) & CAP_PMRS) === 0) return null;
  const cap = registers.read(Register.PMRCAP);
  const bit = (shift: number): boolean => ((cap >>> shift) & 1) === 1;
  const bar = (cap >>> spec.PMRCAP_BIR_SHIFT) & spec.PMRCAP_BIR_MASK;
  const unit = UNITS_MS[(cap >>> spec.PMRCAP_PMRTU_SHIFT) & spec.PMRCAP_PMRTU_MASK] ?? 60_000;
  const barriers = (cap >>> spec.PMRCAP_PMRWBM_SHIFT) & spec.PMRCAP_PMRWBM_MASK;
  return {
    bar,
    bytes: transport.bars?.bytes(bar) ?? 0,
    rds: bit(spec.PMRCAP_RDS_SHIFT),
    wds: bit(spec.PMRCAP_WDS_SHIFT),
    cmss: bit(spec.PMRCAP_CMSS_SHIFT),
    timeoutMs: ((cap >>> spec.PMRCAP_PMRTO_SHIFT) & spec.PMRCAP_PMRTO_MASK) * unit,
    readIsBarrier: (barriers & 1) !== 0,
    statusIsBarrier: (barriers & 2) !== 0,
    elasticityBytes: inUnits(registers.read(Register.PMREBS)),
    bytesPerSecond: inUnits(registers.read(Register.PMRSWTP)),
  };
}

/**
 * PMRCTL.EN=1, waits until it is ready, maps it, and gives it addresses where PMRCAP.CMSS says that it takes some.
 * @throws PhasebitError USAGE when the controller has none, DEVICE when it does not get ready within PMRTO, or its registers
 * make no sense, ENVIRONMENT when the kernel does not let it be mapped.
 */
export async function enablePmr(home: CmbHome): Promise<EnabledPmr> {
  const { transport, registers } = home;
  const facts = readPmr(home);
  if (facts === null) {
    const why = "the controller has no Persistent Memory Region: CAP.PMRS is 0";
    throw new PhasebitError("USAGE", `${transport.address}: ${why}`, {
      ...{ what: "CAP.PMRS", value: 0, section: "3.1.1" },
    });
  }
  registers.write(Register.PMRCTL, spec.PMRCTL_EN);
  const timeoutMs = facts.timeoutMs + GRACE_MS;
  const status = await registers.until(Register.PMRSTS, { NRDY: 0 }, { timeoutMs });
  const window = mapped(home, facts);
  const iovaBase = facts.cmss ? enableAddresses(home, facts, window) : 0n;
  return { facts, memory: memoryOf(home, facts, window, iovaBase), health: healthOf(status) };
}

/** PMRSTS.HSTS, of the register's value. */
export function healthOf(status: number): PmrHealth {
  return HEALTH[(status >>> spec.PMRSTS_HSTS_SHIFT) & spec.PMRSTS_HSTS_MASK] ?? "reserved";
}

function mapped({ transport }: CmbHome, { bar, bytes }: PmrFacts): Span {
  const { bars } = transport;
  const mappable = bars === undefined ? 0 : mappedBytes(bytes, bars.room);
  if (mappable > 0) return bars!.map(bar, 0, mappable);
  throw new PhasebitError(
    "DEVICE",
    `${transport.address}: its Persistent Memory Region: BAR ${bar} has ${bytes} bytes that can be mapped`,
    { what: `BAR ${bar}`, section: "3.1.18" },
  );
}

function enableAddresses(home: CmbHome, { bytes }: PmrFacts, window: Span): bigint {
  const { transport, registers, taken } = home;
  const bases = basesFor(window, bytes, taken(), transport.iommu.ranges(), IOVA_WINDOW_PMR);
  for (const base of bases) {
    const address = base + BigInt(window.pointer);
    registers.write(Register.PMRMSCL, 0);
    registers.write(Register.PMRMSCU, Number(address >> 32n));
    registers.write(Register.PMRMSCL, (Number(address & 0xffff_f000n) | spec.PMRMSCL_CMSE) >>> 0);
    if ((registers.read(Register.PMRSTS) & spec.PMRSTS_CBAI) === 0) return base;
  }
  registers.write(Register.PMRMSCL, 0);
  throw new PhasebitError(
    "DEVICE",
    `${transport.address}: PMRSTS.CBAI: ${bases.length} base addresses are all invalid to it`,
    { what: "PMRSTS.CBAI", value: 1, section: "3.1.20" },
  );
}

function memoryOf(home: CmbHome, facts: PmrFacts, window: Span, iovaBase: bigint) {
  const { transport, registers } = home;
  const capability = (name: string, isSet: boolean): Capability => ({
    ...{ name: `PMRCAP.${name}`, section: "3.1.18", isSet },
  });
  const cmss = capability("CMSS", facts.cmss);
  const rds = capability("RDS", facts.rds);
  const wds = capability("WDS", facts.wds);
  const onlyData: readonly Capability[] = [
    { name: "PMRCAP", section: "4.8", isSet: false, why: "NVMe has data there only" },
  ];
  const { memory } = transport;
  return new ControllerMemory(
    window,
    {
      ...{ name: `Persistent Memory Region of ${transport.address}`, iovaBase },
      ...{ totalBytes: facts.bytes, isPersistent: true },
      needs: {
        ...{ commands: onlyData, completions: onlyData, lists: onlyData },
        ...{ data: [cmss, rds, wds], reads: [cmss, rds], writes: [cmss, wds] },
      },
    },
    {
      ...{ bytes: memory.bytes, u32: memory.u32 },
      settle: () => {
        registers.fields(Register.PMRSTS);
      },
    },
  );
}

/** PMREBS and PMRSWTP: a value in bits 31:8, in units of 1024 to the power of bits 3:0. */
function inUnits(value: number): number | null {
  const base = value >>> spec.PMR_VALUE_SHIFT;
  return base === 0 ? null : base * 1024 ** (value & spec.PMR_UNIT_MASK);
}
