// The Controller Memory Buffer (NVMe 1.4, section 4.7): found, mapped, and given addresses. A controller as before 1.4 has
// no CMBMSC: its buffer is there from the beginning, at the addresses of its BAR.
import { IOVA_WINDOW_CMB } from "../../assembly/layout.ts";
import {
  CMBMSC_CMSE,
  CMBMSC_CRE,
  CMBSTS_CBAI,
  CONTROLLER_BASE_LO_MASK,
} from "../../assembly/spec/controller-memory.ts";
import { ALL_ONES, Register } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Span } from "../memory/arena.ts";
import {
  type Capability,
  ControllerMemory,
  type ControllerMemoryFacts,
} from "../memory/controller-memory.ts";
import type { DeviceBars, Transport } from "../transport/transport.ts";
import {
  type AddressRange,
  basesFor,
  type CmbLayout,
  cmbLayout,
  mappedBytes,
} from "./cmb-layout.ts";
import type { Registers } from "./registers.ts";

/** What is known of a buffer before it is enabled. */
export interface CmbFacts extends CmbLayout {
  /** Without CMBMSC: its addresses are those of its BAR. */
  readonly isLegacy: boolean;
}

/** What enabling works with. */
export interface CmbHome {
  readonly transport: Transport;
  readonly registers: Registers;
  /** Addresses that the controller finds other memory at. */
  taken(): readonly AddressRange[];
}

/** A buffer that is enabled. */
export interface EnabledCmb {
  readonly facts: CmbFacts;
  readonly memory: ControllerMemory;
}

/**
 * Reads what the buffer is like; sets CMBMSC.CRE, without which its registers read 0, and nothing else.
 * @returns null when the controller has none.
 * @throws PhasebitError DEVICE when its registers make no sense, or the controller is gone.
 */
export function readCmb({ registers, transport }: Omit<CmbHome, "taken">): CmbFacts | null {
  const hasControl = registers.fields(Register.CAP_HI).CMBS === 1;
  const before = registers.read(Register.CMBSZ);
  if (before === ALL_ONES) return refuse(transport, "CMBSZ reads all-ones");
  // with CMBMSC it reads 0 before CRE: one that does not is of the old kind, whatever CAP says
  const isOn = hasControl && (registers.read(Register.CMBMSC_LO) & CMBMSC_CRE) !== 0;
  if (before === 0 && !hasControl) return null;
  const isLegacy = before !== 0 && !isOn;
  if (!isLegacy && !isOn) registers.write(Register.CMBMSC_LO, CMBMSC_CRE);
  const layout = cmbLayout(registers.read(Register.CMBLOC), registers.read(Register.CMBSZ));
  if (typeof layout === "string") return refuse(transport, layout);
  return { ...layout, isLegacy };
}

/**
 * Maps the buffer and gives it addresses. What it holds is undefined afterwards; what is handed out of it is zeroed.
 * @throws PhasebitError USAGE when the controller has none, DEVICE when its registers make no sense or no base address is
 * valid to it, ENVIRONMENT when the kernel does not let it be mapped.
 */
export function enableCmb(home: CmbHome): EnabledCmb {
  const { transport } = home;
  const facts = readCmb(home);
  if (facts === null) {
    throw new PhasebitError(
      "USAGE",
      `${transport.address}: the controller has no Controller Memory Buffer: CAP.CMBS and CMBSZ are 0`,
      { what: "CAP.CMBS", value: 0, section: "3.1.1" },
    );
  }
  const { bars } = transport;
  if (bars === undefined) {
    throw new PhasebitError("ENVIRONMENT", `${transport.address}: its BARs cannot be mapped`);
  }
  const window = mapped(transport, bars, facts);
  const iovaBase = facts.isLegacy
    ? legacyBase(home, bars, facts, window)
    : enableAddresses(home, facts, window);
  const { memory } = transport;
  const own = new ControllerMemory(window, memoryFacts(transport, facts, iovaBase), {
    ...{ bytes: memory.bytes, u32: memory.u32 },
    // writes to a BAR are posted: a read pushes them before it
    settle: () => {
      home.registers.fields(Register.CSTS);
    },
  });
  return { facts, memory: own };
}

