// results/schema.json is generated from src/results/schema: UPDATE_SCHEMA=1 writes it anew.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { packageRoot, version } from "../../src/ground/package.ts";
import { comparisonDocument } from "../../src/results/compare-document.ts";
import { runDocument } from "../../src/results/run-document.ts";
import { block } from "../../src/results/schema/block.ts";
import {
  device,
  host,
  mergedSource,
  warning,
  workload,
} from "../../src/results/schema/conditions.ts";
import { fioDirection, fioJob, fioLatency } from "../../src/results/schema/fio.ts";
import { latencyDetails, packedCounts, packedLatency } from "../../src/results/schema/latency.ts";
import { SCHEMA } from "../../src/results/schema/values.ts";
import { sweepDocument } from "../../src/results/sweep-document.ts";
import { type DocumentKind, documentSchemas, validate } from "../../src/results/validate.ts";
import { exampleComparison, examplePoint, exampleSweep } from "../examples/compare.ts";
import { emptyRun, exampleRun, troubledRun } from "../examples/run.ts";

const file = join(packageRoot, "results/schema.json");
/** Said once in the file, and referred to. */
const parts = {
  ...{ host, device, workload, mergedSource, warning },
  ...{ packedLatency, packedCounts, latencyDetails, block },
  ...{ fioLatency, fioDirection, fioJob },
};
const kinds = Object.keys(documentSchemas) as DocumentKind[];

/** The schema as strangers read it: what a file may hold, not what it becomes when it is read. */
function published() {
  // checks and conversions that JSON Schema cannot say are left out
  const $defs = toJsonSchemaDefs(
    { ...parts, ...documentSchemas },
    { target: "draft-2020-12", typeMode: "input", errorMode: "ignore" },
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Results of phasebit, schema ${SCHEMA}`,
    description:
      "phasebit run and merge write run, phasebit compare writes compare, phasebit sweep writes sweep. " +
      "docs/results.md says what the keys mean.",
    anyOf: kinds.map((kind) => ({ $ref: `#/$defs/${kind}` })),
    $defs,
  };
}

if (process.env["UPDATE_SCHEMA"]) writeFileSync(file, `${JSON.stringify(published(), null, 2)}\n`);
const committed = JSON.parse(readFileSync(file, "utf8"));
const validator = new Ajv2020({ strict: true }).compile(committed);

/** Why a document does not match; null when it does. */
function mismatch(document: unknown): unknown {
  return validator(JSON.parse(JSON.stringify(document))) ? null : validator.errors;
}

test("results/schema.json is what the source says (UPDATE_SCHEMA=1 writes it anew)", () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(published())));
});

describe("an independent validator", () => {
  test.each([
    ["a run", runDocument(exampleRun({ options: { rw: "randrw" } }))],
    ["a run with every trouble", runDocument(troubledRun())],
    ["a run without I/O", runDocument(emptyRun())],
    ["a comparison", comparisonDocument(exampleComparison({ rounds: 2 }))],
    ["a sweep", sweepDocument(exampleSweep([examplePoint({})]))],
  ])("accepts %s", (_, document) => {
    expect(mismatch(document)).toBeNull();
  });

  test.each([
    ["nothing", {}],
    ["a fio result", { "fio version": "fio-3.33", jobs: [{ jobname: "a" }] }],
    ["a run without jobs", { ...runDocument(exampleRun()), jobs: [] }],
    ["another schema", { ...comparisonDocument(exampleComparison({ rounds: 2 })), schema: 2 }],
  ])("refuses %s", (_, document) => {
    expect(mismatch(document)).not.toBeNull();
  });
});

describe("what is not a result", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a document as JSON
  const asJson = (document: object): any => JSON.parse(JSON.stringify(document));
  const documents = {
    "a run": runDocument(exampleRun({ options: { rw: "randrw" }, seconds: 1, perSecond: 20 })),
    "a run with every trouble": runDocument(troubledRun()),
    "a comparison": comparisonDocument(exampleComparison({ rounds: 6, ios: 20 })),
    "a sweep": sweepDocument(exampleSweep([examplePoint({ ios: 20 })])),
  };

  test.each(Object.entries(documents))(
    "a text for a number, or a number for a text: %s",
    (_, document) => {
      const whole = asJson(document);
      const taken: string[] = [];
      for (const { holder, key, path } of leaves(whole)) {
        const was = holder[key];
        holder[key] = typeof was === "string" ? 7 : "junk";
        if (validator(whole)) taken.push(path);
        holder[key] = was;
      }
      expect(taken).toEqual([]);
      expect(mismatch(whole)).toBeNull();
    },
  );

  test("phasebit refuses it too", () => {
    const run = asJson(documents["a run"]);
    run.jobs[0].read.iops = "junk";
    expect(validate("run", run)).toMatchObject({
      why: expect.stringMatching(/^at jobs.0.read.iops: /),
    });
  });

  test.each([0, 1, 3, 4])("an interval of %d numbers", (length) => {
    const comparison = asJson(documents["a comparison"]);
    const pair = comparison.pairs.find(({ ci95 }: { ci95: object | null }) => ci95 !== null);
    pair.ci95.difference = Array(length).fill(1);
    expect(mismatch(comparison)).not.toBeNull();
    expect(validate("compare", comparison).ok).toBe(false);
  });

  test.each(["read", "clat", "jobs"])("a run without its %s", (key) => {
    const run = asJson(documents["a run"]);
    if (key === "jobs") delete run.jobs;
    else if (key === "read") delete run.jobs[0].read;
    else delete run.jobs[0].read.clat_ns;
    expect(mismatch(run)).not.toBeNull();
    expect(validate("run", run).ok).toBe(false);
  });
});

interface Leaf {
  readonly holder: Record<string, unknown>;
  readonly key: string;
  readonly path: string;
}

/** Every text, number and truth value of a document, of long lists the first three. */
function leaves(value: object, path = ""): Leaf[] {
  const keys = Object.keys(value).slice(0, Array.isArray(value) ? 3 : undefined);
  return keys.flatMap((key) => {
    const part = (value as Record<string, unknown>)[key];
    if (typeof part === "object" && part !== null) return leaves(part, `${path}${key}.`);
    if (part === null) return [];
    return { holder: value as Record<string, unknown>, key, path: `${path}${key}` };
  });
}

describe("the committed examples", () => {
  const folder = join(packageRoot, "results");
  const examples = readdirSync(folder).filter((name) =>
    /^example-(run|compare|sweep).*\.json$/.test(name),
  );

  test("are there, one of each kind at least", () => {
    for (const kind of kinds) expect(examples.join()).toContain(`example-${kind}`);
  });

  test.each(examples)("%s matches, and was written by this version", (name) => {
    const document = JSON.parse(readFileSync(join(folder, name), "utf8"));
    expect(mismatch(document)).toBeNull();
    expect((document.phasebit ?? document).version).toBe(version);
  });
});
