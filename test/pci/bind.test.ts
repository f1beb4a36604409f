// Binding, unbinding and giving back, each of which may be killed at any of its steps.
import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PhasebitError } from "../../src/ground/errors.ts";
import { type Taken, type TakeOptions, take } from "../../src/pci/bind.ts";
import { PciFunction } from "../../src/pci/function.ts";
import { Journal } from "../../src/pci/journal.ts";
import { type Restored, restore } from "../../src/pci/restore.ts";
import { FakeBus, Killed } from "./fake-bus.ts";
import { type FakeFunction, PciTree } from "./tree.ts";

const ADDRESS = "0000:01:00.0";
const OTHER = "0000:02:00.0";
const USER = { name: "ada", uid: 1000, gid: 1000 };
let tree: PciTree;
let bus: FakeBus;
let disabled: string[];

beforeEach(() => {
  tree = new PciTree();
  bus = new FakeBus(tree);
  disabled = [];
});
afterEach(() => tree.remove());

function drive(address = ADDRESS, disk = "nvme0n1", shown: FakeFunction = {}): void {
  tree.addFunction(address, { driver: "nvme", ...shown });
  tree.addNamespace(address, disk, [`${disk}p1`]);
  const serial = `serial of ${disk}`;
  tree.describe(address, disk.slice(0, 5), { model: "A drive", serial, firmware_rev: "1.0" });
}

const bind = (options: Partial<TakeOptions> = {}, addresses = [ADDRESS]): Promise<Taken[]> =>
  take(addresses, { action: "bind", ...options }, bus);

const giveBack = (addresses: readonly string[] | "all" = [ADDRESS]): Promise<Restored[]> =>
  restore(addresses, { disable: async (address) => void disabled.push(address) }, bus);

const at = (address = ADDRESS): PciFunction => new PciFunction(address, tree);

async function failure(work: Promise<unknown>): Promise<PhasebitError> {
  return work.then(
    () => {
      throw new Error("did not fail");
    },
    (error: PhasebitError) => error,
  );
}

describe("bind refuses", () => {
  test("without root, before anything is written", async () => {
    drive();
    bus.isRoot = false;
    expect(await failure(bind())).toMatchObject({ code: "ENVIRONMENT" });
    expect(bus.changes).toEqual([]);
  });

  test("a mounted disk, whatever is allowed", async () => {
    drive();
    tree.mount("nvme0n1p1", "/home");
    const error = await failure(bind({ allow: ["mounted", "exclusive", "open"] }));
    expect(error).toMatchObject({ code: "REFUSED" });
    expect(error.message).toBe(
      `bind ${ADDRESS}: nvme0n1p1 is mounted at /home (mounted): unmount it`,
    );
    expect(bus.changes).toEqual([]);
  });

  test("a disk that somebody holds without a name, and lets go of the others", async () => {
    drive();
    tree.addNamespace(ADDRESS, "nvme0n2");
    bus.busy.add("nvme0n2");
    const error = await failure(bind());
    expect(error.message).toContain("nvme0n2 is held exclusively by somebody (exclusive)");
    expect([...bus.held]).toEqual([]);
  });

  test("one of two: both stay where they are, and all reasons are told", async () => {
    drive();
    drive(OTHER, "nvme1n1", { group: 8 });
    tree.swapOn("nvme1n1p1");
    tree.open("nvme1", 812, "smartd");
    const error = await failure(bind({}, [ADDRESS, OTHER]));
    expect(error.message).toMatch(/swap space \(swap\): swapoff; 0000:02:00.0: nvme1 is open in/);
    expect(bus.changes).toEqual([]);
    expect([...bus.held]).toEqual([]);
  });

  test("a drive that vfio-pci cannot be loaded for, or does not take: it stays with its driver", async () => {
    drive();
    bus.refusing.add("vfio-pci");
    const error = await failure(bind());
    expect(error).toMatchObject({ code: "ENVIRONMENT" });
    expect(error.message).toContain("vfio-pci took it not: no driver has it");
    expect(at()).toMatchObject({ driver: "nvme", driverOverride: null });
    expect(new Journal(tree).read(ADDRESS)).toBeNull();
  });
});

