// phasebit list, bind, unbind and restore, as a user starts them on a machine without a drive.
import { expect, test } from "vitest";
import { ALLOWABLE } from "../../src/commands/bind.ts";
import { allowableKinds } from "../../src/pci/use-kinds.ts";
import { phasebit } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const NOBODY = "ffff:ff:1f.7";

test.each([
  [["bind"], /missing required argument 'address'/],
  [["bind", "nvme0"], /PCI address "nvme0": expected the form 0000:01:00\.0/],
  [["bind", "vfio-user:/s"], /vfio-user:\/s: it is on no PCI bus, so nothing is to be bound/],
  [["unbind", "embedded?size=1m"], /embedded\?size=1m: it is on no PCI bus/],
  [["restore", "vfio-user:/s"], /vfio-user:\/s: it is on no PCI bus/],
  [["sriov", "vfio-user:/s"], /vfio-user:\/s: it is on no PCI bus/],
  [["doctor", "vfio-user:/s"], /vfio-user:\/s: it is on no PCI bus, .* give it to --device$/m],
  [["bind", NOBODY], /^phasebit: function ffff:ff:1f\.7: no such PCI function; "phasebit list"/],
  [["bind", NOBODY, "--allow", "mounted"], /--allow mounted: phasebit can be told to allow hiber/],
  [["bind", NOBODY, "--user", "no-such-user-here"], /user no-such-user-here: .* no such user/],
  [["bind", NOBODY, "--user", "--help"], /user --help: this machine knows no such user/],
  [["sriov"], /missing required argument 'address'/],
  [["sriov", NOBODY], /^phasebit: function ffff:ff:1f\.7: no such PCI function/],
  [["sriov", NOBODY, "--vfs", "two"], /--vfs two: expected a whole number/],
  [["restore"], /restore: name addresses, or say --all/],
  [["restore", "--all", NOBODY], /restore: name addresses, or say --all/],
])("phasebit %j is a misuse, and told in one line", async (args, words) => {
  const { status, stdout, stderr } = await phasebitInside(args);
  expect(stderr).toMatch(words);
  expect([status, stdout, stderr.trim().split("\n").length]).toEqual([2, "", 1]);
});

test("the kinds that may be allowed are those that the library knows", () => {
  expect(ALLOWABLE).toEqual(allowableKinds);
});

test("list prints a document for programs", () => {
  const { status, stdout } = phasebit(["list", "--json"]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ phasebit: { kind: "drives" } });
  expect(phasebit(["list"]).stdout).toContain("embedded      the controller in phasebit itself");
});
