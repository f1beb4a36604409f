// The native addon's VFIO part against a real kernel and a function bound to vfio-pci:
// node vfio-smoke.mjs 0000:00:04.0. Prints what it found, and "ok" when every step did as it should.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";

const native = createRequire(import.meta.url)("../../native/build/Release/phasebit.node");
const address = process.argv[2];
assert(address, "usage: node vfio-smoke.mjs ADDRESS");
const group = Number(basename(readlinkSync(`/sys/bus/pci/devices/${address}/iommu_group`)));

const page = 4096;
const config = 7;
const msix = 2;
const dmaBytes = 2 * 1024 * 1024;
const barPointer = 8 * 1024 * 1024;
const memory = new Uint8Array(
  new WebAssembly.Memory({ initial: 256, maximum: 256, shared: true }).buffer,
);
const base = native.addressOf(memory);
const dmaPointer = Number(-base & BigInt(dmaBytes - 1));
const iova = 0x1_0000_0000n + BigInt(dmaPointer);

const hex = (value) => `0x${value.toString(16)}`;
const text = (value) =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? hex(part) : part));
const isMapped = (path) => readFileSync("/proc/self/maps", "latin1").includes(path);
const descriptors = () => readdirSync("/proc/self/fd").length;

function code(action) {
  try {
    action();
  } catch (error) {
    console.log(`  refused: ${error.message}`);
    return error.code ?? error.name;
  }
  return "no error";
}

const descriptorsBefore = descriptors();
console.log(`group ${group}`);
const held = native.openVfioGroup(group);
assert.equal(
  code(() => native.openVfioGroup(group)),
  "EBUSY",
);
assert.equal(
  code(() => native.openVfioGroup(99_999)),
  "ENOENT",
);
assert.equal(held.isViable(), true);

// A step before its time is refused: a group needs a container, a container its first group.
const container = native.openVfioContainer();
assert(container.fd >= 0);
assert.equal(
  code(() => held.openDevice(address, null)),
  "EINVAL",
);
assert.equal(
  code(() => container.setIommu()),
  "EINVAL",
);
assert.equal(
  code(() => held.setContainer(0)),
  "EBADFD",
);
held.setContainer(container.fd);
assert.equal(
  code(() => held.openDevice(address, null)),
  "EINVAL",
);
container.setIommu();
assert.equal(
  code(() => held.openDevice("0000:ff:1f.7", null)),
  "ENODEV",
);
const device = held.openDevice(address, null);
console.log(`hasReset ${device.hasReset}`);

for (let index = 0; index <= 8; index++) {
  console.log(`region ${index} ${text(device.region(index))}`);
}
assert.throws(() => device.region(9), RangeError);
for (let index = 0; index <= 4; index++) {
  console.log(`interrupt ${index} ${text(device.interruptInfo(index))}`);
}
const ranges = container.iovaRanges();
console.log(`iovaRanges ${text(ranges)}`);
const fits = ({ start, end }) => start <= iova && iova + BigInt(dmaBytes) - 1n <= end;
assert(ranges.some(fits), "no IOVA range holds the window at 4 GiB");

const id = device.read32(config, 0);
console.log(`configuration id ${hex(id)}`);
const bytes = device.readBytes(config, 0, 64);
assert.equal(new DataView(bytes.buffer).getUint32(0, true), id);
// Command register: memory space on, bus master off.
device.writeBytes(config, 4, new Uint8Array([0x02, 0x04]));
assert.deepEqual([...device.readBytes(config, 4, 2)], [0x02, 0x04]);

// NVMe: CAP at 0h, VS at 8h, AQA at 24h.
const [capLow, capHigh] = [device.read32(0, 0), device.read32(0, 4)];
console.log(`CAP ${hex((BigInt(capHigh) << 32n) | BigInt(capLow))} VS ${hex(device.read32(0, 8))}`);
device.write32(0, 0x24, 0x001f001f);
assert.equal(device.read32(0, 0x24), 0x001f001f);
device.write32(0, 0x24, 0);
assert.throws(() => device.read32(0, 2), RangeError);
assert.throws(() => device.read32(0, device.region(0).bytes), RangeError);
assert.throws(() => device.write32(0, 0, -1), RangeError);

