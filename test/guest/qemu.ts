// The command line of the machine: a PC with an IOMMU, NVMe controllers on its root bus, two
// folders of the host, a serial line. Software emulation on purpose: /dev/kvm, where there is one,
// is often a nested one that cannot start an ordinary kernel.
import type { Kernel } from "./cache.ts";

export interface Drive {
  readonly serial: string;
  /** A raw image of the host, or "null-co": reads give zeros at once, writes are dropped. */
  readonly file: string;
  /** Bytes; only for null-co, an image has its own size. */
  readonly size?: number;
  /** Logical block size in bytes, 512 if absent. */
  readonly blockSize?: number;
  /** Size of a Controller Memory Buffer (in BAR2), none if absent. */
  readonly cmbMiB?: number;
  /** The buffer is one as before NVMe 1.4: without CMBMSC, at the addresses of its BAR. */
  readonly isLegacyCmb?: boolean;
  /** Size of a Persistent Memory Region (BAR4), none if absent; a power of two. */
  readonly pmrMiB?: number;
}

export interface Machine {
  readonly drives: readonly Drive[];
  readonly memoryMiB: number;
  readonly share: string;
  /** Added to the kernel's command line, for example hugepages=64. */
  readonly kernelArguments: readonly string[];
  /** Further arguments of QEMU: devices that are no plain drives. Slots from 8 on are free for them. */
  readonly further: readonly string[];
}

// The first NVMe function is 0000:00:04.0, the next 0000:00:05.0, and so on.
const firstSlot = 4;

export function qemuArguments(machine: Machine, kernel: Kernel, initrd: string): string[] {
  return [
    ["-machine", "q35,kernel-irqchip=split", "-accel", "tcg,thread=multi", "-cpu", "max"],
    ["-smp", "2", "-m", String(machine.memoryMiB)],
    ["-nographic", "-nodefaults", "-serial", "stdio", "-no-reboot"],
    ["-device", "intel-iommu,intremap=on,caching-mode=on"],
    ["-kernel", kernel.image, "-initrd", initrd, "-append", commandLine(machine)],
    folder("root", "/", 2, ",readonly=on"),
    folder("share", machine.share, 3, ""),
    ...machine.drives.map(drive),
    machine.further,
  ].flat();
}

// iomem=relaxed lets the script look at a controller's registers while a program drives it. The kernel would count the
// timer's ticks against a loop of its own when it boots, and panics where a busy host lets none come: no_timer_check.
function commandLine(machine: Machine): string {
  const fixed = "console=ttyS0 quiet panic=-1 intel_iommu=on iommu=pt iomem=relaxed no_timer_check";
  return [fixed, ...machine.kernelArguments].join(" ");
}

function folder(tag: string, path: string, slot: number, mode: string): string[] {
  return [
    "-fsdev",
    `local,id=${tag},path=${path},security_model=none,multidevs=remap${mode}`,
    "-device",
    `virtio-9p-pci,fsdev=${tag},mount_tag=${tag},addr=${slot}`,
  ];
}

function drive(drive: Drive, index: number): string[] {
  const block = drive.blockSize ?? 512;
  const backend =
    drive.file === "null-co"
      ? `driver=null-co,size=${drive.size ?? 1 << 30},read-zeroes=on`
      : `file=${drive.file},format=raw,cache=unsafe`;
  const legacy = drive.isLegacyCmb ? ",legacy-cmb=on" : "";
  const cmb = drive.cmbMiB === undefined ? "" : `,cmb_size_mb=${drive.cmbMiB}${legacy}`;
  const { pmrMiB } = drive;
  const pmr = pmrMiB === undefined ? "" : `,pmrdev=pmr${index}`;
  const backing = `memory-backend-ram,id=pmr${index},share=on,size=${pmrMiB}M`;
  return [
    ...(pmrMiB === undefined ? [] : ["-object", backing]),
    "-drive",
    `${backend},if=none,id=drive${index}`,
    "-device",
    `nvme,serial=${drive.serial},drive=drive${index},addr=${firstSlot + index},` +
      `logical_block_size=${block},physical_block_size=${block}${cmb}${pmr}`,
  ];
}