describe("bind", () => {
  test("holds every disk until vfio-pci has the function", async () => {
    drive();
    tree.addNamespace(ADDRESS, "nvme0n2");
    const held: string[][] = [];
    bus.meanwhile = () => held.push([...bus.held]);
    const [taken] = await bind();
    expect(taken).toMatchObject({ from: "nvme", to: "vfio-pci", found: null, probed: true });
    expect(at()).toMatchObject({ driver: "vfio-pci", driverOverride: null });
    expect(bus.changes).toEqual([
      "driver_override vfio-pci",
      `unbind ${ADDRESS}`,
      `drivers_probe ${ADDRESS}`,
      "driver_override",
    ]);
    expect(held).toEqual(bus.changes.map(() => ["nvme0n1", "nvme0n2"]));
    expect([...bus.held]).toEqual([]);
  });

  test("twice is once", async () => {
    drive();
    await bind();
    const before = [...bus.changes];
    const [again] = await bind();
    expect(again).toMatchObject({ from: "vfio-pci", to: "vfio-pci", steps: [] });
    expect(bus.changes).toEqual(before);
  });

  test("goes on while a process drives what is bound already", async () => {
    tree.addFunction(ADDRESS);
    tree.open("vfio/7", 99, "node");
    expect(await bind()).toMatchObject([{ obstacles: [], steps: [] }]);
  });

  test("loads vfio-pci where it is missing", async () => {
    drive();
    rmDriver("vfio-pci");
    await bind();
    expect(bus.changes[0]).toBe("modprobe vfio-pci");
  });

  test("takes what somebody knows better about", async () => {
    drive();
    tree.open("nvme0", 812, "smartd");
    const [taken] = await bind({ allow: ["open"] });
    expect(taken!.obstacles).toMatchObject([{ kind: "open", allowed: true }]);
    expect(at().driver).toBe("vfio-pci");
  });

  test("gives the group's node to a user, and back", async () => {
    drive();
    await bind({ user: USER });
    expect(bus.owner(at().groupNode!)).toMatchObject({ uid: 1000, gid: 0 });
    expect(new Journal(tree).read(ADDRESS)?.owner).toEqual({ uid: 0, gid: 0 });
    await giveBack();
    expect(bus.owner(at().groupNode!)).toBeNull();
  });

  test("gives the function's own node to the user too, where the kernel makes one", async () => {
    drive();
    bus.hasCdevs = true;
    const [asked] = await bind({ dryRun: true, user: USER });
    expect(asked!.steps).toContain(
      `chown ada ${tree.dev}/vfio/devices/vfioN, where the kernel makes one`,
    );
    expect(asked!.ownNode).toBeNull();
    const [taken] = await bind({ user: USER });
    const node = `${tree.dev}/vfio/devices/vfio0`;
    expect(taken!.ownNode).toBe(node);
    expect([bus.owner(node), bus.owner(at().groupNode!)]).toMatchObject([
      { uid: 1000, gid: 0 },
      { uid: 1000, gid: 0 },
    ]);
    const before = [...bus.changes];
    expect(await bind({ user: USER })).toMatchObject([{ steps: [], ownNode: node }]);
    expect(bus.changes).toEqual(before);
    await giveBack();
    expect(bus.owner(node)).toBeNull();
  });

  test("gives it to the user of a function that vfio-pci has already", async () => {
    tree.addFunction(ADDRESS);
    tree.addCdev(ADDRESS, "vfio3");
    const node = `${tree.dev}/vfio/devices/vfio3`;
    const [taken] = await bind({ user: USER });
    expect(taken!.steps).toContain(`chown ada ${node}`);
    expect(bus.owner(node)).toMatchObject({ uid: 1000 });
  });

  test("a dry run tells the steps and takes none", async () => {
    drive();
    tree.mount("nvme0n1", "/data");
    const [taken] = await bind({ dryRun: true, user: USER });
    expect(taken!.steps.at(2)).toBe(`write ${ADDRESS} > ${at().path}/driver/unbind`);
    expect(taken!.steps).toContain(`chown ada ${tree.dev}/vfio/7`);
    expect(taken!.obstacles).toMatchObject([{ kind: "mounted", allowed: false }]);
    expect(bus.changes).toEqual([]);
    expect(new Journal(tree).addresses).toEqual([]);
    expect([...bus.held]).toEqual([]);
  });
});

