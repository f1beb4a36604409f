// The machine proves itself before anything is proved in it.
import { expect, test } from "vitest";
import { controllerState, lastWords, step } from "./outcome.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

guestSuite("guest machine", () => {
  const guest = sharedBoot(() => ({
    name: "self-check",
    drives: [
      { serial: "null", file: "null-co", blockSize: 4096 },
      { serial: "cmb", file: "null-co", size: 1 << 24, cmbMiB: 16 },
    ],
    script: `
      function=/sys/bus/pci/devices/$NVME0
      group=$(basename "$(readlink $function/iommu_group)")
      note address "$NVME0 $NVME1"
      note driver "$(basename "$(readlink $function/driver)")"
      note group "$group: $(ls $function/iommu_group/devices | tr '\\n' ' ')"
      note reset "$(cat $function/reset_method)"
      step vfio test -c /dev/vfio/$group
      step node node -e 'console.log(process.version, process.getuid(), os.freemem() >> 20)'
      step repository test -f "$REPOSITORY/package.json"
      step read_only touch "$REPOSITORY/written-by-guest"
      step temporary touch /tmp/file /run/file /dev/shm/file
      note memlock "$(ulimit -l)"
      note bars "$(head -n3 $function/resource; echo; head -n3 /sys/bus/pci/devices/$NVME1/resource)"
      note cap "$(bar0 $NVME0 0x4) $(bar0 $NVME0 0)"
      note version "$(bar0 $NVME0 0x8)"
      note state_firmware "$(state_of $NVME0)"
      quiet $NVME0
      note state_quiet "$(state_of $NVME0)"
      bar0 $NVME0 0x14 0x00460001
      set_pci_command $NVME0 6
      note state_enabled "$(state_of $NVME0)"
      until_running $NVME0 $$
      note running $?
      without_reset $NVME0
      note reset_none "[$(cat $function/reset_method)]"
      with_reset $NVME0
      note reset_again "$(cat $function/reset_method)"
      step failing sh -c 'echo said; echo wrong >&2; exit 7'
      background signalled sleep 60
      sleep 1 # until bash has become sleep: before that, SIGINT is ignored
      kill -INT $!
      finish signalled $!
      dmesg > $SHARE/dmesg.out
      exit 3
    `,
  }));

  test("runs the script to its end and reports its exit code", async () => {
    const result = await guest();
    expect(result.exitCode, lastWords(result)).toBe(3);
  });

  test("gives each NVMe function to vfio-pci and names its address", async () => {
    const result = await guest();
    expect(step(result, "address").out.trim()).toBe("0000:00:04.0 0000:00:05.0");
    expect(step(result, "driver").out.trim()).toBe("vfio-pci");
    expect(step(result, "vfio").exit).toBe(0);
    expect(step(result, "group").out).toMatch(/^\d+: 0000:00:04\.0 $/m);
  });

  test("runs the host's Node.js and sees the repository, read-only", async () => {
    const result = await guest();
    expect(step(result, "node").out).toMatch(new RegExp(`^${process.version} 0 \\d+`));
    expect(step(result, "repository").exit).toBe(0);
    expect(step(result, "read_only").exit).toBe(1);
    expect(step(result, "temporary").exit).toBe(0);
    expect(step(result, "memlock").out.trim()).toBe("unlimited");
  });

  test("records what a step said and how it ended", async () => {
    const result = await guest();
    expect(step(result, "failing")).toEqual({ exit: 7, out: "said\n", err: "wrong\n" });
    expect(step(result, "signalled").exit).toBe(130);
    expect(step(result, "never").exit).toBeUndefined();
  });

  test("sees the controller's registers from outside, quiet and enabled", async () => {
    const result = await guest();
    expect(step(result, "version").out.trim()).toBe("0x00010400");
    const seen = (name: string) => controllerState(result, name);
    expect(seen("state_firmware"), "left so by the firmware").toMatchObject({ busMaster: 1 });
    expect(seen("state_quiet")).toEqual({ busMaster: 0, cc: 0, csts: 0 });
    expect(seen("state_enabled")).toMatchObject({ busMaster: 1, cc: 0x00460001 });
    expect(step(result, "running").out.trim()).toBe("0");
  });

  test("can take a function's reset methods away and give them back", async () => {
    const result = await guest();
    expect(step(result, "reset").out.trim()).toMatch(/flr/);
    expect(step(result, "reset_none").out.trim()).toBe("[]");
    expect(step(result, "reset_again").out.trim()).toMatch(/flr/);
  });
});
