// The control plane against the embedded controller, stepped in this thread.
import { afterEach, describe, expect, test } from "vitest";
import { BUS_MASTER } from "../../assembly/layout.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { Status } from "../../assembly/spec/status.ts";
import { readWrite } from "../../src/nvme/admin.ts";
import { Controller } from "../../src/nvme/controller.ts";

const needs = {
  ioQueues: 2,
  heapBytes: 65536,
  commandBytes: 65536,
  completionBytes: 65536,
  dataBytes: 1 << 20,
};

const opened: Controller[] = [];

async function open(parameters = "size=16m"): Promise<Controller> {
  const controller = await Controller.open(`embedded?${parameters}`, { needs, stepped: true });
  opened.push(controller);
  return controller;
}

afterEach(async () => {
  for (const controller of opened.splice(0)) await controller.close({ shutdown: false });
});

describe("opening", () => {
  test("brings the controller up and says who it is", async () => {
    const controller = await open();
    expect(controller.version).toBe("1.4.0");
    expect(controller.identity.model).not.toBe("");
    expect(controller.ioQueues).toBe(2);
    const namespace = await controller.identifyNamespace(1);
    expect(namespace.blocks * namespace.blockBytes).toBe(16 * 2 ** 20);
  });

  test("an unknown device is bad usage", async () => {
    await expect(Controller.open("floppy", { needs })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("an absent PCI function is bad usage that names it", async () => {
    const opening = Controller.open("0000:7f:1f.7", { needs });
    await expect(opening).rejects.toMatchObject({ code: "USAGE" });
    await expect(opening).rejects.toThrow(/0000:7f:1f\.7.*no such PCI function/);
  });

  test("an inactive namespace is bad usage", async () => {
    const controller = await open();
    await expect(controller.identifyNamespace(9)).rejects.toThrow(/^nsid 9.*no such active/);
  });

  test("a namespace whose format has metadata is refused: its transfers would not fit their buffers", async () => {
    const controller = await open("size=16m&fault=bad-identify:field=ms,value=8");
    await expect(controller.identifyNamespace(1)).rejects.toThrow(/8 bytes of metadata/);
  });

  test("traces each register access and command", async () => {
    const lines: string[] = [];
    const controller = await Controller.open("embedded?size=16m", {
      needs,
      stepped: true,
      trace: (line) => lines.push(line),
    });
    opened.push(controller);
    const text = lines.join("\n");
    expect(text).toMatch(/write CC .*EN=1/);
    expect(text).toMatch(/read {2}CSTS .*RDY=1/);
    expect(text).toMatch(/post {2}sq 0 cid 0 0:00000006/);
    expect(text).toMatch(/done {2}sq 0 cid 0 .*Success/);
  });
});

describe("an I/O queue pair", () => {
  test("moves data there and back", async () => {
    const controller = await open();
    const { memory } = controller.transport;
    const queue = controller.commandQueue(await controller.createQueuePair(1, 8, null));
    const page = memory.data.allocate(4096);
    const iova = controller.iova(page.pointer);
    const pattern = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) & 0xff);

    memory.bytes.set(pattern, page.pointer);
    await queue.execute(readWrite(NvmOpcode.WRITE, 1, 5n, 1, iova, 0n), 1000, "Write");
    memory.zero(page);
    await queue.execute(readWrite(NvmOpcode.READ, 1, 5n, 1, iova, 0n), 1000, "Read");
    expect(memory.copy(page)).toEqual(pattern);
  });

  test("an error status is an error that names command and status", async () => {
    const controller = await open();
    const queue = controller.commandQueue(await controller.createQueuePair(1, 8, null));
    const past = readWrite(NvmOpcode.READ, 1, 1n << 40n, 1, controller.iova(4096), 0n);
    await expect(queue.execute(past, 1000, "Read")).rejects.toThrow(/Read: LBA Out of Range/);
    const completion = await queue.submit(past, 1000);
    expect(completion.status).toBe(Status.LBA_OUT_OF_RANGE);
  });

  test("takes more commands at once than it has entries", async () => {
    const controller = await open();
    const queue = controller.commandQueue(await controller.createQueuePair(1, 4, null));
    const page = controller.transport.memory.data.allocate(4096);
    const read = readWrite(NvmOpcode.READ, 1, 0n, 1, controller.iova(page.pointer), 0n);
    const completions = await Promise.all(
      Array.from({ length: 50 }, () => queue.submit(read, 5000)),
    );
    expect(completions.every(({ status }) => status === 0)).toBe(true);
    expect(queue.strays).toBe(0);
  });

  test("can be deleted and created again, its memory is reused", async () => {
    const controller = await open();
    const first = await controller.createQueuePair(1, 64, null);
    await controller.deleteQueuePair(first);
    const second = await controller.createQueuePair(1, 64, null);
    expect(second.sq).toEqual(first.sq);
  });

  test("a second pair with the same identifier is refused by the controller", async () => {
    const controller = await open();
    await controller.createQueuePair(1, 8, null);
    await expect(controller.createQueuePair(1, 8, null)).rejects.toThrow(
      /Create I\/O Completion Queue 1: Invalid Queue Identifier/,
    );
  });
});

describe("closing", () => {
  test("leaves the controller disabled and without access to memory", async () => {
    const controller = await open();
    await controller.createQueuePair(1, 8, null);
    const writes: [number, number][] = [];
    const { transport } = controller;
    const original = transport.write32.bind(transport);
    transport.write32 = (offset, value) => {
      writes.push([offset, value]);
      original(offset, value);
    };
    let disabledFirst = false;
    const unmap = transport.unmapDma.bind(transport);
    transport.unmapDma = () => {
      disabledFirst =
        (transport.read32(Register.CSTS) & 1) === 0 && transport.memory.u32[BUS_MASTER / 4] === 0;
      unmap();
    };
    await controller.close({ shutdown: true });
    expect(disabledFirst, "CSTS.RDY=0 and bus master off before the memory goes").toBe(true);
    const cc = writes.filter(([offset]) => offset === Register.CC).map(([, value]) => value);
    expect((cc.at(-2)! >> 14) & 3, "CC.SHN=1 first").toBe(1);
    expect(cc.at(-1)! & 1, "CC.EN=0 last").toBe(0);
  });

  test("goes on when a step fails, and says what failed", async () => {
    const controller = await open();
    const { transport } = controller;
    const steps: string[] = [];
    const note = <T extends unknown[]>(name: string, work: (...args: T) => unknown) => {
      return (...args: T) => {
        steps.push(name);
        return work(...args);
      };
    };
    transport.setBusMaster = () => {
      throw new Error("configuration space: EIO");
    };
    transport.unmapDma = note("unmap", transport.unmapDma.bind(transport));
    transport.close = note("close", transport.close.bind(transport)) as typeof transport.close;
    await expect(controller.close({ shutdown: false })).rejects.toThrow(/EIO/);
    expect(steps).toEqual(["unmap", "close"]);
  });

  test("twice is once", async () => {
    const controller = await open();
    await controller.close({ shutdown: false });
    await controller.close({ shutdown: false });
  });
});
