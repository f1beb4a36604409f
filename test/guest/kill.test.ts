// kill -9 in the middle of every command, at random moments: the next command comes up clean, and the drive goes back to
// its driver with its data. The seed is printed; PHASEBIT_GUEST_SEED gives it again, PHASEBIT_GUEST_KILLS kills more or less often.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { BootResult } from "./machine.ts";
import { difference, step } from "./outcome.ts";
import { pattern } from "./pattern.ts";
import { commandLine, exitCodes, said } from "./phasebit.ts";
import { guestSuite, sharedBoot } from "./suite.ts";

const imageBytes = 16 << 20;

const images = mkdtempSync(join(tmpdir(), "phasebit-images-"));
afterAll(() => rmSync(images, { recursive: true, force: true }));

function image(): string {
  const path = join(images, "killed.img");
  writeFileSync(path, pattern(imageBytes, 31));
  return path;
}

const seed = Number(process.env.PHASEBIT_GUEST_SEED ?? Date.now() % 32_768);
const { PHASEBIT_GUEST_KILLS } = process.env;

/** Kills of each command that changes the machine, in turn, from whatever state the one before has left. */
const CHANGES = Number(PHASEBIT_GUEST_KILLS ?? 20);
const changing = ["bind", "restore", "unbind"] as const;

/** Kills of each of the others. */
const LOOKS = Number(PHASEBIT_GUEST_KILLS ?? 3);
const briefly = "--runtime 100ms --ramp-time 0 --output /tmp/result.json --force";
const all: Readonly<Record<string, string>> = {
  list: "",
  doctor: "$NVME1",
  info: "-d $NVME1",
  regs: "CC CSTS -d $NVME1",
  pci: "-d $NVME1",
  identify: "-d $NVME1",
  log: "smart -d $NVME1",
  feature: "list -d $NVME1",
  events: "-d $NVME1 --over-temperature 1 --count 1 --timeout 60s",
  admin: "-d $NVME1 --opcode 0x06 --cdw10 1 --data-in 4k",
  io: "-d $NVME1 --opcode 2 --nsid 1 --data-in 4k",
  reset: "-d $NVME1 --kind controller --count 2 --under-load",
  run: `-d $NVME1 --iodepth 32 --numjobs 2 ${briefly}`,
  compare: `-d $NVME1 --modes poll,interrupt --rounds 2 ${briefly}`,
  sweep: `-d $NVME1 --iodepth 1,8 --modes poll ${briefly}`,
  read: "-d $NVME1 --size 256k --output -",
  rings: "-d $NVME1 --steps 12",
  shell: "-d $NVME1 $SHARE/lines",
};

/** Those of them that PHASEBIT_GUEST_VICTIMS names, parted by commas; all of them without. */
const victims = process.env.PHASEBIT_GUEST_VICTIMS?.split(",") ?? Object.keys(all);
const others = Object.fromEntries(victims.map((name) => [name, all[name] ?? unknown(name)]));

function unknown(name: string): never {
  throw new Error(`PHASEBIT_GUEST_VICTIMS: ${name} is none of ${Object.keys(all).join(", ")}`);
}

/** A victim: how it ended, and whether the function could reach memory afterwards. */
interface Kill {
  readonly name: string;
  readonly milliseconds: number;
  readonly exit: number;
  readonly busMaster: number;
}

function kills(result: BootResult, stream: string): Kill[] {
  const lines = step(result, stream)
    .out.split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", milliseconds, exit, busMaster] = line.split(" ");
    return {
      ...{ name, milliseconds: Number(milliseconds) },
      ...{ exit: Number(exit), busMaster: Number(busMaster) },
    };
  });
}

/** Nothing that ended before its kill may have failed, and as many as were wanted were killed. */
function expectKills(result: BootResult, stream: string, name: string, count: number): void {
  const own = kills(result, stream).filter((kill) => kill.name === name);
  const failed = own.filter(({ exit, busMaster }) => ![0, 137].includes(exit) || busMaster !== 0);
  expect(failed, said(result, `victim-${name}`)).toEqual([]);
  expect(own.filter(({ exit }) => exit === 137)).toHaveLength(count);
}