// Registers through the linear memory, beside the doorbells that the tool maps.
const registers = device.mapRegion(memory, barPointer + page, 0, 0, page);
const doorbells = device.mapRegion(memory, barPointer + 2 * page, 0, 0x1000, page);
console.log(`doorbells ${text(doorbells)}`);
const words = new Uint32Array(memory.buffer);
assert.equal(words[(barPointer + page + 8) / 4], device.read32(0, 8));
words[(barPointer + 2 * page) / 4] = 0;
assert.throws(() => device.mapRegion(memory, barPointer, 0, 0x1000, 1 << 20), RangeError);
assert.throws(() => device.mapRegion(memory, barPointer, config, 0, page), RangeError);
assert.throws(() => device.mapRegion(memory, barPointer, 0, 8, page), RangeError);

const window = native.mapMemory(memory, dmaPointer, dmaBytes, true);
console.log(`DMA window ${text(window)} iova ${hex(iova)}`);
container.mapDma(memory, dmaPointer, dmaBytes, iova, 3);
assert.equal(
  code(() => container.mapDma(memory, dmaPointer, page, iova, 1)),
  "EEXIST",
);
assert.equal(
  code(() => container.unmapDma(iova, page)),
  "EINVAL",
);
container.unmapDma(iova, dmaBytes);
assert.equal(
  code(() => container.unmapDma(iova, dmaBytes)),
  "ENOENT",
);
container.mapDma(memory, dmaPointer, dmaBytes, iova, 1);
container.unmapDma(iova, dmaBytes);

const event = native.eventFd();
device.setInterrupts(msix, 0, [event.fd, -1]);
assert.equal(event.wait(10), 0);
device.disableInterrupts(msix);
assert.equal(
  code(() => device.setInterrupts(msix, 0, [0])),
  "EINVAL",
);
assert.equal(
  code(() => device.setInterrupts(msix, 2047, [event.fd])),
  "EINVAL",
);
assert.throws(() => device.setInterrupts(msix, 0, []), RangeError);
device.setInterrupts(0, 0, [event.fd]);
device.maskInterrupt(0, 0);
device.unmaskInterrupt(0, 0);
device.disableInterrupts(0);
event.close();

if (device.hasReset) {
  device.reset();
  console.log(`after reset CC ${hex(device.read32(0, 0x14))} CSTS ${hex(device.read32(0, 0x1c))}`);
}
// A register that cannot be reached, here because memory decoding is off, is EIO and no SIGBUS.
device.writeBytes(config, 4, new Uint8Array([0, 4]));
assert.equal(
  code(() => device.read32(0, 8)),
  "EIO",
);
device.writeBytes(config, 4, new Uint8Array([2, 4]));

// Mappings are references to the device: the group stays taken until the last one is closed.
registers.close();
for (const one of [device, held, container]) {
  one.close();
  one.close();
}
assert.equal(container.fd, -1);
assert.equal(
  code(() => held.isViable()),
  "EBADF",
);
assert.equal(
  code(() => device.read32(0, 0)),
  "EBADF",
);
assert.equal(
  code(() => container.mapDma(memory, dmaPointer, dmaBytes, iova, 3)),
  "EBADF",
);
assert.equal(
  code(() => device.mapRegion(memory, barPointer, 0, 0, page)),
  "EBADF",
);
assert.equal(
  code(() => native.openVfioGroup(group)),
  "EBUSY",
);
doorbells.close();
assert.equal(memory[barPointer + 2 * page], 0);
window.close();
assert(!isMapped("vfio"));
assert(!isMapped("memfd:phasebit"));
assert.equal(descriptors(), descriptorsBefore);

// Closed the other way round, the kernel keeps what the device needs until the device is closed.
const [group2, container2] = [native.openVfioGroup(group), native.openVfioContainer()];
group2.setContainer(container2.fd);
container2.setIommu();
const again = group2.openDevice(address, null);
container2.close();
group2.close();
assert.equal(again.read32(config, 0), id);
again.close();
assert.equal(descriptors(), descriptorsBefore);
console.log("ok");