test("unbind leaves it without a driver, and restore gives it back", async () => {
  drive();
  await take([ADDRESS], { action: "unbind" }, bus);
  expect(at()).toMatchObject({ driver: null, driverOverride: null });
  expect(await giveBack()).toMatchObject([{ from: null, to: "nvme", disks: ["nvme0n1"] }]);
});

describe("restore", () => {
  test("gives it the driver and the override that it had", async () => {
    drive(ADDRESS, "nvme0n1", { files: { driver_override: "nvme" } });
    await bind();
    expect(at().driverOverride).toBe("nvme");
    const [restored] = await giveBack();
    expect(restored).toMatchObject({
      from: "vfio-pci",
      to: "nvme",
      disks: ["nvme0n1"],
      doubts: [],
    });
    expect(at()).toMatchObject({ driver: "nvme", driverOverride: "nvme" });
    expect(new Journal(tree).addresses).toEqual([]);
  });

  test("twice is once, and of what was never taken it is nothing", async () => {
    drive();
    await bind();
    await giveBack();
    const before = [...bus.changes];
    expect(await giveBack()).toMatchObject([{ steps: [], to: "nvme" }]);
    expect(bus.changes).toEqual(before);
  });

  test("of one that was bound by hand the kernel picks the driver", async () => {
    drive(ADDRESS, "nvme0n1", { driver: "vfio-pci", files: { driver_override: "vfio-pci" } });
    expect(await giveBack()).toMatchObject([{ from: "vfio-pci", to: "nvme" }]);
    expect(at().driverOverride).toBeNull();
  });

  test("waits for no process that drives it", async () => {
    drive();
    await bind();
    tree.open("vfio/7", 99, "node");
    const error = await failure(giveBack());
    expect(error).toMatchObject({ code: "REFUSED" });
    expect(error.message).toContain("process 99 (node); stop it first");
    expect(at().driver).toBe("vfio-pci");
  });

  test("disables what the kernel cannot reset, before the kernel's driver sees it", async () => {
    drive(ADDRESS, "nvme0n1", { files: { reset_method: "" } });
    await bind();
    bus.meanwhile = (change) => {
      if (change.startsWith("unbind")) disabled.push("unbound");
    };
    await giveBack();
    expect(disabled).toEqual([ADDRESS, "unbound"]);
  });

  test("keeps what does not become disabled", async () => {
    drive(ADDRESS, "nvme0n1", { files: { reset_method: "" } });
    await bind();
    const disable = (): Promise<void> => Promise.reject(new Error("CSTS.RDY stays 1"));
    expect((await failure(restore([ADDRESS], { disable }, bus))).message).toBe("CSTS.RDY stays 1");
    expect(at().driver).toBe("vfio-pci");
    await giveBack();
    expect(at().driver).toBe("nvme");
  });

  test("all: those in the journal, also one that is gone", async () => {
    drive();
    drive(OTHER, "nvme1n1", { group: 8 });
    await bind({}, [ADDRESS, OTHER]);
    removeFunction(OTHER);
    const restored = await giveBack("all");
    expect(restored.map(({ address, to, found }) => [address, to, found])).toEqual([
      [ADDRESS, "nvme", null],
      [OTHER, null, "the function is gone"],
    ]);
    expect(new Journal(tree).addresses).toEqual([]);
  });

  test("does not take it from whoever has it by now", async () => {
    drive();
    await bind();
    tree.link("bus/pci/drivers/uio_pci_generic", `${tree.functionFolder(ADDRESS)}/other`);
    bus.write(`${at().path}/driver/unbind`, ADDRESS);
    bus.write(`${at().path}/driver_override`, "uio_pci_generic");
    bus.write(`${tree.sys}/bus/pci/drivers_probe`, ADDRESS);
    await giveBack();
    expect(at()).toMatchObject({ driver: "uio_pci_generic", driverOverride: "uio_pci_generic" });
    expect(new Journal(tree).addresses).toEqual([]);
  });

  test("says when another drive answers, and when a namespace does not come back", async () => {
    drive();
    tree.addNamespace(ADDRESS, "nvme0n2");
    await bind();
    const asleep = `${tree.functionFolder(ADDRESS)}/asleep/nvme0`;
    removeFolder(`${asleep}/nvme0n2`);
    tree.file(`${asleep}/serial`, "another\n");
    const [restored] = await giveBack();
    expect(restored!.doubts).toEqual([
      "2 namespaces were there, 1 came back",
      "another drive answers: its serial number is not the one that it was",
    ]);
  });
});

