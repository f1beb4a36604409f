// Each thing that doctor looks at, on a machine where it is well, and on one where it is not.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { diagnosisOf } from "../../src/actions/doctor.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import type { Examiner } from "../../src/pci/examiner.ts";
import type { Finding } from "../../src/pci/findings.ts";
import { Journal } from "../../src/pci/journal.ts";
import { linesFor } from "../../src/text/compare-frame.ts";
import { doctorLines } from "../../src/text/doctor.ts";
import { type FakeFunction, PciTree } from "./tree.ts";

const ADDRESS = "0000:01:00.0";
let tree: PciTree;
beforeEach(() => {
  tree = new PciTree();
  wellMachine();
});
afterEach(() => tree.remove());

/** Everything as it should be, for a function that is bound. */
function wellMachine(): void {
  tree.file(`${tree.sys}/class/iommu/dmar0/name`, "");
  tree.file(`${tree.sys}/bus/pci/drivers/vfio-pci/bind`, "");
  tree.file(`${tree.sys}/module/vfio_iommu_type1/name`, "");
  tree.file(`${tree.sys}/kernel/security/lockdown`, "[none] integrity confidentiality\n");
  tree.file(`${tree.sys}/kernel/mm/hugepages/hugepages-2048kB/free_hugepages`, "64\n");
  for (const cpu of ["cpu0", "cpu1"]) governor(cpu, "performance");
  tree.file(`${tree.dev}/vfio/vfio`, "");
  tree.file(`${tree.dev}/vfio/7`, "");
  tree.write("self/status", "Name:\tnode\nCpus_allowed_list:\t0-7\n");
  limits("unlimited");
}

function governor(cpu: string, name: string): void {
  tree.file(`${tree.sys}/devices/system/cpu/${cpu}/cpufreq/scaling_governor`, `${name}\n`);
}

function limits(locked: string, space = "unlimited"): void {
  const line = (name: string, soft: string): string =>
    `${name.padEnd(25)} ${soft.padEnd(20)} unlimited            bytes\n`;
  const text = line("Max locked memory", locked) + line("Max address space", space);
  tree.write("self/limits", text);
}

const examiner = (changed: Partial<Examiner> = {}): Examiner => ({
  ...{ roots: tree, isRoot: false, sudo: "sudo ", user: "ada", nodeVersion: "22.1.0" },
  ...{ mayOpen: () => true, loadAddon: () => {} },
  ...changed,
});

function bound(shown: FakeFunction = {}): void {
  const link = {
    ...{ current_link_speed: "16.0 GT/s PCIe", current_link_width: "4" },
    ...{ max_link_speed: "16.0 GT/s PCIe", max_link_width: "4" },
  };
  tree.addFunction(ADDRESS, { ...shown, files: { ...link, ...shown.files } });
}

/** What is not ok, as "problem memlock". */
function doubts(changed: Partial<Examiner> = {}): Finding[] {
  const { machine, functions } = diagnosisOf(undefined, examiner(changed));
  const all = [...machine, ...functions.flatMap(({ findings }) => findings)];
  return all.filter(({ level }) => level !== "ok");
}

test("a machine where all is well is ready", () => {
  bound();
  expect(doubts()).toEqual([]);
  expect(diagnosisOf(ADDRESS, examiner())).toMatchObject({ ready: true });
});

test("without a drive no run on one could start", () => {
  expect(diagnosisOf(undefined, examiner())).toMatchObject({ ready: false, functions: [] });
});

test("one drive that is ready is enough, unless another one was asked for", () => {
  bound();
  tree.addFunction("0000:02:00.0", { driver: "nvme", group: 8 });
  expect(diagnosisOf(undefined, examiner()).ready).toBe(true);
  expect(diagnosisOf("0000:02:00.0", examiner()).ready).toBe(false);
});

