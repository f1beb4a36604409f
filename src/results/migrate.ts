// Old result documents brought to the present schema, one version at a time. What an old phasebit did not
// write is filled in as unknown; what is damaged stays damaged, for the schema to find.
import type { Json } from "./json.ts";
import { fromFirst } from "./migrate-first.ts";
import { fromSecond } from "./migrate-second.ts";
import { SCHEMA } from "./schema/values.ts";

/** Each takes a document of its version to the next. */
const steps: Readonly<Record<number, (document: Json) => Json>> = {
  1: fromFirst,
  2: fromSecond,
};

/** The document in the present schema; `version` is its own. */
export function migrated(document: Json, version: number): Json {
  let current = document;
  for (let from = version; from < SCHEMA; from++) current = steps[from]!(current);
  return current;
}
