// Page faults that the process answers, as the embedded controller waits with them, stepped.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Status } from "../../assembly/spec/status.ts";
import type { PageDecision, PageRequestGroup } from "../../src/memory/page-requests.ts";
import type { Region } from "../../src/memory/region.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { timeoutMs, withPair, work } from "./devices.ts";

const FIXED = 0x7_dead_b000n;
const PAGE = 4096;
const block = { nsid: 1, slba: 3n, blocks: 1 };

const words = ({ view }: Region): BigUint64Array =>
  new BigUint64Array(view.buffer, view.byteOffset, view.length / 8);

/** Two pages of memory that the device reaches only where they are mapped, and who answers. */
async function asking(decide: PageDecision, address?: string) {
  const up = await withPair(address);
  const region = up.device.memory.allocate(2 * PAGE, { kind: "host" });
  const asked: PageRequestGroup[] = [];
  const { iommu } = up.device.transport;
  const answers = iommu.answerFaults((group) => {
    asked.push(group);
    return decide(group);
  });
  const map = () => up.device.memory.map(region, { iova: FIXED });
  const read = async (prp1 = FIXED) =>
    (await up.sq.run(sqe.read({ ...block, prp1 }), { timeoutMs })).status;
  return { ...up, iommu, region, asked, answers, map, read };
}

describe("misuse", () => {
  test("a second one who answers, what is no function, and what is no answer", async () => {
    const { iommu, answers, read, asked } = await asking(() => undefined);
    expect(() => iommu.answerFaults(() => "invalid")).toThrow(/they are answered already/);
    answers.close();
    expect(() => iommu.answerFaults("success" as never)).toThrow(/must be a function/);
    iommu.answerFaults(() => "yes" as never);
    await expect(read()).rejects.toThrow(/must be "success" or "invalid"/);
    expect(asked).toEqual([]);
  });

  test("whoever decides and throws has refused", async () => {
    const { read, asked, device, iommu } = await asking(() => {
      throw new Error("not now");
    });
    const watch = iommu.watchFaults();
    await expect(read()).rejects.toThrow("not now");
    expect(asked.map(({ state }) => state)).toEqual(["invalid"]);
    await work(device);
    expect(watch.take().faults).toHaveLength(1);
  });
});

test("a group says what is wanted, and has one answer", async () => {
  const { read, asked, map } = await asking((group) => {
    expect(group).toMatchObject({ pasid: null, state: "open" });
    map();
    return "success";
  });
  expect(await read()).toBe(0);
  expect(asked.map(({ requests }) => requests)).toEqual([
    [{ iova: FIXED, bytes: PAGE, reads: false, writes: true }],
  ]);
  expect(asked[0]?.state).toBe("success");
  expect(() => asked[0]?.answer("invalid")).toThrow(/it was answered with success/);
});

test("data come whole once they are mapped, in both directions", async () => {
  const { region, asked, map, read, sq } = await asking(() => "invalid");
  const kept = map();
  region.fill(0x5a);
  const write = sqe.write({ ...block, data: kept.region.slice(0, PAGE) });
  expect((await sq.run(write, { timeoutMs })).status).toBe(0);
  kept.unmap();
  region.fill(0);
  expect(await read()).toBe(Status.DATA_TRANSFER_ERROR);
  map();
  expect(await read()).toBe(0);
  expect(region.copy(PAGE)).toEqual(new Uint8Array(PAGE).fill(0x5a));
  expect(asked).toHaveLength(1);
});

test("what was refused fails as without a question, and is told as a fault; a success without memory is asked about again", async () => {
  let left = 3;
  const { read, asked, iommu } = await asking(() => (left-- > 0 ? "success" : "invalid"));
  const watch = iommu.watchFaults();
  expect(await read()).toBe(Status.DATA_TRANSFER_ERROR);
  expect(asked).toHaveLength(4);
  expect(watch.take().faults).toEqual([
    { iova: FIXED, bytes: PAGE, access: "write", why: "nothing is mapped there" },
  ]);
});

test("each page that is missing is asked for, in order, and lists as well", async () => {
  const pages = new Map<bigint, () => void>();
  const { device, sq, asked } = await asking(({ requests }) => {
    pages.get(requests[0]!.iova)!();
    return "success";
  });
  const data = device.memory.allocate(3 * PAGE, { kind: "host" });
  const list = device.memory.allocate(PAGE, { kind: "host" });
  const places = [0, 1, 2].map((index) => FIXED + BigInt(index * 16 * PAGE));
  for (const [index, iova] of places.entries()) {
    pages.set(iova, () => device.memory.map(data.slice(index * PAGE, PAGE), { iova }));
  }
  const [prp1, ...rest] = places as [bigint, ...bigint[]];
  const prp2 = 0x9_0000_0000n;
  pages.set(prp2, () => device.memory.map(list, { iova: prp2, access: "read-only" }));
  for (const [index, iova] of rest.entries()) words(list)[index] = iova;
  const entry = sqe.read({ ...block, blocks: 3, prp1, prp2 });
  expect((await sq.run(entry, { timeoutMs })).status).toBe(0);
  expect(asked.map(({ requests }) => requests[0])).toEqual([
    { iova: prp1, bytes: PAGE, reads: false, writes: true },
    { iova: prp2, bytes: 16, reads: true, writes: false },
    ...rest.map((iova) => ({ iova, bytes: PAGE, reads: false, writes: true })),
  ]);
});

