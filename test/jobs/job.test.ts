// A job as options of run: what is taken, what is said, what is refused and where.
import { describe, expect, test } from "vitest";
import { chosenJob } from "../../src/jobs/choose.ts";
import type { KernelDrives } from "../../src/jobs/device-name.ts";
import { jobOf, requireRuntime, withoutDevice } from "../../src/jobs/job.ts";
import { linesOf } from "../../src/jobs/lines.ts";
import { sectionsOf } from "../../src/jobs/sections.ts";

/** A disk's number is no NSID, and a disk with two paths has a number of neither controller. */
const kernel: KernelDrives = {
  drives: () => [
    {
      ...{ address: "0000:01:00.0", controller: "nvme3" },
      namespaces: ["nvme3n2", "nvme7n1", "nvme3n9"].map((name) => ({ name, bytes: 1 })),
    },
    { address: "0000:02:00.0", controller: "nvme4", namespaces: [{ name: "nvme7n1", bytes: 1 }] },
  ],
  nsidOf: (disk) => (disk === "nvme3n2" ? 17 : null),
};
const sections = (text: string) =>
  sectionsOf(linesOf("j.fio", new TextEncoder().encode(text)), () => undefined);
const job = (...options: string[]) => jobOf(sections(`[a]\n${options.join("\n")}`)[0]!, kernel);

describe("misuse", () => {
  test.each([
    ["iodept=8", "did you mean iodepth?"],
    ["thequickbrownfox=1", "neither fio nor phasebit has such an option"],
    ["bs", "bs: takes a value, as in bs=…"],
    ["bssplit=4k/50:8k/50", "bssplit: not here, for all I/Os have one size"],
    ["destructive=1", "consent to writes is given on the command line"],
    ["verify=crc32c", "verify crc32c: only 0 here, for data are not verified yet"],
    ["time_based=0", "time_based 0: only 1 here"],
    ["stages=yes", "stages yes: must be 0 or 1"],
    ["filename=/tmp/x", "filename: /tmp/x: no drive"],
    ["filename=/dev/nvme9n1", "filename: nvme9n1: the kernel's driver has no such drive"],
    ["filename=/dev/nvme7n1", "nvme7n1: it is reached by 0000:01:00.0, 0000:02:00.0; give one"],
    ["filename=/dev/nvme3n9", "nvme3n9: its NSID is not known; give 0000:01:00.0, and nsid="],
  ])("%s is refused with file, line and column", (option, why) => {
    expect(() => job("runtime=1", `  ${option}`)).toThrow(
      expect.objectContaining({ code: "USAGE" }),
    );
    expect(() => job("runtime=1", `  ${option}`)).toThrow("j.fio:3:3: ");
    expect(() => job("runtime=1", `  ${option}`)).toThrow(why);
  });

  test("a job that does not say how long it lasts", () => {
    expect(() => requireRuntime(job("bs=4k"))).toThrow("j.fio:1:1: [a] has no runtime");
  });

  test("of several jobs one has to be named, by a name that only it has", () => {
    const two = sections("[a]\n[b]\n[b]");
    expect(chosenJob("j.fio", two, "a").name).toBe("a");
    expect(() => chosenJob("j.fio", two)).toThrow(
      "j.fio:2:1: a second job, and one runs at a time",
    );
    expect(() => chosenJob("j.fio", two, "b")).toThrow("j.fio:3:1: a second job of the name b");
    expect(() => chosenJob("j.fio", two, "c")).toThrow("has no such job; it has a, b, b");
    expect(() => chosenJob("j.fio", [])).toThrow("there is none");
  });
});

test("fio's names become run's, second names too, and of two the last counts", () => {
  const options = [
    "readwrite=read",
    "blocksize=8k",
    "bs=4k",
    "timeout=10",
    "iodepth-batch-complete=2",
  ];
  expect(job(...options, "shadow_doorbells", "stages=0").options).toEqual({
    ...{ rw: "read", bs: "4k", runtime: "10", iodepthBatchCompleteMin: "2" },
    ...{ shadowDoorbells: true, stages: false },
  });
});

test.each([
  ["0000:01:00.0", { device: "0000:01:00.0" }],
  ["0000\\:01\\:00.0", { device: "0000:01:00.0" }],
  ["trtype=PCIe traddr=0000.01.00.0 ns=2", { device: "0000:01:00.0", nsid: "2" }],
  ["/dev/nvme3n2", { device: "0000:01:00.0", nsid: "17" }],
  ["/dev/nvme3", { device: "0000:01:00.0" }],
  ["embedded?latency=80us", { device: "embedded?latency=80us" }],
])("filename=%s", (filename, named) => {
  expect(job(`filename=${filename}`).options).toEqual(named);
});

test("a namespace comes with its device and goes with it, and is not said twice", () => {
  const named = job("filename=/dev/nvme3n2", "bs=4k");
  expect(withoutDevice(named)).toEqual({ bs: "4k" });
  expect(withoutDevice(job("nsid=2", "filename=embedded"))).toEqual({ nsid: "2" });
  const twice = () => job("nsid=2", "filename=/dev/nvme3n2");
  expect(twice).toThrow("j.fio:3:1: filename: means nsid 17, where nsid in line 2 says 2");
  expect(job("nsid=17", "filename=/dev/nvme3n2").options).toMatchObject({ nsid: "17" });
});

test("what changes nothing that reaches the controller is noted once, with its line", () => {
  const { options, notes } = job("ioengine=libaio", "direct=1", "invalidate=1", "description=x");
  expect(options).toEqual({});
  expect(notes.map(({ line, text }) => [line, text])).toEqual([
    [2, "ioengine: left out, for phasebit drives the controller itself"],
    [3, "direct: left out, for there is no page cache between"],
    [4, "invalidate: left out, for there is no page cache between"],
  ]);
});

test("random addresses without norandommap are said to be drawn otherwise", () => {
  const said = (...options: string[]) => job(...options).notes.map(({ text }) => text);
  expect(said("rw=randread")).toEqual([expect.stringContaining("may come twice")]);
  expect(said("rw=randread", "norandommap")).toEqual([]);
  expect(said("rw=read")).toEqual([]);
});
