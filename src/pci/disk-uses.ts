// Who uses a namespace's block device and its partitions: what sits on it by name. exclusive.ts finds what has none.
import { safeText } from "../ground/strings.ts";
import type { HostFacts } from "./host-facts.ts";
import { type BlockDevice, blockDevice, type Disk } from "./kernel-controller.ts";
import { linkName, namesIn, numberOf, textOf } from "./sysfs.ts";
import type { Use, UseKind } from "./use-kinds.ts";

/** Where a running system has what it cannot be without. */
const SYSTEM_PLACES = [
  "/",
  "/boot",
  "/boot/efi",
  "/efi",
  "/etc",
  "/usr",
  "/var",
  "/nix",
  "/ostree",
];

/** Every use of the disk and its partitions that the kernel has a name for. */
export function diskUses(disk: Disk, facts: HostFacts): Use[] {
  return [disk, ...disk.parts].flatMap((device) => [
    ...mountUses(device, device.name, facts),
    ...(facts.swaps.includes(device.name) ? [use("swap", `${device.name} is swap space`)] : []),
    ...holderUses(device, facts),
    ...poolUses(device, facts),
    ...loopUses(device, facts),
    ...exportUses(device, facts),
    ...hibernationUses(device, facts),
  ]);
}

/** `what` stands for the device in the words, which may be on top of another one. */
function mountUses(device: BlockDevice, what: string, facts: HostFacts): Use[] {
  const isMine = (source: string): boolean =>
    source.startsWith("/dev/") && facts.deviceName(source) === device.name;
  return facts.mounts
    .filter(({ number, source }) => number === device.number || isMine(source))
    .map(({ place }) => {
      const kind = SYSTEM_PLACES.includes(place) ? "system" : "mounted";
      return use(kind, `${what} is mounted at ${shown(place)}`);
    });
}

/** Devices on top of it, and what is on top of those. */
function holderUses(device: BlockDevice, facts: HostFacts): Use[] {
  const { roots } = facts;
  return namesIn(`${roots.sys}/class/block/${device.name}/holders`).flatMap((name) => {
    const what = `${device.name} is held by ${holderWords(name, facts)}`;
    const holder = blockDevice(name, roots);
    const above = [
      ...mountUses(holder, `${what}, which`, facts),
      ...(facts.swaps.includes(name) ? [use("swap", `${what}, which is swap space`)] : []),
    ];
    return above.length > 0 ? above : [use(holderKind(name), what)];
  });
}

function holderKind(name: string): UseKind {
  if (name.startsWith("dm-")) return "mapped";
  return name.startsWith("md") ? "raid" : "held";
}

/** "dm-0 (LVM, vg-root)": its maker writes itself before the identifier. */
function holderWords(name: string, { roots }: HostFacts): string {
  const folder = `${roots.sys}/class/block/${name}/dm`;
  const [maker] = (textOf(`${folder}/uuid`) ?? "").split("-");
  const makers: Record<string, string> = { LVM: "LVM", CRYPT: "encryption", mpath: "multipath" };
  const words = [makers[maker ?? ""], textOf(`${folder}/name`)].filter((word) => word);
  return words.length === 0 ? name : `${name} (${shown(words.join(", "))})`;
}

/** File systems that span several devices name but one of them where they are mounted. */
function poolUses(device: BlockDevice, { roots }: HostFacts): Use[] {
  const pools = (folder: string, isMember: (pool: string) => boolean, system: string): Use[] =>
    namesIn(folder)
      .filter((pool) => isMember(`${folder}/${pool}`))
      .map((pool) => use("pool", `${device.name} is a part of the ${system} ${shown(pool)}`));
  return [
    ...pools(
      `${roots.sys}/fs/btrfs`,
      (pool) => namesIn(`${pool}/devices`).includes(device.name),
      "btrfs",
    ),
    ...pools(
      `${roots.sys}/fs/bcachefs`,
      (pool) => namesIn(pool).some((one) => linkName(`${pool}/${one}/block`) === device.name),
      "bcachefs",
    ),
  ];
}

function loopUses(device: BlockDevice, facts: HostFacts): Use[] {
  const { sys } = facts.roots;
  return namesIn(`${sys}/class/block`)
    .filter((name) => /^loop\d+$/.test(name))
    .filter((name) => {
      const file = textOf(`${sys}/class/block/${name}/loop/backing_file`);
      return file !== null && facts.deviceName(file) === device.name;
    })
    .map((name) => use("loop", `${device.name} is behind the loop device ${name}`));
}

/** The kernel's own NVMe over Fabrics target. */
function exportUses(device: BlockDevice, facts: HostFacts): Use[] {
  const folder = `${facts.roots.sys}/kernel/config/nvmet/subsystems`;
  return namesIn(folder).flatMap((subsystem) => {
    const namespaces = `${folder}/${subsystem}/namespaces`;
    return namesIn(namespaces)
      .filter((nsid) => numberOf(`${namespaces}/${nsid}/enable`) === 1)
      .filter((nsid) => {
        const path = textOf(`${namespaces}/${nsid}/device_path`);
        return path !== null && facts.deviceName(path) === device.name;
      })
      .map(() => use("exported", `${device.name} is exported by nvmet as ${shown(subsystem)}`));
  });
}

function hibernationUses(device: BlockDevice, { roots }: HostFacts): Use[] {
  const resume = textOf(`${roots.sys}/power/resume`);
  if (device.number === null || resume !== device.number) return [];
  return [use("hibernation", `${device.name} is where the machine hibernates to`)];
}

function use(kind: UseKind, text: string): Use {
  return { kind, text };
}

/** Names that people and programs gave, fit for a terminal. */
function shown(text: string): string {
  return safeText(Buffer.from(text, "latin1"));
}
