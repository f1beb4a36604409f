// Where a workload's queues, lists and data lie: what a buffer has to have for that, and that they lie there.
import { describe, expect, test, vi } from "vitest";
import { parseWorkload, type Workload } from "../../src/measurement/workload.ts";
import type { WorkloadOptions } from "../../src/measurement/workload-options.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import { allocateJob } from "../../src/run/job-memory.ts";
import { createQueues } from "../../src/run/job-task.ts";
import { placed, prepareCmb } from "../../src/run/placement.ts";
import { broughtUp } from "../nvme/devices.ts";

const CMB = "size=16m&cmb=1m";

function workload(options: WorkloadOptions): Workload {
  return parseWorkload({ bs: "16k", iodepth: "4", ...options });
}

async function prepared(parameters: string, options: WorkloadOptions) {
  const up = await broughtUp(parameters);
  const asked = workload(options);
  // a job's histograms take more of host memory than these devices have; where they lie is of no matter here
  vi.spyOn(up.device.memory, "allocate").mockImplementation((bytes, how = {}) =>
    LinearMemory.prototype.allocate.call(up.device.memory, Math.min(bytes, 65_536), how),
  );
  await prepareCmb(up.device, [asked]);
  return { ...up, asked, jobs: [allocateJob(up.device.memory, [asked])] };
}

describe("misuse", () => {
  test.each([
    ["sq,rings", /cmb sq,rings: must be none, or some of sq,cq,lists,data/],
    ["", /cmb "": must be none/],
    ["sq+sq", /names sq twice/],
    ["none,sq", /must be none, or some/],
  ])("%s", (cmb, words) => {
    expect(() => workload({ cmb })).toThrow(words);
  });

  test.each([
    ["size=16m", "sq", /the controller has no Controller Memory Buffer: CAP.CMBS/],
    [`${CMB}&cmb-for=cq`, "sq", /takes no submission queues in its buffer: CMBSZ.SQS is 0/],
    [`${CMB}&cmb-for=sq`, "cq", /takes no completion queues in its buffer: CMBSZ.CQS is 0/],
    [`${CMB}&cmb-for=sq`, "sq,lists", /takes no PRP lists in its buffer: CMBSZ.LISTS is 0/],
    [`${CMB}&cmb-for=writes`, "data", /takes no such data in its buffer: CMBSZ.RDS is 0/],
    [CMB, "lists", /CMBLOC.CDPCILS is 0; add sq/],
    ["size=16m&cmb=64k", "data,sq", /need 68KiB there, and the controller's buffer has 64KiB/],
  ])("%s: --cmb %s is refused by what is missing", async (parameters, cmb, words) => {
    const { device } = await broughtUp(parameters);
    const refused = prepareCmb(device, [workload({ cmb })]);
    await expect(refused).rejects.toMatchObject({ code: "USAGE", what: "cmb" });
    await expect(prepareCmb(device, [workload({ cmb })])).rejects.toThrow(words);
  });

  test("a buffer that commands find elsewhere is no place to measure in", async () => {
    const wrong = `${CMB}&cmb-szu=1&cmb-offset=64k&fault=cmb-wrong-offset`;
    const { device } = await broughtUp(wrong);
    const refused = prepareCmb(device, [workload({ cmb: "data" })]);
    await expect(refused).rejects.toMatchObject({ code: "DEVICE" });
  });
});

test("nothing asked for: the buffer is left alone, everything lies in host memory", async () => {
  const { device, asked, jobs } = await prepared(CMB, {});
  expect(() => device.cmb).toThrow(/comes first/);
  expect(placed(device, asked, jobs)).toMatchObject({ jobs, queues: {} });
});

test.each([
  ["sq", [true, false, false, false]],
  ["data+cq", [false, true, false, true]],
  ["lists,sq", [true, false, true, false]],
  ["sq,cq,lists,data", [true, true, true, true]],
] as const)("%s lie in the buffer, and go back", async (cmb, wanted) => {
  const { device, controller, asked, jobs } = await prepared(CMB, { cmb });
  const { jobs: parts, queues, release } = placed(device, asked, jobs);
  const [pair] = await createQueues(device, controller, asked, queues);
  const { lists, buffers } = parts[0]!;
  const regions = [pair!.queue.region, pair!.queue.cq.region, lists, buffers];
  expect(regions.map(({ iova }) => iova >> 32n === 2n)).toEqual(wanted);
  await controller.deleteQueuePair(pair!.queue);
  release();
  expect(device.cmb.used).toBe(0);
});

test("mixed reads and writes need both directions, reads one", async () => {
  const { device } = await broughtUp(`${CMB}&cmb-for=reads`);
  await prepareCmb(device, [workload({ cmb: "data", rw: "randread" })]);
  const mixed = workload({ cmb: "data", rw: "randrw", destructive: true });
  await expect(prepareCmb(device, [mixed])).rejects.toThrow(/CMBSZ.WDS is 0/);
});
