// Names that a fault's parameters may use: commands, fields of CAP, fields of the Identify structures.
import { MATCH_ADMIN, MATCH_ANY } from "../../assembly/device/options.ts";
import { AdminOpcode, Cns, NvmOpcode } from "../../assembly/spec/commands.ts";
import { IdentifyController, IdentifyNamespace } from "../../assembly/spec/identify.ts";

/** Names of the opcodes: READ is read, CREATE_IO_SQ is create-io-sq. */
function opcodeNames(opcodes: Readonly<Record<string, string | number>>, flags: number) {
  return Object.entries(opcodes).flatMap(([name, value]) =>
    typeof value === "number" ? [[name.toLowerCase().replaceAll("_", "-"), value | flags]] : [],
  ) as [string, number][];
}

/** What op= may name, and `addFault`'s match for it. */
export const matchNames = new Map<string, number>([
  ["any", MATCH_ANY],
  ["admin", MATCH_ANY | MATCH_ADMIN],
  ...opcodeNames(NvmOpcode, 0),
  ...opcodeNames(AdminOpcode, MATCH_ADMIN),
]);

/** Fields of CAP (3.1.1): lowest bit and width. */
export const capFields: Readonly<Record<string, readonly [bit: number, width: number]>> = {
  mqes: [0, 16],
  cqr: [16, 1],
  ams: [17, 2],
  to: [24, 8],
  dstrd: [32, 4],
  nssrs: [36, 1],
  css: [37, 8],
  mpsmin: [48, 4],
  mpsmax: [52, 4],
  cmbs: [57, 1],
  crms: [59, 2],
};

/** Fields of the Identify structures that a host relies on: CNS, offset and bytes. */
export const identifyFields: Readonly<
  Record<string, readonly [cns: Cns, offset: number, bytes: number]>
> = {
  mdts: [Cns.CONTROLLER, IdentifyController.MDTS, 1],
  ver: [Cns.CONTROLLER, IdentifyController.VER, 4],
  oacs: [Cns.CONTROLLER, IdentifyController.OACS, 2],
  acl: [Cns.CONTROLLER, IdentifyController.ACL, 1],
  aerl: [Cns.CONTROLLER, IdentifyController.AERL, 1],
  sqes: [Cns.CONTROLLER, IdentifyController.SQES, 1],
  cqes: [Cns.CONTROLLER, IdentifyController.CQES, 1],
  nn: [Cns.CONTROLLER, IdentifyController.NN, 4],
  oncs: [Cns.CONTROLLER, IdentifyController.ONCS, 2],
  vwc: [Cns.CONTROLLER, IdentifyController.VWC, 1],
  sgls: [Cns.CONTROLLER, IdentifyController.SGLS, 4],
  nsze: [Cns.NAMESPACE, IdentifyNamespace.NSZE, 8],
  ncap: [Cns.NAMESPACE, IdentifyNamespace.NCAP, 8],
  nlbaf: [Cns.NAMESPACE, IdentifyNamespace.NLBAF, 1],
  flbas: [Cns.NAMESPACE, IdentifyNamespace.FLBAS, 1],
  ms: [Cns.NAMESPACE, IdentifyNamespace.LBAF0, 2],
  lbads: [Cns.NAMESPACE, IdentifyNamespace.LBAF0 + 2, 1],
};
