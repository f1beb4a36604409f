// What a user copies from the README, as it stands there: by hand and on a drive of his own, from the kernel's driver to
// vfio-pci and back, with no more root than it says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { repository } from "./machine.ts";
import { difference, step } from "./outcome.ts";
import { pattern } from "./pattern.ts";
import { commandLine, exitCodes, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

const ADDRESS = "0000:00:04.0";
const imageBytes = 16 << 20;

const images = mkdtempSync(join(tmpdir(), "phasebit-images-"));
afterAll(() => rmSync(images, { recursive: true, force: true }));

/** A command of the README, by its subcommand. */
interface Copied {
  readonly name: string;
  readonly line: string;
}

/** The lines of the first block below a heading. */
function copied(heading: string): Copied[] {
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  const block = new RegExp(`^## ${heading}\n[^]*?^\`\`\`\n([^]*?)^\`\`\`$`, "m").exec(readme);
  const lines = (block?.[1] ?? "").split("\n").filter((line) => line !== "");
  return lines.map((line) => ({ name: /npx phasebit (\w+)/.exec(line)?.[1] ?? line, line }));
}

const drive = copied("A drive of your own").map(({ name, line }) => ({
  name,
  line: line.replaceAll("0000:01:00.0", ADDRESS),
}));
// "on a drive with -d"
const byHand = copied("A controller by hand").map(({ name, line }) => ({
  name,
  line: line.replace(" #", ` -d ${ADDRESS} #`),
}));
const beforeRestore = drive.slice(0, -1);
const restore = drive.slice(-1);

/** npm's own npx takes minutes there; sudo's part is played by whoever runs the line. */
const programs = {
  phasebit: `exec ${commandLine()} "$@"`,
  npx: 'exec "$@"',
  sudo: 'exec "$@"',
};

guestSuite("the README", () => {
  const guest = sharedBoot(() => {
    const path = join(images, "own.img");
    writeFileSync(path, pattern(imageBytes, 7));
    return {
      name: "README",
      drives: [{ serial: "own", file: path }],
      files: Object.fromEntries(
        [...drive, ...byHand].map(({ name, line }) => [`${name}.line`, Buffer.from(line)]),
      ),
      script: `
        STEP_SECONDS=180
        mkdir /tmp/bin /tmp/user; chmod 777 /tmp/user; cd /tmp/user
        ${Object.entries(programs)
          .map(([name, text]) => `printf '%s\\n' '#!/bin/sh' '${text}' > /tmp/bin/${name}`)
          .join("\n        ")}
        chmod 755 /tmp/bin/*
        line() {
          local as="setpriv --reuid 65534 --regid 65534 --clear-groups"
          grep -qv '^sudo ' $SHARE/$1.line || as=
          step $1 $as env PATH=/tmp/bin:$PATH HOME=/tmp/user USER=nobody bash -c "$(cat $SHARE/$1.line)"
        }
        to_kernel $NVME0
        for name in ${[...beforeRestore, ...byHand, ...restore].map(({ name }) => name).join(" ")}; do
          line $name
          note $name-driver "$(driver_of $NVME0)"
        done
        ls results > $SHARE/results.out
        step data dd if=/dev/$(disk_of $NVME0) of=$SHARE/data.img bs=1M count=1
      `,
      timeoutMs: 590_000,
    };
  });

  test("it has the commands that are tried here", () => {
    const names = (commands: readonly Copied[]) => commands.map(({ name }) => name).join(" ");
    expect(names(drive)).toBe("list doctor bind info run restore");
    expect(names(byHand)).toBe("regs pci identify admin reset rings shell");
  });

  /** Those have something to tell of this machine. */
  const telling = ["doctor", "reset"];
  test.each([...drive, ...byHand].filter(({ name }) => !telling.includes(name)))(
    "$line",
    async ({ name }) => {
      const result = await guest();
      expect(step(result, name).exit, said(result, name)).toBe(exitCodes.ok);
    },
  );

  test("doctor says that the kernel's driver has it, and the command that mends it", async () => {
    const result = await guest();
    const { exit, out } = step(result, "doctor");
    expect(exit, said(result, "doctor")).toBe(exitCodes.environment);
    expect(out).toContain(`phasebit bind ${ADDRESS}`);
  });

  test("reset comes back ten times, and finds what QEMU's controller keeps over a function level reset", async () => {
    const result = await guest();
    const { exit, out } = step(result, "reset");
    expect(exit, said(result, "reset")).toBe(exitCodes.device);
    expect(out).toMatch(/^reset {3}Function Level Reset, 10 times$/m);
    expect(out.match(/^found .*/gm)).toEqual([
      expect.stringMatching(/^found {3}registers-kept, reset 1 and 9 more: AQA/),
    ]);
  });

  test("list names the drive, run keeps its result, rings are drawn", async () => {
    const result = await guest();
    expect(step(result, "list").out).toContain("serial own");
    expect(step(result, "results").out, said(result, "run")).toMatch(/\.json\n/);
    expect(step(result, "rings").out).toContain("SQ 1");
  });

  test("bind gives it to vfio-pci, and restore back to the kernel's driver with its data", async () => {
    const result = await guest();
    const driverAfter = (name: string) => step(result, `${name}-driver`).out.trim();
    expect(driverAfter("doctor")).toBe("nvme");
    expect([...beforeRestore.slice(2), ...byHand].map(({ name }) => driverAfter(name))).toEqual(
      Array(beforeRestore.length - 2 + byHand.length).fill("vfio-pci"),
    );
    expect(driverAfter("restore")).toBe("nvme");
    const before = join(images, "before.img");
    writeFileSync(before, pattern(imageBytes, 7).subarray(0, 1 << 20));
    expect(difference(join(result.share, "data.img"), before)).toBe("");
  });
});
