// Getting hold of a drive: past everything that may be using it, from the kernel's own driver to vfio-pci and back.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, expect, test } from "vitest";
import { repository } from "./machine.ts";
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

const [FIRST, SECOND] = ["0000:00:04.0", "0000:00:05.0"];
const [THIRD, FOURTH] = ["0000:00:06.0", "0000:00:07.0"];
const NOTHING = ":";
const PARTS = Array.from({ length: 10 }, (_, index) => index + 1).join(" ");

/** Ten partitions of the first drive, each in use in its way, and more ways of the others. */
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
    ...{ name: "mounted where the system lives", address: FIRST, kind: "system" },
    make: "mkfs.ext4 -q -F /dev/$p10 && mount /dev/$p10 /boot",
    undo: "umount /boot",
    words: /^nvme\d+n1p10 is mounted at \/boot$/,
  },
  {
    ...{ name: "a subsystem that is reached over a network too", address: SECOND, kind: "fabrics" },
    make: [
      `nqn=$(cat /sys/bus/pci/devices/${SECOND}/nvme/nvme*/subsysnqn)`,
      "nvmet=/sys/kernel/config/nvmet; mkdir $nvmet/subsystems/$nqn $nvmet/ports/1",
      "echo 1 > $nvmet/subsystems/$nqn/attr_allow_any_host",
      "echo loop > $nvmet/ports/1/addr_trtype",
      "ln -s $nvmet/subsystems/$nqn $nvmet/ports/1/subsystems/",
      'echo "transport=loop,nqn=$nqn" > /dev/nvme-fabrics',
    ].join("; "),
    undo: [
      "echo 1 > $(dirname $(grep -lx loop /sys/class/nvme/nvme*/transport))/delete_controller",
      "rm $nvmet/ports/1/subsystems/$nqn; rmdir $nvmet/ports/1 $nvmet/subsystems/$nqn",
    ].join("; "),
    words: /^nvme\d+ leads to its subsystem over loop$/,
  },
  {
    ...{ name: "held exclusively", address: FOURTH, kind: "exclusive" },
    make: [
      "perl -MFcntl -e 'sysopen(my $disk, shift, O_RDONLY | O_EXCL) or die $!; print STDOUT 1; " +
        "close STDOUT; sleep 5000' /dev/$fourth > /tmp/held & holds=$!",
      "until [ -s /tmp/held ]; do sleep 0.2; done",
    ].join("; "),
    undo: "kill $holds; wait $holds",
    words: /^nvme\d+n1 is held exclusively by somebody$/,
  },
  {
    ...{ name: "whoever holds it", address: FOURTH, kind: "open", make: NOTHING, undo: NOTHING },
    words: /^nvme\d+n1 is open in process \d+ \(perl\)$/,
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
      { serial: "first", file: image("used.img", 288) },
      { serial: "second", file: "null-co", size: 1 << 30 },
      { serial: "third", file: image("mounted.img", 64) },
      { serial: "fourth", file: "null-co", size: 1 << 30 },
    ],
    further,
    script: `
      cli="${cli}" STEP_SECONDS=600
      insert crc16 crc32c_generic mbcache jbd2 ext4 loop dm-mod md-mod raid1 configfs
      [ -e /dev/mapper/control ] || { mkdir -p /dev/mapper; mknod /dev/mapper/control c 10 236; }
      to_kernel $NVME0 $NVME1 $NVME2 $NVME3 ${PAIR} ${OTHER_OF_PAIR} ${LEFT} ${RIGHT} ${PHYSICAL}
      insert nvmet nvme-fabrics nvme-loop
      first=$(disk_of $NVME0) third=$(disk_of $NVME2) fourth=$(disk_of $NVME3)
      looked=\${first%n1}
      for part in ${PARTS}; do eval "p$part=\${first}p$part"; done
      mkdir /tmp/place /tmp/other /tmp/whole
      for part in ${PARTS}; do addpart /dev/$first $part $((part * 50000)) 40000; done
      ${inUse.map(({ make }) => make).join("\n      ")}
      step all $cli bind $NVME0 $NVME1 $NVME2 $NVME3 ${PAIR} ${LEFT} ${PHYSICAL} --dry-run --json
      step refused $cli bind $NVME0 $NVME2
      note drivers "$(driver_of $NVME0) $(driver_of $NVME2)"
      ${inUse.map(({ undo }) => undo).join("\n      ")}
      for part in ${PARTS}; do delpart /dev/$first $part; done
      step free $cli bind $NVME0 $NVME1 $NVME2 $NVME3 ${PHYSICAL} --dry-run --json
      step listed $cli list
      step together $cli bind ${LEFT} ${RIGHT} ${PAIR} $NVME1 --allow subsystem --json
      sleep 5000 < /dev/vfio/$(basename $(readlink /sys/bus/pci/devices/$NVME1/iommu_group)) & drives=$!
      step driven $cli unbind $NVME1 --dry-run --json
      step kept $cli restore $NVME1
      kill $drives; wait $drives
      step unbound $cli unbind $NVME2 --json
      note none "$(driver_of $NVME2)"
      note taken "$(driver_of ${LEFT}) $(driver_of ${RIGHT}) $(driver_of ${PAIR})"
      step back $cli restore --all --json
      note after "$(driver_of $NVME1) $(driver_of $NVME2) $(driver_of ${LEFT}) $(driver_of ${RIGHT}) $(driver_of ${PAIR}) $(ls /run/phasebit)"
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
    expect(functions.map(({ obstacles }) => obstacles)).toEqual([[], [], [], [], []]);
  });

  test("company that is taken too is none, a doubt can be allowed, and all go back", async () => {
    const result = await guest();
    expect(step(result, "together").exit, said(result, "together")).toBe(exitCodes.ok);
    expect(step(result, "taken").out).toBe("vfio-pci vfio-pci vfio-pci\n");
    expect(step(result, "back").exit, said(result, "back")).toBe(exitCodes.ok);
    expect(step(result, "after").out.trim()).toBe("nvme nvme nvme nvme nvme lock");
  });

  test("one that a process drives is neither unbound nor given back", async () => {
    const result = await guest();
    expect(step(result, "driven").exit, said(result, "driven")).toBe(exitCodes.refused);
    const { functions } = json<DryRun>(result, "driven.out");
    const words = /in use through VFIO by process \d+ \(sleep\)$/;
    expect(functions[0]?.obstacles).toMatchObject([
      { kind: "vfio", text: expect.stringMatching(words) },
    ]);
    const { exit, err } = step(result, "kept");
    expect(exit, said(result, "kept")).toBe(exitCodes.refused);
    expect(err).toMatch(
      /^phasebit: restore .* in use through VFIO by process \d+ \(sleep\); stop it/,
    );
  });

  test("unbind leaves it without a driver", async () => {
    const result = await guest();
    expect(step(result, "unbound").exit, said(result, "unbound")).toBe(exitCodes.ok);
    expect(step(result, "none").out).toBe("none\n");
  });

  test.each(["all", "free", "together", "driven", "unbound", "back"])(
    "what %s prints with --json is as results/inspection.schema.json says",
    async (name) => {
      const schema = readFileSync(join(repository, "results/inspection.schema.json"), "utf8");
      const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));
      expect(matches(json(await guest(), `${name}.out`)) || matches.errors).toBe(true);
    },
  );

  test("the list has every function", async () => {
    const result = await guest();
    for (const serial of ["first", "second", "third", "fourth", "pair", "left", "right", "pf"]) {
      expect(step(result, "listed").out).toContain(`serial ${serial}`);
    }
  });
});

guestSuite("a machine whose IOMMU is off", () => {
  const guest = sharedBoot(() => ({
    name: "no IOMMU",
    drives: [{ serial: "bare", file: "null-co", size: 1 << 30 }],
    kernelArguments: ["intel_iommu=off"],
    script: `
      cli="${cli}" STEP_SECONDS=180
      to_kernel $NVME0
      step refused $cli bind $NVME0 --json
      step examined $cli bind $NVME0 --dry-run --json
      step doctor $cli doctor $NVME0
    `,
    timeoutMs: 400_000,
  }));

  test("no drive of it is taken, and both bind and doctor say what to switch on", async () => {
    const result = await guest();
    const { exit, err } = step(result, "refused");
    expect(exit, said(result, "refused")).toBe(exitCodes.refused);
    expect(err).toMatch(/it has no IOMMU group \(no-iommu\): switch the IOMMU on/);
    const { functions } = json<DryRun>(result, "examined.out");
    expect(functions.map(({ obstacles }) => obstacles.map(({ kind }) => kind))).toEqual([
      ["no-iommu"],
    ]);
    expect(step(result, "doctor").exit, said(result, "doctor")).toBe(exitCodes.environment);
    expect(step(result, "doctor").out).toMatch(/^problem iommu: /m);
  });
});
