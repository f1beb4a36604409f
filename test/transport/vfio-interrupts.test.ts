// Interrupts of the VFIO transport against a fake of the kernel: what it is asked for, in which order.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { maskVector, readMsix, unmaskVector } from "../../src/nvme/msix.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { openVfio } from "../../src/transport/vfio.ts";
import { FakeVfio } from "./fake-vfio.ts";

const ADDRESS = "0000:01:00.0";
const MIB = 2 ** 20;
const memory = { host: MIB, commands: 2 * MIB, completions: 2 * MIB, data: 4 * MIB };

let machine: FakeVfio;
let transport: Transport;
let mark: number;

beforeEach(async () => {
  machine = new FakeVfio();
  machine.roots.addFunction(ADDRESS);
  transport = await openVfio(ADDRESS, { memory }, machine);
  mark = machine.log.length;
});
afterEach(async () => {
  await transport.close();
  machine.roots.remove();
});

/** What was called since `from`. */
function since(from: number): string[] {
  return machine.log.slice(from);
}

describe("eventfds", () => {
  test("a further vector sets all anew: the kernel grows a set only from its start", () => {
    expect(transport.interrupt("msix", 0).fd).toBe(200);
    expect(transport.interrupt("msix", 3).fd).toBe(201);
    expect(since(mark)).toEqual([
      "set interrupts 2 0 200",
      "disable interrupts 2",
      "set interrupts 2 0 200 -1 -1 201",
    ]);
  });

  test("the same vector is the same eventfd", () => {
    const eventFd = transport.interrupt("msi", 0);
    expect(transport.interrupt("msi", 0)).toBe(eventFd);
    expect(since(mark)).toEqual(["set interrupts 1 0 200"]);
  });

  test("MSI takes vector 0 with any other: the admin queue's messages have somewhere to go", () => {
    const [second, first, zeroth] = [2, 1, 0].map((vector) => transport.interrupt("msi", vector));
    expect(new Set([second!.fd, first!.fd, zeroth!.fd]).size).toBe(3);
    // a vector below the largest one is wired by itself
    expect(since(mark)).toEqual([
      `set interrupts 1 0 ${zeroth!.fd} -1 ${second!.fd}`,
      `set interrupts 1 1 ${first!.fd}`,
    ]);
    transport.disableInterrupts();
    expect(since(mark).slice(-3).sort()).toEqual(
      [200, 201, 202].map((fd) => `close eventfd ${fd}`),
    );
  });

  test("another kind switches the first off", () => {
    transport.interrupt("msix", 0);
    transport.interrupt("intx", 0);
    expect(since(mark)).toEqual([
      "set interrupts 2 0 200",
      "disable interrupts 2",
      "close eventfd 200",
      "set interrupts 0 0 201",
    ]);
  });

  test("a vector that is refused leaves no eventfd that looks alive", () => {
    transport.interrupt("msix", 0);
    machine.fail("set interrupts", "EINVAL", { times: 1 });
    expect(() => transport.interrupt("msix", 9)).toThrow("EINVAL");
    expect(since(mark).slice(-2)).toEqual(["close eventfd 200", "close eventfd 201"]);
    expect(transport.interrupt("msix", 0).fd).toBe(202);
  });

  test("only INTx is unmasked, by one eventfd", () => {
    transport.interrupt("msix", 0);
    expect([transport.unmask("msix"), transport.unmask("msi")]).toEqual([null, null]);
    transport.interrupt("intx", 0);
    const unmask = transport.unmask("intx");
    expect(transport.unmask("intx")).toBe(unmask);
    expect(since(mark).filter((line) => line.startsWith("set unmask"))).toEqual([
      `set unmask 0 0 ${unmask!.fd}`,
    ]);
  });

  test("are switched off once, and nothing is disabled that was not enabled", () => {
    transport.disableInterrupts();
    expect(since(mark)).toEqual([]);
    transport.interrupt("intx", 0);
    transport.unmask("intx");
    mark = machine.log.length;
    transport.disableInterrupts();
    transport.disableInterrupts();
    expect(since(mark)).toEqual(["disable interrupts 0", "close eventfd 200", "close eventfd 201"]);
  });
});

describe("masks", () => {
  test("MSI-X: the vector's eventfd is taken away, upon which the kernel masks it, and given back", () => {
    const eventFd = transport.interrupt("msix", 2);
    mark = machine.log.length;
    expect(maskVector({ transport }, "msix", 2)).toBe("trigger");
    expect(unmaskVector({ transport }, "msix", 2)).toBe("trigger");
    expect(since(mark)).toEqual(["set interrupts 2 2 -1", `set interrupts 2 2 ${eventFd.fd}`]);
  });

  test("MSI-X: a masked vector stays so when another one comes", () => {
    transport.interrupt("msix", 1);
    maskVector({ transport }, "msix", 1);
    mark = machine.log.length;
    transport.interrupt("msix", 2);
    expect(since(mark).at(-1)).toBe("set interrupts 2 0 -1 -1 201");
  });

  test("the pin: by the kernel, which says that it can", () => {
    transport.interrupt("intx", 0);
    mark = machine.log.length;
    expect(maskVector({ transport }, "intx", 0)).toBe("kernel");
    unmaskVector({ transport }, "intx", 0);
    expect(since(mark)).toEqual(["mask 0 0", "unmask 0 0"]);
  });

  test("MSI is refused: a message without an eventfd would be lost", () => {
    transport.interrupt("msi", 0);
    mark = machine.log.length;
    expect(() => maskVector({ transport }, "msi", 0)).toThrow(
      expect.objectContaining({ code: "REFUSED" }),
    );
    expect(since(mark)).toEqual([]);
  });
});

