// Which part may import which: arrows point down only (docs/architecture.md).
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../src/ground/package.ts";

/** From the top down; a part may import its own and those below it. */
const LAYERS = [
  // the page runs in browsers: it takes types from below, and nobody takes anything from it
  ["src/cli.ts", "src/command-line.ts", "src/index.ts", "src/page"],
  ["src/commands"],
  ["src/actions"],
  ["src/live"],
  ["src/draw", "src/export", "src/html", "src/prompt", "src/shell", "src/text"],
  ["src/results"],
  ["src/fio"],
  ["src/analysis"],
  ["src/run", "src/jobs"],
  ["src/nvme", "src/serve"],
  ["src/embedded"],
  ["src/transport"],
  ["src/pci", "src/vfio-user"],
  ["src/memory", "src/compiled"],
  // plain data and its arithmetic: no device, no file, no screen
  ["src/measurement"],
  ["src/statistics"],
  // tables of the specification's structures: bytes in, words out
  ["src/decode"],
  ["src/ground"],
  ["assembly/layout.ts", "assembly/spec", "assembly/device/options.ts"],
];

/** Inside `assembly`, what a part may import beside itself. */
const ASSEMBLY: Record<string, readonly string[]> = {
  "assembly/host": ["assembly/spec", "assembly/layout.ts"],
  "assembly/device": ["assembly/spec", "assembly/layout.ts"],
  "assembly/spec": [],
  "assembly/layout.ts": [],
};

/**
 * The embedded controller, from the top down, as docs/embedded.md describes its parts. A file may import its own part
 * and those below it.
 */
const DEVICE: readonly (readonly [part: string, files: readonly string[]])[] = [
  [
    "the loop",
    [
      "index",
      "step",
      "pause",
      "pending",
      "registers",
      "memory-registers",
      "fetch",
      "doorbells",
      "execute",
    ],
  ],
  [
    "commands",
    [
      ...["admin", "create-queue", "delete-queue", "identify", "identify-controller", "features"],
      ...[
        "log-pages",
        "effects-logs",
        "smart-log",
        "event-requests",
        "abort",
        "doorbell-buffer",
        "nvm",
        "fault-data",
        ...["transfer", "prps", "sgl", "pieces"],
      ],
    ],
  ],
  ["completion", ["completion"]],
  ["faults at work", ["fault-commands", "fault-entries"]],
  ["entries", ["completion-entries"]],
  ["shadow doorbells", ["shadow"]],
  ["the controller's life", ["controller", "reset", "queue-life", "queue-count"]],
  ["interrupts", ["interrupts", "messages", "msi", "pin", "coalescing"]],
  ["whether a fault strikes", ["fault-controls", "fault-resets", "fault-strikes", "fault-table"]],
  [
    "what it keeps",
    [
      ...["queues", "waiting", "controller-status", "feature-values", "thresholds", "vectors"],
      ...["version", "cmb", "pmr", "msix"],
      ...["events", "error-log", "identity", "namespaces", "latency", "stamps", "page-requests"],
    ],
  ],
  ["ground", ["dma", "controller-memory", "blank", "random", "math", "imports"]],
  ["state", ["state", "queue-state", "options"]],
];

