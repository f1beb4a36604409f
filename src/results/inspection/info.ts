// The document of `phasebit info --json`.
import * as v from "valibot";
import { capability } from "./pci.ts";
import { state } from "./registers.ts";
import { about, device, field } from "./values.ts";

/** null where the controller was not brought up. */
const answer = <S extends v.GenericSchema>(schema: S) => v.nullable(schema);

export const infoDocument = v.strictObject({
  phasebit: about("info"),
  device,
  state,
  registers: v.array(v.strictObject({ name: v.string(), fields: v.array(field) })),
  function: v.nullable(
    v.strictObject({ header: v.array(field), capabilities: v.array(capability) }),
  ),
  controller: answer(v.array(field)),
  ioQueues: answer(v.number()),
  nsids: answer(v.array(v.number())),
  namespaces: answer(v.array(v.strictObject({ nsid: v.number(), fields: v.array(field) }))),
  smart: answer(v.array(field)),
  unusual: v.array(v.string()),
});