describe("the machine", () => {
  beforeEach(() => bound());

  const refuseAddon = (): void => {
    throw new PhasebitError("ENVIRONMENT", "load the native addon: not there");
  };

  test.each<[string, string, () => unknown, string | RegExp]>([
    ["an old Node.js", "problem node", () => ({ nodeVersion: "18.20.1" }), /nvm install/],
    ["no addon", "problem addon", () => ({ loadAddon: refuseAddon }), "npm run build:native"],
    [
      "no vfio-pci",
      "problem module",
      () => gone("bus/pci/drivers/vfio-pci"),
      "sudo modprobe vfio-pci",
    ],
    [
      "no type 1",
      "problem module",
      () => gone("module/vfio_iommu_type1"),
      "sudo modprobe vfio_iommu_type1",
    ],
    ["no container", "problem vfio", () => goneDev("vfio/vfio"), "sudo modprobe vfio"],
    [
      "the lock",
      "problem memlock",
      () => limits("65536"),
      /^sudo prlimit --pid \$\$ --memlock=unl/,
    ],
    ["a small lock", "hint memlock", () => limits("67108864"), /^sudo prlimit/],
    [
      "little space",
      "problem limits",
      () => limits("unlimited", "8000000000"),
      "ulimit -v unlimited",
    ],
    ["no huge pages", "hint hugepages", () => huge("0"), /^echo 64 \| sudo tee .*nr_hugepages$/],
    ["lockdown", "hint lockdown", () => lockdown("integrity"), /^null$/],
    [
      "one CPU",
      "hint cores",
      () => tree.write("self/status", "Cpus_allowed_list:\t3\n"),
      /^taskset/,
    ],
    [
      "a governor",
      "hint governor",
      () => governor("cpu1", "powersave"),
      /^echo performance \| sudo tee/,
    ],
    ["no containment", "hint noiommu", unsafeMode, /^echo N \| sudo tee/],
  ])("%s", (_, expected, change, remedy) => {
    const changed = (change() ?? {}) as Partial<Examiner>;
    const found = doubts(changed);
    expect(found.map(({ level, about }) => `${level} ${about}`)).toEqual([expected]);
    expect(String(found[0]!.remedy)).toMatch(remedy);
  });

  test.each([
    ["GenuineIntel", "intel_iommu=on"],
    ["AuthenticAMD", "amd_iommu=on"],
  ])("no IOMMU, on %s", (vendor, word) => {
    gone("kernel/iommu_groups");
    tree.write("cpuinfo", `vendor_id\t: ${vendor}\n`);
    const [iommu] = doubts();
    expect(iommu).toMatchObject({ about: "iommu", level: "problem" });
    expect(iommu!.remedy).toContain(word);
  });

  test("no permission on the container", () => {
    const found = doubts({ mayOpen: (path) => !path.endsWith("vfio/vfio") });
    expect(found).toMatchObject([
      { about: "vfio", remedy: `sudo chmod 666 ${tree.dev}/vfio/vfio` },
    ]);
  });

  test("with huge pages a lock that was enough may be none", () => {
    limits("4194304");
    expect(doubts()).toMatchObject([{ about: "memlock", level: "problem" }]);
    huge("0");
    expect(doubts()).toMatchObject([{ about: "memlock", level: "hint" }, { about: "hugepages" }]);
  });

  test("root locks what it likes, and needs no sudo", () => {
    limits("65536");
    gone("bus/pci/drivers/vfio-pci");
    const found = doubts({ isRoot: true, sudo: "", user: "root" });
    expect(found).toMatchObject([{ about: "module", remedy: "modprobe vfio-pci" }]);
  });

  test("of files that are not there nothing is said", () => {
    gone("kernel/security/lockdown");
    gone("devices/system/cpu");
    expect(doubts()).toEqual([]);
  });
});