guestSuite("kill -9", () => {
  const guest = sharedBoot(() => {
    console.log(`guest kill: PHASEBIT_GUEST_SEED=${seed}`);
    return {
      name: "kill",
      drives: [
        { serial: "taken", file: image() },
        { serial: "null", file: "null-co", size: 1 << 30, blockSize: 4096 },
      ],
      files: { lines: Buffer.from("const sq = await pair(1, 4)\nidentify(1)\nsmart()\n") },
      script: script(),
      timeoutMs: 1_500_000,
    };
  });
  const patience = { timeout: 1_600_000 };

  test.each(changing)("of %s, in whatever state a kill has left", patience, async (name) => {
    expectKills(await guest(), "changing", name, CHANGES);
  });

  test(
    "then restore gives the function to its former driver, with its data",
    patience,
    async () => {
      const result = await guest();
      for (const name of ["first-bind", "first-restore", "first-unbind", "restored", "again"]) {
        expect(step(result, name).exit, said(result, name)).toBe(exitCodes.ok);
      }
      expect(step(result, "after").out, said(result, "restored")).toBe("nvme lock\n");
      const before = join(images, "before.img");
      writeFileSync(before, pattern(imageBytes, 31).subarray(0, 1 << 20));
      expect(difference(join(result.share, "data.img"), before)).toBe("");
    },
  );

  test.each(Object.keys(others))("of %s; and the next comes up clean", patience, async (name) => {
    const result = await guest();
    expect(step(result, `whole-${name}`).exit, said(result, `whole-${name}`)).toBe(exitCodes.ok);
    expectKills(result, "others", name, LOOKS);
  });

  test("the last command of all comes up clean too", patience, async () => {
    const result = await guest();
    expect(step(result, "last").exit, said(result, "last")).toBe(exitCodes.ok);
  });
});

/** Two streams beside each other: one takes a function from the kernel and gives it back, one drives another. */
function script(): string {
  return `
    STEP_SECONDS=240 cli="${commandLine()}"
    now() { now=$((\${EPOCHREALTIME/[.,]/} / 1000)); }

    # whole NAME COMMAND…: to its end; took is how many ms it took
    whole() {
      local before
      now; before=$now
      step "$@"
      now; took=$((now - before))
    }

    # victim STREAM ADDRESS NAME COMMAND…: killed between a quarter of took and the whole, said in the stream's file; false
    # when it had ended before, and then took was too long
    victim() {
      local stream=$1 address=$2 name=$3 status=0 master=0 delay pid
      shift 3
      delay=$((took * (25 + RANDOM % 75) / 100))
      "$@" > $SHARE/victim-$name.out 2> $SHARE/victim-$name.err < /dev/null &
      pid=$!
      sleep $((delay / 1000)).$(printf %03d $((delay % 1000)))
      kill -KILL $pid 2> /dev/null
      wait $pid || status=$?
      [ $address = none ] || master=$(bus_master $address)
      echo "$name $delay $status $master" >> $SHARE/$stream.out
      [ $status = 137 ] || { took=$delay; false; }
    }

    changing() {
      local verb count address=$NVME0
      RANDOM=${seed}
      for verb in bind restore unbind; do
        whole first-$verb $cli $verb $address
        eval "took_$verb=$took"
      done
      for count in $(seq ${CHANGES}); do
        for verb in ${changing.join(" ")}; do
          eval "took=\\$took_$verb"
          until victim changing none $verb $cli $verb $address; do :; done
        done
      done
      step restored $cli restore $address
      note after "$(driver_of $address) $(ls /run/phasebit)"
      step again dd if=/dev/$(disk_of $address) of=$SHARE/data.img bs=1M count=1
    }

    others() {
      RANDOM=$((${seed} + 1))
      ${Object.entries(others)
        .map(([name, options]) => `each_of ${name} ${options}`)
        .join("\n      ")}
      step last $cli info -d $NVME1
    }
    each_of() {
      local count
      whole whole-$1 $cli "$@"
      for count in $(seq ${LOOKS}); do
        until victim others $NVME1 $1 $cli "$@"; do :; done
      done
    }

    to_kernel $NVME0
    quiet $NVME1
    changing & stream=$!
    others
    wait $stream
  `;
}
