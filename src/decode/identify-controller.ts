// Identify Controller (NVMe 1.4, figure 247; fields that 2.0 added are among them).
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { adminAttributes } from "./identify-controller-admin.ts";
import { capabilities } from "./identify-controller-capabilities.ts";
import { commandSetAttributes, fabricsAttributes } from "./identify-controller-nvm.ts";
import { powerStates } from "./power-state.ts";
import { raw } from "./shows.ts";
import { bytes, type Structure } from "./structure.ts";

export const identifyController: Structure = {
  name: "Identify Controller",
  longName: "Identify Controller Data Structure, CNS 01h",
  bytes: IDENTIFY_BYTES,
  section: "5.15.2.2",
  fields: [
    ...capabilities,
    ...adminAttributes,
    ...commandSetAttributes,
    ...fabricsAttributes,
    ...powerStates,
    bytes(3072, 1024, "VS", "Vendor Specific", raw, {
      when: (sibling) => /[1-9a-f]/.test(String(sibling("VS"))),
    }),
  ],
};