describe("a function", () => {
  test("of the kernel's driver, with what keeps it there", () => {
    bound({ driver: "nvme" });
    tree.addNamespace(ADDRESS, "nvme0n1", ["nvme0n1p1"]);
    tree.mount("nvme0n1p1", "/home");
    expect(doubts()).toMatchObject([
      { about: "driver", level: "problem", remedy: `sudo phasebit bind ${ADDRESS} --user ada` },
      { about: "in use", level: "problem", text: "nvme0n1p1 is mounted at /home; unmount it" },
    ]);
  });

  test("without a driver, as root", () => {
    bound({ driver: null });
    const found = doubts({ isRoot: true, sudo: "", user: "root" });
    expect(found).toMatchObject([{ about: "driver", remedy: `phasebit bind ${ADDRESS}` }]);
  });

  test("that somebody drives", () => {
    bound();
    tree.open("vfio/7", 99, "node");
    expect(doubts()).toMatchObject([{ about: "in use", level: "problem" }]);
  });

  test("whose group is not pure", () => {
    bound();
    tree.addFunction("0000:01:00.1", { driver: "ahci", class: "0x010601" });
    const path = "/sys/bus/pci/devices/0000:01:00.1/driver/unbind";
    expect(doubts()).toMatchObject([
      { about: "group", level: "problem", remedy: `echo 0000:01:00.1 | sudo tee ${path}` },
    ]);
  });

  test("without a group", () => {
    bound({ group: null });
    expect(doubts()).toMatchObject([{ about: "iommu" }, { about: "group", level: "problem" }]);
  });

  test("that this user may not open", () => {
    bound();
    const found = doubts({ mayOpen: (path) => path.endsWith("vfio/vfio") });
    expect(found).toMatchObject([
      { about: "permission", level: "problem", remedy: `sudo chown ada ${tree.dev}/vfio/7` },
    ]);
  });

  test("that cannot be reset, on a slow link, far away", () => {
    const files = {
      ...{ reset_method: "", current_link_width: "1", numa_node: "1", local_cpulist: "8-15" },
    };
    bound({ files });
    expect(doubts()).toMatchObject([
      { about: "reset", level: "hint" },
      { about: "link", level: "hint" },
      { about: "near", level: "hint", remedy: "taskset -pc 8-15 $$" },
    ]);
    expect(diagnosisOf(ADDRESS, examiner()).ready).toBe(true);
  });

  test("that a killed command left", () => {
    bound();
    const facts = { former: null, owner: null, virtualFunctions: null, controller: null };
    new Journal(tree).write({ address: ADDRESS, action: "bind", done: false, ...facts });
    expect(doubts()).toMatchObject([
      { about: "journal", level: "hint", remedy: `sudo phasebit restore ${ADDRESS}` },
    ]);
  });
});

test("what is found reads well, and a command stays on one line", () => {
  bound({ driver: "nvme" });
  const lines = linesFor({ color: false, columns: 60 });
  const text = doctorLines(diagnosisOf(ADDRESS, examiner()), lines);
  expect(text.slice(text.indexOf(ADDRESS))).toEqual([
    ADDRESS,
    "problem driver: the driver nvme has it",
    `        sudo phasebit bind ${ADDRESS} --user ada`,
    "ok      group: its IOMMU group 7 can be given away",
    "ok      reset: the kernel can reset it: flr, bus",
    "ok      link: 16 GT/s x4",
    "",
    "no run on a drive could start: 1 problem",
    'the embedded controller needs nothing of this: "phasebit run"',
  ]);
});

function gone(path: string): void {
  tree.drop(`${tree.sys}/${path}`);
}

function goneDev(path: string): void {
  tree.drop(`${tree.dev}/${path}`);
}

function huge(pages: string): void {
  tree.file(`${tree.sys}/kernel/mm/hugepages/hugepages-2048kB/free_hugepages`, `${pages}\n`);
}

function lockdown(mode: string): void {
  tree.file(`${tree.sys}/kernel/security/lockdown`, `none [${mode}] confidentiality\n`);
}

function unsafeMode(): void {
  tree.file(`${tree.sys}/module/vfio/parameters/enable_unsafe_noiommu_mode`, "Y\n");
}