const files = ["src", "assembly"].flatMap((folder) =>
  readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(packageRoot, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\b[^"]*?"(\.[^"]+)"/gms)].map(([, path]) =>
    normalize(join(dirname(file), path!)),
  );
}

const within = (file: string, part: string): boolean =>
  file === part || file.startsWith(`${part}/`);

const layerOf = (file: string): number =>
  LAYERS.findIndex((parts) => parts.some((part) => within(file, part)));

test("there are files, and every one of src has a layer", () => {
  expect(files.length).toBeGreaterThan(40);
  const homeless = files.filter(
    (file) => file.startsWith("src/") && !file.endsWith(".d.ts") && layerOf(file) < 0,
  );
  expect(homeless).toEqual([]);
});

test("src imports downwards only", () => {
  const upward = files
    .filter((file) => file.startsWith("src/"))
    .flatMap((file) =>
      importsOf(file)
        .filter((path) => layerOf(path) < layerOf(file))
        .map((path) => `${file} imports ${path}`),
    );
  expect(upward).toEqual([]);
});

test("host and device share the specification and the layout, and nothing else", () => {
  const sideways = files
    .filter((file) => file.startsWith("assembly/"))
    .flatMap((file) => {
      const [part, allowed] = Object.entries(ASSEMBLY).find(([name]) => within(file, name))!;
      return importsOf(file)
        .filter((path) => ![part, ...allowed].some((name) => within(path, name)))
        .map((path) => `${file} imports ${path}`);
    });
  expect(sideways).toEqual([]);
});

test("the device imports downwards only, and each of its files has a part", () => {
  const partOf = (file: string): number =>
    DEVICE.findIndex(([, names]) => names.some((name) => file === `assembly/device/${name}.ts`));
  const own = files.filter((file) => within(file, "assembly/device"));
  const placed = DEVICE.flatMap(([, names]) => names.map((name) => `assembly/device/${name}.ts`));
  expect(placed.sort()).toEqual([...own].sort());
  const upward = own.flatMap((file) =>
    importsOf(file)
      .filter((path) => within(path, "assembly/device") && partOf(path) < partOf(file))
      .map((path) => `${file} imports ${path}`),
  );
  expect(upward).toEqual([]);
});

/** Groups of files that import each other, directly or by way of others. */
function circlesAmong(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map([...imports.keys()].map((file) => [file, reachedFrom(file, imports)]));
  const groups = [...reached]
    .filter(([file, others]) => others.has(file))
    .map(([file, others]) => [...others].filter((other) => reached.get(other)?.has(file)).sort());
  return [...new Map(groups.map((group) => [group.join(), group])).values()];
}

/** The files that importing `file` brings in; itself only when it is one of them. */
function reachedFrom(file: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set(imports.get(file));
  for (const path of reached) for (const next of imports.get(path) ?? []) reached.add(next);
  return reached;
}

test("circles are found, long and short, and what only leads to one is none", () => {
  const imports = new Map([
    ["first", ["second"]],
    ["second", ["third"]],
    ["third", ["first", "below"]],
    ["itself", ["itself"]],
    ["above", ["first", "below"]],
    ["below", []],
  ]);
  expect(circlesAmong(imports)).toEqual([["first", "second", "third"], ["itself"]]);
});

test("no files import each other in a circle, not even for types", () => {
  expect(circlesAmong(new Map(files.map((file) => [file, importsOf(file)])))).toEqual([]);
});

test("reports open no device", () => {
  const opening = files
    .filter((file) => /^src\/(measurement|analysis|fio|results|export|html|text)\//.test(file))
    .flatMap((file) => importsOf(file))
    .filter((path) =>
      ["src/embedded", "src/transport", "src/compiled", "src/memory"].some((part) =>
        within(path, part),
      ),
    );
  expect(opening).toEqual([]);
});

/** What the command line loads before it knows which command was asked for. */
const LIGHT = [
  ...[
    "src/command-line.ts",
    "src/commands",
    "src/measurement/workload-options.ts",
    "src/live/modes.ts",
  ],
  ...["src/export/export-options.ts"],
  ...["src/ground", "src/text/failure-words.ts"],
  ...["commander", "node:fs", "node:path", "node:url"],
];

/** Files and packages that `file` makes Node load at once: neither types nor `await import`. */
function loadedBy(file: string): string[] {
  const text = readFileSync(join(packageRoot, file), "utf8");
  const imports = text.matchAll(/^(?:import|export)\b(?! type)[^"=;]*?"([^"]+)";/gms);
  return [...imports].map(([, path]) =>
    path!.startsWith(".") ? normalize(join(dirname(file), path!)) : path!,
  );
}

test("the command line starts without what its commands need", () => {
  const seen = new Set(["src/command-line.ts"]);
  const heavy = new Set<string>();
  for (const file of seen) {
    for (const path of loadedBy(file)) {
      if (!LIGHT.some((part) => within(path, part))) heavy.add(`${file} loads ${path}`);
      else if (path.endsWith(".ts")) seen.add(path);
    }
  }
  expect([...seen]).toContain("src/commands/run.ts");
  // what must load whatever the limits are
  expect(loadedBy("src/cli.ts")).toEqual(["src/ground/errors.ts", "src/ground/limits.ts"]);
  expect([...heavy]).toEqual([]);
});

/** What the files of tests named *.real.test.ts alone may do, as they run after the others. */
const REAL_WORK: readonly (readonly [string, RegExp])[] = [
  ["starts what measures", /from "[./a-z]*\/real(-inside)?\.ts"/],
  [
    "opens a device in its own thread",
    /Controller\.open\([`"]embedded(?![\s\S]{0,80}stepped: true)/,
  ],
  ["looks at the CPU time that something takes", /process\.cpuUsage|deviceCpuNs!/],
];

test("tests that measure are named so, and run beside no pure ones", () => {
  const tests = readdirSync(join(packageRoot, "test"), { recursive: true, encoding: "utf8" });
  const wrong = tests
    .filter((file) => file.endsWith(".test.ts") && !file.startsWith("guest/"))
    .filter((file) => !file.endsWith(".real.test.ts") && file !== "layers.test.ts")
    .flatMap((file) => {
      const text = readFileSync(join(packageRoot, "test", file), "utf8");
      return REAL_WORK.filter(([, words]) => words.test(text)).map(([what]) => `${file} ${what}`);
    });
  expect(wrong).toEqual([]);
});
