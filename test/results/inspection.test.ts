// results/inspection.schema.json is generated from src/results/inspection: UPDATE_SCHEMA=1 writes it anew.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchemaDefs } from "@valibot/to-json-schema";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { inspectionDocuments } from "../../src/results/inspection/documents.ts";
import { field } from "../../src/results/inspection/values.ts";

const file = join(packageRoot, "results/inspection.schema.json");

function published() {
  const $defs = toJsonSchemaDefs(
    { field, ...inspectionDocuments },
    { target: "draft-2020-12", typeMode: "input", errorMode: "ignore" },
  );
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What phasebit prints of a device with --json",
    description: 'The key "phasebit" says which document it is.',
    anyOf: Object.keys(inspectionDocuments).map((kind) => ({ $ref: `#/$defs/${kind}` })),
    $defs,
  };
}

test("results/inspection.schema.json is what the source says (UPDATE_SCHEMA=1 writes it anew)", () => {
  if (process.env["UPDATE_SCHEMA"]) {
    writeFileSync(file, `${JSON.stringify(published(), null, 2)}\n`);
  }
  const committed = JSON.parse(readFileSync(file, "utf8"));
  expect(committed).toEqual(JSON.parse(JSON.stringify(published())));
  expect(() => new Ajv2020({ strict: true }).compile(committed)).not.toThrow();
});
