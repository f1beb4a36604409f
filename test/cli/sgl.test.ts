// phasebit io --sgl: what is refused, and the same bytes as by PRPs.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const read = ["io", "-d", "embedded?size=16m", "--opcode", "2", "--nsid", "1"];

test.each([
  [["--sgl"], /^phasebit: --sgl: there are no data/],
  [["--data-in", "4k", "--sgl", "4095"], /^phasebit: --sgl 4095: comes to 4095 bytes, .* 4096$/m],
  [["--data-in", "4k", "--sgl", ""], /^phasebit: --sgl "": a size is/],
  [["--data-in", "4k", "--sgl", "4k,x"], /^phasebit: --sgl x: /],
  [["--data-in", "4k", "--sgl", "4k,bucket:0"], /^phasebit: --sgl 0: must be 1/],
  [["--data-in", "4k", "--prp1", "0", "--sgl"], /^phasebit: --prp1, --prp2: /],
])("%j is refused", async (args, words) => {
  const { status, stderr } = await phasebitInside([...read, ...args]);
  expect(stderr).toMatch(words);
  expect(status).toBe(2);
});

test("a bucket in what goes out is refused", async () => {
  const cwd = folder();
  writeFileSync(join(cwd, "data"), "data");
  const args = ["--data-out", "--input", "data", "--sgl", "2,bucket:2"];
  const { status, stderr } = await phasebitInside([...read, ...args], cwd);
  expect(stderr).toBe("phasebit: --sgl 2,bucket:2: data that go out have no bucket\n");
  expect(status).toBe(2);
});

test.each([
  ["sgls=0", "4k", /the controller has no SGLs \(SGLS is 0\)/],
  ["fault=bad-identify:field=sgls,value=1", "bucket:4k", /no SGL Bit Bucket descriptors/],
])("a controller without is refused by name: %s", async (parameters, parts, words) => {
  const device = ["-d", `embedded?size=16m&${parameters}`];
  const args = ["io", ...device, "--opcode", "2", "--nsid", "1", "--data-in", "4k", "--sgl", parts];
  const { status, stderr } = await phasebitInside(args);
  expect(stderr).toMatch(words);
  expect(status).toBe(4);
});

test("a dry run says PSDT, and that the SGL is not there yet", async () => {
  const { stdout } = await phasebitInside([...read, "--data-in", "4k", "--sgl", "--dry-run"]);
  expect(stdout).toMatch(/^SQE {5}00004002 /m);
  expect(stdout).toMatch(/^The SGL is filled in when the command is sent\.$/m);
});

test("a block comes in through pieces as it is, less what is dropped", async () => {
  const cwd = folder();
  const medium = Buffer.alloc(1 << 20, "0123456789abcdef");
  writeFileSync(join(cwd, "medium"), medium);
  const device = ["-d", `embedded?medium=${join(cwd, "medium")}`];
  const args = ["io", ...device, "--opcode", "2", "--nsid", "1", "--data-in", "4k"];
  const parts = ["--sgl", "100,1948,bucket:1k,1k", "--output", "out"];
  const { status, stdout, stderr } = await phasebitInside([...args, ...parts], cwd);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(
    /^command Read NSID 1 SLBA 0 NLB 0 SGL Last Segment 1_[0-9a-f]{8}h 64 bytes$/im,
  );
  const expected = medium.subarray(0, 4096).fill(0, 2048, 3072);
  expect(Buffer.compare(readFileSync(join(cwd, "out")), expected)).toBe(0);
});
