// A hot reset through VFIO, against a fake of the kernel: whom it may reach, and what is done about its failures.
import { afterEach, beforeEach, expect, test } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { openVfio } from "../../src/transport/vfio.ts";
import { FakeVfio } from "./fake-vfio.ts";

const ADDRESS = "0000:01:00.0";
const MIB = 2 ** 20;
const memory = { host: MIB, commands: 2 * MIB, completions: 2 * MIB, data: 4 * MIB };

let machine: FakeVfio;
let transport: Transport;
beforeEach(async () => {
  machine = new FakeVfio();
  machine.roots.addFunction(ADDRESS);
  transport = await openVfio(ADDRESS, { memory }, machine);
});
afterEach(async () => {
  await transport.close();
  machine.roots.remove();
});

test("one that would reach a function of another group is refused, by its name and driver", () => {
  machine.roots.addFunction("0000:01:00.1", { group: 9, driver: "ahci" });
  machine.behindLink.push({ address: "0000:01:00.1", group: 9 });
  expect(() => transport.hotReset!()).toThrow(
    /hot reset 0000:01:00\.0: it would reset 0000:01:00\.1 \(group 9, ahci\) too/,
  );
  expect(machine.log.join()).not.toContain("hot reset");
});

test("where the link has none it is refused as that", () => {
  machine.fail("hot reset functions", "ENODEV");
  expect(() => transport.hotReset!()).toThrow(/its link has no hot reset/);
});

test("one that fails is the device's failure, and one that the kernel does not allow is not", () => {
  machine.fail("hot reset", "EIO", { times: 1 });
  expect(() => transport.hotReset!()).toThrow(expect.objectContaining({ code: "DEVICE" }));
  machine.fail("hot reset", "EPERM", { times: 1 });
  expect(() => transport.hotReset!()).toThrow(expect.objectContaining({ code: "EPERM" }));
});

test("a bridge that refuses has reset nothing, and is told as that", () => {
  machine.registers.set(Register.VS, 0x10400);
  machine.fail("hot reset", "ENOTTY", { times: 1 });
  expect(() => transport.hotReset!()).toThrow(
    expect.objectContaining({
      code: "USAGE",
      message: expect.stringMatching(/the bridge above it refuses .*nothing was reset; a function/),
    }),
  );
});

test("a link that stays down is the device's failure, with the way to have it found anew", () => {
  for (const gone of [
    () => machine.registers.set(Register.VS, 0xffff_ffff),
    () => {
      machine.registers.set(Register.VS, 0x10400);
      machine.fail("read32", "EIO", { times: 1 });
    },
  ]) {
    gone();
    machine.fail("hot reset", "ENOTTY", { times: 1 });
    expect(() => transport.hotReset!()).toThrow(
      expect.objectContaining({
        code: "DEVICE",
        message: expect.stringMatching(/nothing answers since.*devices\/0000:01:00\.0\/remove; /),
      }),
    );
  }
});

test("with all functions of this group it names the group to the kernel", () => {
  machine.behindLink.push({ address: "0000:01:00.1", group: 7 });
  const mark = machine.log.length;
  transport.hotReset!();
  expect(machine.log.slice(mark)).toEqual(["hot reset 101"]);
});

test("after a reset that the kernel knew nothing of memory space is switched on again", () => {
  const mark = machine.log.length;
  transport.restore!();
  expect(machine.log.slice(mark)).toEqual(["write config 4 2 0"]);
});
