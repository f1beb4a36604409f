// Interrupts beyond their counting: how many vectors there are to use, where they are wired to, how one is masked.
import type { EventFd } from "../compiled/native.ts";

/** Kinds of interrupt, in the order of preference. */
export const interruptKinds = ["msix", "msi", "intx"] as const;
export type InterruptKind = (typeof interruptKinds)[number];

/**
 * What holds a masked vector back: its Mask Bit in the function's MSI-X table; the kernel, which masks the pin; the loss
 * of its eventfd, upon which the kernel sets its Mask Bit until it has one again; or the server of the function, which was
 * asked to by message.
 */
export type Masking = "table" | "kernel" | "trigger" | "server";

/** A fresh eventfd takes over what the old one counted and nobody took. */
export function handOver(old: EventFd, fresh: EventFd): EventFd {
  for (let left = old.wait(0); left > 0; left--) fresh.signal();
  old.close();
  return fresh;
}

/** What a transport can do with vectors. */
export interface Wiring {
  /**
   * Switches `count` vectors of a kind on, and another kind off. What is on already stays on, where that is enough.
   * @returns how many there are: fewer where the function or the host has no more (MSI comes down to one message)
   */
  grant(kind: InterruptKind, count: number): number;
  /**
   * Gives a vector that is wired a fresh eventfd, while interrupts come. What the old one counted and nobody took is counted
   * by the new one; the old one is closed.
   */
  rewire(kind: InterruptKind, vector: number): EventFd;
  /** How vectors of a kind are masked; null where that would lose interrupts, or there are none. */
  masking(kind: InterruptKind): Masking | null;
  /** Whether the vector has an eventfd, and the kind is the one that is switched on. */
  isWired(kind: InterruptKind, vector: number): boolean;
  /** Masks or unmasks a vector that is wired. What comes while it is masked is sent when it is unmasked. */
  mask(kind: InterruptKind, vector: number, isMasked: boolean): void;
  /** Four bytes at `offset` in the BAR of the MSI-X table or of its Pending Bit Array; null where the host hides them. */
  readMsix(structure: "table" | "pending", bar: number, offset: number): number | null;
}
