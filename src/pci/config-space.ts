// A function's configuration space, byte by byte, word by word or whole.
import { closeSync, openSync, readSync } from "node:fs";
import { badValue, PhasebitError } from "../ground/errors.ts";

/** What reaches a configuration space. Offsets are bytes; numbers are little endian. */
export interface ConfigAccess {
  /** 4096 of a PCI Express function, 256 of another one. */
  readonly bytes: number;
  /** The bytes from `offset` on. */
  read(offset: number, bytes: number): Uint8Array;
  /** One access of 1, 2 or 4 bytes. */
  write(offset: number, data: Uint8Array): void;
}

type Width = 1 | 2 | 4;

/** A configuration space. Every method throws USAGE for an offset that is none or does not lie on the width. */
export class ConfigSpace {
  readonly #access: ConfigAccess;

  constructor(access: ConfigAccess) {
    this.#access = access;
  }

  get bytes(): number {
    return this.#access.bytes;
  }

  read8(offset: number): number {
    return this.#read(offset, 1);
  }

  read16(offset: number): number {
    return this.#read(offset, 2);
  }

  read32(offset: number): number {
    return this.#read(offset, 4);
  }

  write8(offset: number, value: number): void {
    this.write(offset, 1, value);
  }

  write16(offset: number, value: number): void {
    this.write(offset, 2, value);
  }

  write32(offset: number, value: number): void {
    this.write(offset, 4, value);
  }

  /** All of it, as it is now. */
  copy(): Uint8Array {
    return this.#access.read(0, this.bytes);
  }

  /** @throws PhasebitError USAGE for a value that does not fit too */
  write(offset: number, width: Width, value: number): void {
    this.#require(offset, width);
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * width)) {
      throw badValue("value", value, `must be 0 to ${2 ** (8 * width) - 1}`);
    }
    const data = Uint8Array.from({ length: width }, (_, at) => (value / 2 ** (8 * at)) & 0xff);
    this.#access.write(offset, data);
  }

  #read(offset: number, width: Width): number {
    this.#require(offset, width);
    return this.#access.read(offset, width).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  #require(offset: number, width: Width): void {
    const isInside = Number.isInteger(offset) && offset >= 0 && offset + width <= this.bytes;
    if (isInside && offset % width === 0) return;
    const limit = `must be a multiple of ${width} below ${this.bytes}`;
    throw badValue("offset", offset, limit);
  }
}

/**
 * The configuration space of the function in this folder of sysfs, without taking the function. The kernel shows 64 bytes
 * to users that are not root.
 * @throws PhasebitError ENVIRONMENT
 */
export function sysfsConfig(folder: string): Uint8Array {
  const file = `${folder}/config`;
  try {
    const fd = openSync(file, "r");
    try {
      const bytes = new Uint8Array(4096);
      return bytes.slice(0, readSync(fd, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw new PhasebitError("ENVIRONMENT", `read ${file}: ${(cause as Error).message}`, { cause });
  }
}