describe("killed", () => {
  /** Does `work` with a machine that ends after `lives` changes. @returns whether it came to its end */
  async function withLives(lives: number, work: () => Promise<unknown>): Promise<boolean> {
    bus.lives = lives;
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof Killed) return false;
      throw error;
    } finally {
      bus.lives = Number.POSITIVE_INFINITY;
    }
  }

  /** Every number of changes up to the one at which it ends by itself. */
  async function atEveryStep(
    prepare: () => Promise<unknown>,
    work: () => Promise<unknown>,
    after: (lives: number) => Promise<unknown>,
  ): Promise<number> {
    for (let lives = 0; ; lives++) {
      tree.remove();
      tree = new PciTree();
      bus = new FakeBus(tree);
      drive();
      await prepare();
      const ended = await withLives(lives, work);
      await after(lives);
      if (ended) return lives;
    }
  }

  test.each(["bind", "unbind"] as const)(
    "%s at any step: restore puts all back as it was",
    async (action) => {
      const steps = await atEveryStep(
        async () => {},
        () => take([ADDRESS], { action, user: USER }, bus),
        async () => {
          const [restored] = await giveBack();
          expect(at()).toMatchObject({ driver: "nvme", driverOverride: null });
          expect(new Journal(tree).addresses).toEqual([]);
          expect(restored!.doubts).toEqual([]);
        },
      );
      expect(steps).toBe(action === "bind" ? 5 : 1);
    },
  );

  test("bind at any step: the next bind ends well, says what it found, and what was before is not lost", async () => {
    await atEveryStep(
      async () => {},
      () => bind({ user: USER }),
      async (lives) => {
        const [taken] = await bind({ user: USER });
        expect(at()).toMatchObject({ driver: "vfio-pci", driverOverride: null });
        expect(bus.owner(at().groupNode!)?.uid).toBe(1000);
        const words = lives < 5 ? `bind of process ${process.pid} was killed in the middle` : null;
        expect(taken!.found).toBe(words);
        const { former, owner } = new Journal(tree).read(ADDRESS)!;
        expect(former).toEqual({ driver: "nvme", override: null });
        expect(owner).toEqual({ uid: 0, gid: 0 });
      },
    );
  });

  test("restore at any step: the next restore ends well", async () => {
    await atEveryStep(
      () => bind({ user: USER }),
      () => giveBack(),
      async () => {
        await giveBack();
        expect(at()).toMatchObject({ driver: "nvme", driverOverride: null });
        expect(new Journal(tree).addresses).toEqual([]);
      },
    );
  });

  test("restore at any step: the next bind ends well, and can be restored", async () => {
    await atEveryStep(
      () => bind({ user: USER }),
      () => giveBack(),
      async () => {
        await bind();
        expect(at()).toMatchObject({ driver: "vfio-pci", driverOverride: null });
        await giveBack();
        expect(at()).toMatchObject({ driver: "nvme", driverOverride: null });
      },
    );
  });
});

function rmDriver(driver: string): void {
  removeFolder(`${tree.sys}/bus/pci/drivers/${driver}`);
}

function removeFunction(address: string): void {
  removeFolder(tree.functionFolder(address));
}

function removeFolder(path: string): void {
  rmSync(path, { recursive: true });
}
