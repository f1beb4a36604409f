// Masks, the MSI-X table and other eventfds through the socket.
import { afterEach, describe, expect, test, vi } from "vitest";
import { maskFunction, maskVector, readMsix, unmaskVector } from "../../src/nvme/msix.ts";
import { rewireInterrupt } from "../../src/nvme/rewire.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { Refusal } from "../../src/serve/refusal.ts";
import { both, SMALL } from "./both.ts";

afterEach(() => void vi.restoreAllMocks());

describe("vectors through the socket", () => {
  /** A queue on vector 1, and what signals it. */
  async function withVector(kind: "msix" | "msi" | "intx") {
    const all = await both(`${SMALL}&vectors=5`);
    const controller = await all.device.bringUp({ ioQueues: 1 });
    const vector = kind === "intx" ? 0 : 1;
    const event = all.transport.interrupt(kind, vector);
    const sq = await controller.createQueuePair(1, 16, vector);
    const flush = async (): Promise<void> => {
      await sq.execute(sqe.flush(1), { timeoutMs: 1000, what: "Flush" });
      all.served.controller.stepDevice(8);
    };
    const close = async (): Promise<void> => {
      await all.device.close();
      await all.end();
    };
    return { ...all, event, sq, flush, close };
  }

  test("are masked by the server, in its table, where it shows that one waits", async () => {
    const { device, transport, served, event, sq, flush, close } = await withVector("msix");
    expect(transport.wiring.grant("msix", 99)).toBe(5);
    expect(readMsix(device).vectors[1]).toMatchObject({ data: 1, isMasked: false });
    expect(() => maskVector(device, "msix", 2)).toThrow(/has no eventfd/);
    expect(maskVector(device, "msix", 1)).toBe("server");
    // its entry stays in the queue: what is taken while a vector is masked has nothing to tell of
    sq.post(sqe.flush(1));
    sq.ring();
    served.controller.stepDevice(64);
    expect(event.wait(0)).toBe(0);
    expect(readMsix(device).vectors[1]).toMatchObject({ isMasked: true, isPending: true });
    expect(unmaskVector(device, "msix", 1)).toBe("server");
    served.controller.stepDevice(64);
    expect(event.wait(0)).toBe(1);
    maskFunction(device, true);
    await flush();
    expect(event.wait(0)).toBe(0);
    await close();
  });

  test("of the pin are masked; those of MSI are not, by name", async () => {
    const { device, event, flush, close } = await withVector("intx");
    event.wait(0);
    // the interrupt itself has masked it
    expect(unmaskVector(device, "intx", 0)).toBe("server");
    await flush();
    expect(event.wait(0)).toBe(1);
    unmaskVector(device, "intx", 0);
    expect(maskVector(device, "intx", 0)).toBe("server");
    await flush();
    expect(event.wait(0)).toBe(0);
    expect(() => maskVector(device, "msi", 0)).toThrow(/maskInterrupts/);
    await close();
  });

  test("get another eventfd, which counts what the old one had", async () => {
    const { device, event, flush, close } = await withVector("msix");
    await flush();
    const fresh = rewireInterrupt(device, "msix", 1);
    expect(event.fd).toBe(-1);
    await flush();
    expect(fresh.wait(0)).toBe(2);
    await close();
  });

  test("of MSI are as many as the server's host has, and one too many is refused", async () => {
    const { device, transport, lines, end } = await both(`${SMALL}&msi=8&host-messages=2`);
    await device.bringUp({ ioQueues: 1 });
    expect(transport.vectors.msi).toBe(8);
    expect(transport.wiring.grant("msi", 7)).toBe(2);
    expect(() => transport.interrupt("msi", 2)).toThrow(/SET_IRQS was refused: ENOSPC/);
    expect(transport.interrupt("msi", 1).fd).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatch(/^refused DEVICE_SET_IRQS, ENOSPC: .*host-messages=/);
    await device.close();
    await end();
  });

  test("a server that masks nothing is named with its answer, and shows nothing of its table", async () => {
    const { device, transport, served, close } = await withVector("msix");
    vi.spyOn(served, "setIrqs").mockImplementation(() => {
      throw new Refusal(95, "no");
    });
    expect(() => maskVector(device, "msix", 1)).toThrow(
      expect.objectContaining({
        code: "REFUSED",
        message: expect.stringMatching(
          /^mask vector 1 of vfio-user:.*: the server does not \(DEVICE_SET_IRQS: E.*\)$/,
        ),
      }),
    );
    expect(() => rewireInterrupt(device, "msix", 1)).toThrow(/SET_IRQS was refused/);
    vi.restoreAllMocks();
    for (const [bar, offset] of [
      [3, 0],
      [0, 1 << 30],
      [6, 0],
      [7, 0],
    ] as const) {
      expect(transport.wiring.readMsix("table", bar, offset)).toBeNull();
    }
    await close();
  });
});
