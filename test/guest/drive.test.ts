// Getting hold of a drive: past everything that may be using it, from the kernel's own driver to vfio-pci and back.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { json, step } from "./outcome.ts";
import { exitCodes, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

/** As a user has it: nothing here drives queues, whose code QEMU's translator has trouble with. */
const cli = "node $REPOSITORY/dist/src/cli.js";

const images = mkdtempSync(join(tmpdir(), "phasebit-images-"));
afterAll(() => rmSync(images, { recursive: true, force: true }));

/** One that keeps what is written: file systems and swap spaces have to be found again. */
function image(name: string, mebibytes: number): string {
  const path = join(images, name);
  writeFileSync(path, "");
  truncateSync(path, mebibytes << 20);
  return path;
}

const nullDrive = (id: string): string[] => [
  "-drive",
  `driver=null-co,size=1G,read-zeroes=on,if=none,id=${id}`,
];

/** Two controllers of one subsystem, two behind one bridge, one with virtual functions. */
const further = [
  ...[...nullDrive("pair"), "-device", "nvme-subsys,id=sub0"],
  ...["-device", "nvme,id=pair0,serial=pair,subsys=sub0,addr=0x8"],
  ...["-device", "nvme-ns,drive=pair,bus=pair0,nsid=1,shared=on"],
  ...["-device", "nvme,id=pair1,serial=pair,subsys=sub0,addr=0x9"],
  ...["-device", "pcie-pci-bridge,id=bridge,addr=0xa"],
  ...[...nullDrive("left"), "-device", "nvme,serial=left,drive=left,bus=bridge,addr=1"],
  ...[...nullDrive("right"), "-device", "nvme,serial=right,drive=right,bus=bridge,addr=2"],
  ...["-device", "nvme-subsys,id=sub1"],
  "-device",
  "nvme,serial=pf,subsys=sub1,sriov_max_vfs=1,sriov_vq_flexible=2,sriov_vi_flexible=1," +
    "max_ioqpairs=4,msix_qsize=5,addr=0xb",
];
const [PAIR, OTHER_OF_PAIR, PHYSICAL] = ["0000:00:08.0", "0000:00:09.0", "0000:00:0b.0"];
const [LEFT, RIGHT] = ["0000:01:01.0", "0000:01:02.0"];

/** What is made of a drive, how it is undone, and what `bind` says of it. */
interface InUse {
  readonly name: string;
  readonly address: string;
  readonly make: string;
  readonly undo: string;
  readonly kind: string;
  readonly words: RegExp;
}

const [FIRST, THIRD] = ["0000:00:04.0", "0000:00:06.0"];
const NOTHING = ":";

/** Nine partitions of the first drive, each in use in its way; the others are in use as they are. */
const inUse: readonly InUse[] = [
  {
    ...{ name: "a mounted disk", address: THIRD, kind: "mounted" },
    make: "mkfs.ext4 -q -F /dev/$third && mount /dev/$third /tmp/whole",
    undo: "umount /tmp/whole",
    words: /^nvme\d+n1 is mounted at \/tmp\/whole$/,
  },
  {
    ...{ name: "a mounted partition", address: FIRST, kind: "mounted" },
    make: "mkfs.ext4 -q -F /dev/$p1 && mount /dev/$p1 /tmp/place",
    undo: "umount /tmp/place",
    words: /^nvme\d+n1p1 is mounted at \/tmp\/place$/,
  },
  {
    ...{ name: "mounted in another mount namespace", address: FIRST, kind: "mounted" },
    make: [
      "mkfs.ext4 -q -F /dev/$p2",
      "unshare --mount sh -c 'mount /dev/'$p2' /tmp/other; touch /tmp/ready; exec sleep 5000' & away=$!",
      "until [ -e /tmp/ready ]; do sleep 0.2; done",
    ].join("; "),
    undo: "kill $away; wait $away",
    words: /^nvme\d+n1p2 is mounted at \/tmp\/other$/,
  },
  {
    ...{ name: "swap space", address: FIRST, kind: "swap" },
    make: "mkswap -q /dev/$p3; swapon /dev/$p3",
    undo: "swapoff /dev/$p3",
    words: /^nvme\d+n1p3 is swap space$/,
  },
  {
    ...{ name: "a device mapper's table", address: FIRST, kind: "mapped" },
    make: 'dmsetup create --noudevsync plain --table "0 20000 linear /dev/$p4 0"',
    undo: "dmsetup remove --noudevsync plain",
    words: /^nvme\d+n1p4 is held by dm-0 \(plain\)$/,
  },
  {
    ...{ name: "a logical volume", address: FIRST, kind: "mapped" },
    make: 'dmsetup create --noudevsync -u LVM-abcd vg-home --table "0 20000 linear /dev/$p5 0"',
    undo: "dmsetup remove --noudevsync vg-home",
    words: /^nvme\d+n1p5 is held by dm-1 \(LVM, vg-home\)$/,
  },
  {
    ...{ name: "a part of an array", address: FIRST, kind: "raid" },
    make: [
      "echo md_pair > /sys/module/md_mod/parameters/new_array; md=/sys/block/md_pair/md",
      "echo none > $md/metadata_version; echo raid1 > $md/level; echo 2 > $md/raid_disks",
      "cat /sys/class/block/$p6/dev > $md/new_dev; echo 0 > $md/dev-$p6/slot",
      "echo active > $md/array_state",
    ].join("; "),
    undo: "echo clear > $md/array_state",
    words: /^nvme\d+n1p6 is held by md_pair$/,
  },
  {
    ...{ name: "behind a loop device", address: FIRST, kind: "loop" },
    make: "[ -e /dev/loop0 ] || mknod /dev/loop0 b 7 0; losetup /dev/loop0 /dev/$p7",
    undo: "losetup -d /dev/loop0",
    words: /^nvme\d+n1p7 is behind the loop device loop0$/,
  },
  {
    ...{ name: "exported over a network", address: FIRST, kind: "exported" },
    make: [
      "mount -t configfs none /sys/kernel/config; t=/sys/kernel/config/nvmet/subsystems/given",
      "mkdir $t $t/namespaces/1; echo -n /dev/$p8 > $t/namespaces/1/device_path",
      "echo 1 > $t/namespaces/1/enable",
    ].join("; "),
    undo: "echo 0 > $t/namespaces/1/enable; rmdir $t/namespaces/1 $t",
    words: /^nvme\d+n1p8 is exported by nvmet as given$/,
  },
  {
    ...{ name: "where the machine hibernates to", address: FIRST, kind: "hibernation" },
    make: "cat /sys/class/block/$p9/dev > /sys/power/resume",
    undo: "echo 0:0 > /sys/power/resume",
    words: /^nvme\d+n1p9 is where the machine hibernates to$/,
  },
  {
    ...{ name: "open in a process", address: FIRST, kind: "open" },
    make: "sleep 5000 < /dev/$looked & looks=$!",
    undo: "kill $looks; wait $looks",
    words: /^nvme\d+ is open in process \d+ \(sleep\)$/,
  },
  {
    ...{ name: "a subsystem of two controllers", address: PAIR, kind: "subsystem" },
    ...{ make: NOTHING, undo: NOTHING },
    words: /^nvme\d+ \(0000:00:09\.0\) is a controller of the same subsystem$/,
  },
  {
    ...{ name: "an IOMMU group with company", address: LEFT, kind: "company" },
    ...{ make: NOTHING, undo: NOTHING },
    words: /^0000:01:02\.0 \(nvme\) is in its IOMMU group \d+ too$/,
  },
  {
    ...{ name: "virtual functions", address: PHYSICAL, kind: "vfs" },
    make: `echo 1 > /sys/bus/pci/devices/${PHYSICAL}/sriov_numvfs`,
    undo: `echo 0 > /sys/bus/pci/devices/${PHYSICAL}/sriov_numvfs`,
    words: /^1 virtual functions of it are active$/,
  },
];

/** The part of the document of a dry run that is looked at. */
interface DryRun {
  readonly functions: readonly {
    readonly address: string;
    readonly obstacles: readonly { readonly kind: string; readonly text: string }[];
  }[];
}

guestSuite("a drive that is in use", () => {
  const guest = sharedBoot(() => ({
    name: "in use",
    drives: [
      { serial: "first", file: image("used.img", 256) },
      { serial: "second", file: "null-co", size: 1 << 30 },
      { serial: "third", file: image("mounted.img", 64) },
    ],
    further,
    script: `
      cli="${cli}" STEP_SECONDS=600
      insert crc16 crc32c_generic mbcache jbd2 ext4 loop dm-mod md-mod raid1 configfs
      [ -e /dev/mapper/control ] || { mkdir -p /dev/mapper; mknod /dev/mapper/control c 10 236; }
      to_kernel $NVME0 $NVME1 $NVME2 ${PAIR} ${OTHER_OF_PAIR} ${LEFT} ${RIGHT} ${PHYSICAL}
      insert nvmet
      first=$(disk_of $NVME0) third=$(disk_of $NVME2)
      looked=\${first%n1}
      for part in 1 2 3 4 5 6 7 8 9; do eval "p$part=\${first}p$part"; done
      mkdir /tmp/place /tmp/other /tmp/whole
      for part in 1 2 3 4 5 6 7 8 9; do addpart /dev/$first $part $((part * 50000)) 40000; done
      ${inUse.map(({ make }) => make).join("\n      ")}
      step all $cli bind $NVME0 $NVME1 $NVME2 ${PAIR} ${LEFT} ${PHYSICAL} --dry-run --json
      step refused $cli bind $NVME0 $NVME2
      note drivers "$(driver_of $NVME0) $(driver_of $NVME2)"
      ${inUse.map(({ undo }) => undo).join("\n      ")}
      for part in 1 2 3 4 5 6 7 8 9; do delpart /dev/$first $part; done
      step free $cli bind $NVME0 $NVME1 $NVME2 ${PHYSICAL} --dry-run --json
      step listed $cli list
      step together $cli bind ${LEFT} ${RIGHT} ${PAIR} --allow subsystem
      note taken "$(driver_of ${LEFT}) $(driver_of ${RIGHT}) $(driver_of ${PAIR})"
      step back $cli restore --all
      note after "$(driver_of ${LEFT}) $(driver_of ${RIGHT}) $(driver_of ${PAIR}) $(ls /run/phasebit)"
    `,
    timeoutMs: 1_000_000,
  }));
  const patience = { timeout: 1_100_000 };

  test.each(inUse)(
    "$name is found, and called $kind",
    patience,
    async ({ address, kind, words }) => {
      const result = await guest();
      expect(step(result, "all").exit, said(result, "all")).toBe(exitCodes.refused);
      const { functions } = json<DryRun>(result, "all.out");
      const own = functions.find((one) => one.address === address)!.obstacles;
      const texts = own.filter((use) => use.kind === kind).map(({ text }) => text);
      expect(texts, JSON.stringify(own)).toContainEqual(expect.stringMatching(words));
    },
  );

  test("nothing more is found than there is", async () => {
    const { functions } = json<DryRun>(await guest(), "all.out");
    const found = functions.flatMap(({ address, obstacles }) =>
      obstacles.map(({ kind }) => `${address} ${kind}`),
    );
    const made = inUse.map(({ address, kind }) => `${address} ${kind}`);
    expect(found.sort()).toEqual(made.sort());
  });

  test("a drive in use stays with its driver, and all reasons are told in one line", async () => {
    const result = await guest();
    const { exit, err } = step(result, "refused");
    expect(exit, said(result, "refused")).toBe(exitCodes.refused);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toContain("(mounted): unmount it");
    expect(step(result, "drivers").out).toBe("nvme nvme\n");
  });

  test("with all of it undone nothing speaks against taking them", async () => {
    const result = await guest();
    expect(step(result, "free").exit, said(result, "free")).toBe(exitCodes.ok);
    const { functions } = json<DryRun>(result, "free.out");
    expect(functions.map(({ obstacles }) => obstacles)).toEqual([[], [], [], []]);
  });

  test("company that is taken too is none, a doubt can be allowed, and all go back", async () => {
    const result = await guest();
    expect(step(result, "together").exit, said(result, "together")).toBe(exitCodes.ok);
    expect(step(result, "taken").out).toBe("vfio-pci vfio-pci vfio-pci\n");
    expect(step(result, "back").exit, said(result, "back")).toBe(exitCodes.ok);
    expect(step(result, "after").out.trim()).toBe("nvme nvme nvme lock");
  });

  test("the list has every function", async () => {
    const result = await guest();
    for (const serial of ["first", "second", "third", "pair", "left", "right", "pf"]) {
      expect(step(result, "listed").out).toContain(`serial ${serial}`);
    }
  });
});
