// Functions that are taken by an iommufd, against a fake of the kernel: no kernel with one was met yet.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IommufdFault } from "../../src/compiled/native.ts";
import type { PhasebitError } from "../../src/ground/errors.ts";
import type { PageDecision, PageRequestGroup } from "../../src/memory/page-requests.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { openVfio } from "../../src/transport/vfio.ts";
import { FakeVfio, IOMMUFD_ID } from "./fake-vfio.ts";

const ADDRESS = "0000:01:00.0";
const UUID = "01234567-89ab-cdef-0123-456789abcdef";
const MIB = 2 ** 20;
const memory = { host: MIB, commands: 2 * MIB, completions: 2 * MIB, data: 4 * MIB };

let machine: FakeVfio;
beforeEach(() => {
  machine = new FakeVfio();
  machine.roots.addFunction(ADDRESS);
});
afterEach(() => machine.roots.remove());

function open(parameters = ""): Promise<Transport> {
  return openVfio(`${ADDRESS}${parameters}`, { memory, busyTimeoutMs: 0 }, machine);
}

async function refused(parameters = ""): Promise<PhasebitError> {
  return open(parameters).then(
    () => expect.unreachable("it opened"),
    (error) => error as PhasebitError,
  );
}

const TAKING = ["open iommufd /dev/iommu", "allocate IOAS"];
const CDEV = `open cdev /dev/vfio/devices/vfio3 ${ADDRESS} 102 5`;

