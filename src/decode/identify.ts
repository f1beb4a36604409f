// Identify data by CNS (NVMe 1.4, figure 244, and 2.0): names for a command line, and pages as fields.
import { Cns } from "../../assembly/spec/commands.ts";
import { type DecodedField, decode } from "./decode.ts";
import { groupField, numberedFields } from "./fields.ts";
import { identifyController } from "./identify-controller.ts";
import { independentNamespace } from "./identify-independent.ts";
import { identifyNamespace } from "./identify-namespace.ts";
import {
  decodeControllerList,
  decodeDescriptors,
  decodeNamespaceList,
  decodeUuidList,
} from "./lists.ts";
import { decodeSecondaryControllers, primaryCapabilities } from "./virtualization.ts";

/** CNS values by the names that a user may type. */
export const cnsNames: Readonly<Record<string, number>> = {
  namespace: Cns.NAMESPACE,
  controller: Cns.CONTROLLER,
  list: Cns.ACTIVE_NAMESPACES,
  descriptors: Cns.NAMESPACE_DESCRIPTORS,
  independent: Cns.INDEPENDENT_NAMESPACE,
  allocated: 0x10,
  "allocated-namespace": 0x11,
  attached: 0x12,
  controllers: 0x13,
  primary: 0x14,
  secondary: 0x15,
  uuids: 0x17,
};

/** CNS values that ask for one namespace. */
export const ofNamespace: ReadonlySet<number> = new Set([
  ...[Cns.NAMESPACE, Cns.NAMESPACE_DESCRIPTORS, Cns.COMMAND_SET_NAMESPACE],
  ...[Cns.INDEPENDENT_NAMESPACE, 0x11, 0x12],
]);

/** The page in words; null where phasebit has no table for it. */
export function identifyFields(cns: number, page: Uint8Array): DecodedField[] | null {
  return pages[cns]?.(page) ?? null;
}

const namespaces = (page: Uint8Array): DecodedField[] =>
  numberedFields("NSID", "namespace", decodeNamespaceList(page));
const controllers = (page: Uint8Array): DecodedField[] =>
  numberedFields("CNTLID", "controller", decodeControllerList(page));
const namespace = (page: Uint8Array): DecodedField[] => decode(identifyNamespace, page);

const pages: Readonly<Record<number, (page: Uint8Array) => DecodedField[]>> = {
  [Cns.NAMESPACE]: namespace,
  [Cns.CONTROLLER]: (page) => decode(identifyController, page),
  [Cns.ACTIVE_NAMESPACES]: namespaces,
  [Cns.NAMESPACE_DESCRIPTORS]: (page) =>
    decodeDescriptors(page).map(({ name, text, meaning }) => ({
      ...{ name, longName: "Namespace Identifier", value: text, text },
      ...(meaning !== undefined && { meaning }),
    })),
  [Cns.INDEPENDENT_NAMESPACE]: (page) => decode(independentNamespace, page),
  7: namespaces,
  16: namespaces,
  17: namespace,
  18: controllers,
  19: controllers,
  20: (page) => decode(primaryCapabilities, page),
  21: (page) =>
    decodeSecondaryControllers(page).map((fields, index) =>
      groupField(`ENTRY${index + 1}`, "secondary controller", `entry ${index + 1}`, fields),
    ),
  23: (page) =>
    decodeUuidList(page).map(({ index, uuid, association }) => ({
      ...{ name: `UUID${index}`, longName: "identifier associated with", value: uuid, text: uuid },
      meaning: association,
    })),
};