/** Takes the addresses away: CMBMSC.CMSE=0. Nothing may lie in the buffer any more. */
export function disableCmb({ registers }: CmbHome, { facts }: EnabledCmb): void {
  if (!facts.isLegacy) registers.write(Register.CMBMSC_LO, CMBMSC_CRE);
}

/** Whether CMBMSC still says what it was told: a reset of more than the function clears it. */
export function isStillEnabled(
  { registers }: Pick<CmbHome, "registers">,
  cmb: EnabledCmb,
): boolean {
  if (cmb.facts.isLegacy) return true;
  const wanted = controlOf(cmb.memory.iova);
  return registers.read(Register.CMBMSC_LO) === Number(wanted & 0xffff_ffffn);
}

function mapped(transport: Transport, bars: DeviceBars, facts: CmbFacts): Span {
  const { bar, offset } = facts;
  const there = bars.bytes(bar);
  if (offset + facts.bytes > there) {
    return refuse(
      transport,
      `the buffer has ${facts.bytes} bytes at ${offset} of BAR ${bar}, which has ${there}`,
    );
  }
  const bytes = mappedBytes(facts.bytes, bars.room);
  if (bytes === 0) {
    throw new PhasebitError("ENVIRONMENT", `${transport.address}: no room to map its buffer`);
  }
  return bars.map(bar, offset, bytes);
}

/** The first base that the controller takes; the high half is written first, as the low one takes effect. */
function enableAddresses({ registers, transport, taken }: CmbHome, facts: CmbFacts, window: Span) {
  const usable = transport.iommu.ranges();
  const bases = basesFor(window, facts.bytes, taken(), usable, IOVA_WINDOW_CMB);
  for (const base of bases) {
    const control = controlOf(base + BigInt(window.pointer));
    registers.write(Register.CMBMSC_LO, CMBMSC_CRE);
    registers.write(Register.CMBMSC_HI, Number(control >> 32n));
    registers.write(Register.CMBMSC_LO, Number(control & 0xffff_ffffn));
    if ((registers.read(Register.CMBSTS) & CMBSTS_CBAI) === 0) return base;
  }
  registers.write(Register.CMBMSC_LO, CMBMSC_CRE);
  return refuse(transport, `CMBSTS.CBAI: ${bases.length} base addresses are all invalid to it`);
}

function controlOf(address: bigint): bigint {
  const low = BigInt(CONTROLLER_BASE_LO_MASK) & address;
  return ((address >> 32n) << 32n) | low | BigInt(CMBMSC_CMSE | CMBMSC_CRE);
}

/** What such a controller adds to a pointer. @throws PhasebitError when nobody knows, or something is mapped there. */
function legacyBase(
  { transport, taken }: CmbHome,
  bars: DeviceBars,
  { bar, offset, bytes }: CmbFacts,
  window: Span,
): bigint {
  const address = bars.address(bar);
  if (address === null) {
    throw new PhasebitError(
      "ENVIRONMENT",
      `${transport.address}: the bus address of BAR ${bar} is not known`,
    );
  }
  const start = address + BigInt(offset);
  const end = start + BigInt(bytes) - 1n;
  if (taken().some((range) => start <= range.end && range.start <= end)) {
    throw new PhasebitError(
      "ENVIRONMENT",
      `${transport.address}: its buffer has the bus address ${start.toString(16)}h, where DMA memory is mapped`,
      { what: `BAR ${bar}` },
    );
  }
  return start - BigInt(window.pointer);
}

function memoryFacts(
  { address }: Transport,
  facts: CmbFacts,
  iovaBase: bigint,
): ControllerMemoryFacts {
  const capability = (name: string, isSet: boolean): Capability => ({
    ...{ name: `CMBSZ.${name}`, section: "3.1.12", isSet },
  });
  const rds = capability("RDS", facts.rds);
  const wds = capability("WDS", facts.wds);
  return {
    name: `Controller Memory Buffer of ${address}`,
    totalBytes: facts.bytes,
    iovaBase,
    needs: {
      commands: [capability("SQS", facts.sqs)],
      completions: [capability("CQS", facts.cqs)],
      lists: [capability("LISTS", facts.lists)],
      data: [rds, wds],
      reads: [rds],
      writes: [wds],
    },
  };
}

function refuse({ address }: Transport, why: string): never {
  throw new PhasebitError("DEVICE", `${address}: its Controller Memory Buffer: ${why}`, {
    section: "4.7",
  });
}