describe("a host with fewer vectors than were asked for", () => {
  const fds = (line: string): number => line.split(" ").length - 4;

  test("gives as many as it has, down to one message, which is then wired by itself", () => {
    machine.fail("set interrupts", "ENOSPC", { times: 2 });
    expect(transport.wiring!.grant("msi", 4)).toBe(1);
    const sets = since(mark).filter((line) => line.startsWith("set interrupts 1 0"));
    expect(sets.map(fds)).toEqual([4, 2, 1]);
    expect(transport.interrupt("msi", 0).fd).toBe(200);
  });

  test("is not asked for more than the function has, nor again for what is on", () => {
    expect(transport.wiring!.grant("msix", 100)).toBe(9);
    mark = machine.log.length;
    expect(transport.wiring!.grant("msix", 3)).toBe(3);
    const eventFd = transport.interrupt("msix", 8);
    expect(since(mark)).toEqual([`set interrupts 2 8 ${eventFd.fd}`]);
  });

  test("has the one pin, which is switched on with its eventfd", () => {
    expect(transport.wiring!.grant("intx", 2)).toBe(1);
    expect(since(mark)).toEqual([]);
  });

  test("keeps the eventfds that there are when it refuses more", () => {
    const eventFd = transport.interrupt("msi", 0);
    machine.fail("set interrupts", "ENOSPC", { times: 1 });
    expect(transport.wiring!.grant("msi", 4)).toBe(2);
    expect(transport.interrupt("msi", 0)).toBe(eventFd);
    expect(since(mark).at(-1)).toBe(`set interrupts 1 0 ${eventFd.fd} -1`);
  });

  test("that has none is an error, and no eventfd looks alive", () => {
    machine.fail("set interrupts", "ENOSPC", { times: 9 });
    expect(() => transport.wiring!.grant("msi", 1)).toThrow("ENOSPC");
    expect(since(mark).at(-1)).toBe("close eventfd 200");
  });
});

describe("rewiring", () => {
  test("is one change of that vector, after which the old eventfd is closed", () => {
    const old = transport.interrupt("msix", 1);
    transport.interrupt("msix", 2);
    mark = machine.log.length;
    const fresh = transport.wiring!.rewire("msix", 1);
    expect(since(mark)).toEqual([`set interrupts 2 1 ${fresh.fd}`, `close eventfd ${old.fd}`]);
    expect(transport.interrupt("msix", 1)).toBe(fresh);
  });

  test("of a masked vector waits for the end of the mask", () => {
    transport.interrupt("msix", 1);
    maskVector({ transport }, "msix", 1);
    mark = machine.log.length;
    const fresh = transport.wiring!.rewire("msix", 1);
    unmaskVector({ transport }, "msix", 1);
    const sets = since(mark).filter((line) => line.startsWith("set"));
    expect(sets).toEqual(["set interrupts 2 1 -1", `set interrupts 2 1 ${fresh.fd}`]);
  });

  test("that the kernel refuses leaves the old eventfd, and none more", () => {
    const old = transport.interrupt("msix", 1);
    machine.fail("set interrupts", "ENOMEM", { times: 1 });
    mark = machine.log.length;
    expect(() => transport.wiring!.rewire("msix", 1)).toThrow("ENOMEM");
    expect(transport.interrupt("msix", 1)).toBe(old);
    expect(since(mark)).toEqual(["set interrupts 2 1 201", "close eventfd 201"]);
  });
});

describe("the table", () => {
  /** An MSI-X capability at 40h: nine vectors, table and pending bits at these offsets of BAR 0. */
  function capability(table: number, pending: number): void {
    const { config } = machine;
    config.set([0x10], 0x06);
    config.set([0x40], 0x34);
    config.set([0x11, 0, 8, 0x80], 0x40);
    new DataView(config.buffer).setUint32(0x44, table, true);
    new DataView(config.buffer).setUint32(0x48, pending, true);
  }

  test("is read from its page, and the pending bits through the region's file", () => {
    capability(0x2000, 0x3000);
    machine.registers.set(0x3000, 0b10);
    const { vectors, isEnabled } = readMsix({ transport });
    expect(isEnabled).toBe(true);
    expect(vectors).toHaveLength(9);
    expect(vectors.map(({ isPending }) => isPending).indexOf(true)).toBe(1);
    // the fake's pages are zeroes
    expect(vectors[0]).toMatchObject({ address: 0n, isMasked: false });
    expect(since(mark)).toContain("map BAR 0 8192 4096");
  });

  test("is not known where the kernel does not map its page, which is not zero", async () => {
    await transport.close();
    machine.bar0 = { ...machine.bar0, mappableAreas: [{ offset: 0, bytes: 0x2000 }] };
    transport = await openVfio(ADDRESS, { memory }, machine);
    capability(0x2000, 0x3000);
    expect(readMsix({ transport }).vectors[0]).toEqual({
      ...{ vector: 0, address: null, data: null, isMasked: null, isPending: false },
    });
  });

  test("that the function says lies nowhere is not known, and nothing is read there", () => {
    capability(0xffff_fff8, 0x3ff8 | 7);
    const { vectors } = readMsix({ transport });
    expect(vectors.every((one) => one.isPending === null && one.isMasked === null)).toBe(true);
  });
});