describe("a function that may not be taken", () => {
  test.each([
    ["open iommufd", "ENOENT", /\/dev\/iommu is not there.*\?iommu=vfio does without/],
    ["open iommufd", "EACCES", /no permission on \/dev\/iommu: run "chown/],
    ["allocate IOAS", "ENOTTY", /allocate IOAS: ENOTTY/],
    ["open cdev", "EBUSY", /vfio3 is in use by another process/],
    ["open cdev", "EPERM", /the kernel refuses it/],
    ["open cdev", "EINVAL", /must be bound to vfio-pci or unbound; a VF token needs Linux 6\.17/],
    ["open cdev", "EACCES", /VF token that the physical function was opened with/],
  ])("%s: %s is one error with advice, and all is given back", async (call, code, words) => {
    machine.addIommufd(ADDRESS);
    machine.fail(call, code);
    const error = await refused("?iommu=iommufd");
    expect(error).toMatchObject({ code: "ENVIRONMENT", cause: { code } });
    expect(error.message).toMatch(words);
    expect(machine.log.at(-1)).toBe(call === "open iommufd" ? TAKING[0] : "close iommufd");
  });

  test("without a character device it says what the kernel must have", async () => {
    machine.fail("open cdev", "EISDIR");
    expect((await refused("?iommu=iommufd")).message).toContain("CONFIG_VFIO_DEVICE_CDEV");
  });

  test("a parameter that is none is refused before anything is opened", async () => {
    expect(await refused("?iommu=type1")).toMatchObject({ code: "USAGE" });
    expect(machine.log).toEqual([]);
  });
});

describe("which way is taken", () => {
  test.each([
    ["", true, "open iommufd /dev/iommu"],
    ["", false, "open group 7"],
    ["?iommu=vfio", true, "open group 7"],
    ["?iommu=iommufd", false, "open iommufd /dev/iommu"],
  ])("%j, with iommufds %s", async (parameters, hasIommufd, first) => {
    if (hasIommufd) machine.addIommufd(ADDRESS);
    const transport = await open(parameters);
    expect(machine.log[0]).toBe(first);
    expect(transport.address).toBe(`${ADDRESS}${parameters}`);
    await transport.close();
  });

  test("a node that this user may not open is no way, unless it was asked for", async () => {
    machine.addIommufd(ADDRESS);
    rmSync(join(machine.roots.dev, "iommu"));
    await (await open()).close();
    expect(machine.log[0]).toBe("open group 7");
  });
});

test("maps by address and direction in the address space, and gives back in order", async () => {
  machine.addIommufd(ADDRESS);
  const transport = await open();
  expect(machine.log.slice(0, 3)).toEqual([...TAKING, CDEV]);
  const { memory: linear, iommu } = transport;
  const region = linear.allocate(4096, { kind: "host" });
  linear.map(region, { iova: 0x12_0000_0000n, access: "write-only" });
  linear.attach(iommu);
  expect(machine.log).toContain(`map 5 ${region.pointer} 4096 1200000000 2`);
  linear.detach();
  expect(machine.log).toContain("unmap 5 1200000000 4096");
  expect(() => linear.map(region, { iova: 1n << 48n })).toThrow(
    /outside of what the IOMMU can map/,
  );
  await transport.close();
  expect(machine.log.slice(-3)).toEqual(["unmap BAR", "close device", "close iommufd"]);
});

test("the limit on locked memory is said as for a container", async () => {
  machine.addIommufd(ADDRESS);
  const transport = await open();
  machine.fail("map", "ENOMEM");
  transport.memory.allocate(4096);
  expect(() => transport.memory.attach(transport.iommu)).toThrow(/see "ulimit -l"/);
  await transport.close();
});

test("a hot reset is refused by name, with what has one", async () => {
  machine.addIommufd(ADDRESS);
  const transport = await open();
  expect(() => transport.hotReset!()).toThrow(/none yet through an iommufd: .*\?iommu=vfio/);
  await transport.close();
});

test.each([
  ["?iommu=iommufd", `${CDEV} ${UUID.replaceAll("-", "")}`],
  ["?iommu=vfio", `open device ${ADDRESS} ${UUID}`],
])("a VF token goes along: %s", async (parameters, call) => {
  machine.addIommufd(ADDRESS);
  await (await open(`${parameters}&vf-token=${UUID}`)).close();
  expect(machine.log).toContain(call);
});

test("another token than the physical function's is one error, with what to do", async () => {
  machine.fail("open device", "EACCES");
  expect((await refused()).message).toMatch(/VF token .*\?vf-token=UUID/);
  machine = new FakeVfio();
  machine.roots.addFunction(ADDRESS);
  machine.fail("open device", "EINVAL");
  const { message } = await refused(`?vf-token=${UUID}`);
  expect(message).toMatch(/a VF token is only for functions that have virtual ones/);
});

describe("page faults", () => {
  const TOLD = ["allocate fault queue", "allocate page table 5 9 6", "attach 7"];
  const BACK = ["attach 5", "destroy 7", "close fault queue", "destroy 6"];
  const fault = (rest: Partial<IommufdFault> = {}): IommufdFault => ({
    ...{ flags: 2, device: IOMMUFD_ID, pasid: 0, group: 1, permissions: 1 },
    ...{ address: 0x5000n, bytes: 0, cookie: 1, ...rest },
  });
  const since = (mark: number): string[] => machine.log.slice(mark);

  async function asking(decide: PageDecision = () => undefined) {
    machine.addIommufd(ADDRESS);
    const transport = await open();
    const mark = machine.log.length;
    return { transport, mark, answers: transport.iommu.answerFaults(decide) };
  }

  test("through a container they are refused, with what has them", async () => {
    const transport = await open("?iommu=vfio");
    expect(() => transport.iommu.answerFaults(() => "invalid")).toThrow(
      /a VFIO container has none: .*\?iommu=iommufd, Linux 6\.11/,
    );
    await transport.close();
  });

  test.each([
    ["allocate fault queue", "ENOTTY", /they take Linux 6\.11 \(allocate fault queue: ENOTTY/, 0],
    ["allocate page table", "EOPNOTSUPP", /its IOMMU, .* tells no process of them/, 1],
    ["attach", "ENODEV", /it takes PRI, with ATS, or an IOMMU that stalls/, 2],
    ["attach", "EINVAL", /a physical function/, 2],
    ["attach", "EIO", /0000:01:00\.0: attach: EIO/, 2],
  ])("%s: %s is one error, and all is as before", async (call, code, words, done) => {
    machine.addIommufd(ADDRESS);
    const transport = await open();
    machine.fail(call, code, { times: 1 });
    const mark = machine.log.length;
    const ask = () => transport.iommu.answerFaults(() => "invalid");
    expect(ask).toThrow(expect.objectContaining({ code: "ENVIRONMENT" }));
    expect(since(mark)).toEqual([
      ...TOLD.slice(0, done + 1),
      ...BACK.slice(done === 0 ? 4 : 3 - done),
    ]);
    machine.fail(call, code, { times: 1 });
    expect(ask).toThrow(words);
    ask();
    await transport.close();
  });

  test("the function is put behind page tables that tell of them, and back, before it is closed", async () => {
    const { transport, mark, answers } = await asking();
    expect(since(mark)).toEqual(TOLD);
    const closing = machine.log.length;
    answers.close();
    expect(since(closing)).toEqual(BACK);
    transport.iommu.answerFaults(() => undefined);
    const end = machine.log.length;
    await transport.close();
    expect(since(end)).toEqual([...BACK, "unmap BAR", "close device", "close iommufd"]);
  });

  test("a group has its requests, its PASID and one answer, by the cookie of its last", async () => {
    const asked: PageRequestGroup[] = [];
    const { transport, mark, answers } = await asking((group) => {
      asked.push(group);
      return group.group === 1 ? "success" : "invalid";
    });
    machine.pageFaults = [
      fault({ flags: 1, pasid: 0x12345, cookie: 4 }),
      fault({ flags: 3, pasid: 0x12345, cookie: 5, address: 0x6000n, permissions: 3, bytes: 8192 }),
      fault({ group: 2, cookie: 6, permissions: 2 }),
    ];
    await transport.pause();
    expect(asked.map(({ group, pasid, state }) => [group, pasid, state])).toEqual([
      [1, 0x12345, "success"],
      [2, null, "invalid"],
    ]);
    expect(asked.map(({ requests }) => requests)).toEqual([
      [
        { iova: 0x5000n, bytes: null, reads: true, writes: false },
        { iova: 0x6000n, bytes: 8192, reads: true, writes: true },
      ],
      [{ iova: 0x5000n, bytes: null, reads: false, writes: true }],
    ]);
    expect(since(mark + TOLD.length)).toEqual(["answer 5 0", "answer 6 1"]);
    expect(answers.unanswered).toEqual([]);
    await transport.close();
  });

  test("closing refuses what has no answer, and says so; what the kernel knows no more is withdrawn", async () => {
    const { transport, answers, mark } = await asking();
    machine.pageFaults = [fault(), fault({ group: 2, cookie: 2 })];
    answers.look();
    const [first] = answers.unanswered;
    machine.fail("answer", "EINVAL", { times: 1 });
    expect(first?.answer("success")).toBe(false);
    expect(first?.state).toBe("withdrawn");
    expect(answers.close()).toMatchObject([{ group: 2, state: "invalid" }]);
    expect(since(mark + TOLD.length)).toEqual(["answer 1 0", "answer 2 1", ...BACK]);
    await transport.close();
  });

  test.each([
    ["another function", [fault({ device: 8 })], /names another function/],
    ["two groups in one", [fault({ flags: 0 }), fault({ group: 2 })], /mixes two groups, after 1/],
    ["the same group twice", [fault(), fault()], /names a group that is open/],
    [
      "a group without an end",
      Array.from({ length: 4097 }, () => fault({ flags: 0 })),
      /a group without an end, after 4097/,
    ],
  ])("%s is not believed", async (_, faults, words) => {
    const { transport, answers } = await asking();
    machine.pageFaults = faults;
    expect(() => answers.look()).toThrow(words);
    await transport.close();
  });

  test("more than can be outstanding are refused, and counted", async () => {
    const { transport, answers } = await asking();
    machine.pageFaults = Array.from({ length: 514 }, (_, cookie) =>
      fault({ group: cookie, cookie }),
    );
    answers.look();
    expect([answers.unanswered.length, answers.overflown]).toEqual([512, 2]);
    expect(machine.log.slice(-2)).toEqual(["answer 512 1", "answer 513 1"]);
    await transport.close();
  });

  test("a queue that cannot be read is one error, with what it is about", async () => {
    const { transport } = await asking();
    machine.fail("read faults", "EIO");
    await expect(transport.pause()).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringContaining("read page faults of 0000:01:00.0: read faults: EIO"),
    });
    await transport.close();
  });
});