describe("without an answer", () => {
  test("the command waits, the other queues go on, and closing refuses it and says so", async () => {
    const { device, controller, sq, answers, page } = await asking(() => undefined);
    const { cid } = sq.post(sqe.read({ ...block, prp1: FIXED }));
    sq.ring();
    await work(device);
    answers.look();
    expect(answers.unanswered).toHaveLength(1);
    const other = await controller.createQueuePair(2, 4);
    expect((await other.run(sqe.read({ ...block, data: page }), { timeoutMs })).status).toBe(0);
    expect(sq.cq.peek()).toBeUndefined();
    expect(answers.close()).toMatchObject([{ state: "invalid" }]);
    expect(answers.close()).toEqual([]);
    await work(device);
    expect(sq.cq.take()).toMatchObject({ cid, status: Status.DATA_TRANSFER_ERROR });
    const plain = sqe.read({ ...block, data: page });
    expect((await sq.run(plain, { timeoutMs })).status).toBe(0);
  });

  test("it may come later, from anywhere, once", async () => {
    const { device, sq, answers, map } = await asking(() => undefined);
    sq.post(sqe.read({ ...block, prp1: FIXED }));
    sq.ring();
    await work(device);
    answers.look();
    const [group] = answers.unanswered;
    map();
    expect(group?.answer("success")).toBe(true);
    await work(device);
    expect(sq.cq.take()?.status).toBe(0);
    expect(answers.unanswered).toEqual([]);
  });

  test.each(["controller", "function"] as const)("a %s reset withdraws it", async (kind) => {
    const { device, sq, answers } = await asking(() => undefined);
    sq.post(sqe.read({ ...block, prp1: FIXED }));
    sq.ring();
    await work(device);
    answers.look();
    const [group] = answers.unanswered;
    await device.reset(kind);
    expect(group?.state).toBe("withdrawn");
    expect(group?.answer("success")).toBe(false);
    expect(answers.unanswered).toEqual([]);
    await device.bringUp({ ioQueues: 1 });
    const again = await device.controller!.createQueuePair(1, 4);
    const page = device.memory.allocate(PAGE);
    expect((await again.run(sqe.read({ ...block, data: page }), { timeoutMs })).status).toBe(0);
  });

  test("so does the end of its queue", async () => {
    const { device, controller, sq, answers } = await asking(() => undefined);
    sq.post(sqe.read({ ...block, prp1: FIXED }));
    sq.ring();
    await work(device);
    answers.look();
    const [group] = answers.unanswered;
    await controller.deleteSubmissionQueue(sq);
    expect(group?.state).toBe("withdrawn");
    expect(answers.close()).toEqual([]);
  });
});

test("an admin command waits as well", async () => {
  const { controller, map, region } = await asking(() => {
    map();
    return "success";
  });
  const entry = sqe.identify({ cns: 1, data: region });
  new BigUint64Array(entry.buffer, entry.byteOffset)[3] = FIXED; // PRP1
  expect((await controller.admin.run(entry, { timeoutMs })).status).toBe(0);
  expect(region.copy(PAGE).some((byte) => byte !== 0)).toBe(true);
});

test("whatever the answers, each command ends once, and with what was answered", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }), async (mapped) => {
      const regions = new Map<bigint, boolean>();
      const { device, sq, asked } = await asking(({ requests }) => {
        const { iova } = requests[0]!;
        if (!regions.get(iova)) return "invalid";
        device.memory.map(device.memory.allocate(PAGE, { kind: "host" }), { iova });
        return "success";
      });
      for (const [index, isMapped] of mapped.entries()) {
        const prp1 = FIXED + BigInt(index * 2 * PAGE);
        regions.set(prp1, isMapped);
        const { status } = await sq.run(sqe.read({ ...block, prp1 }), { timeoutMs });
        expect(status).toBe(isMapped ? 0 : Status.DATA_TRANSFER_ERROR);
      }
      expect(asked).toHaveLength(mapped.length);
      await device.close();
    }),
    { numRuns: 10 },
  );
});
