// A controller on one screen.
import type { ControllerWords } from "../decode/controller-words.ts";
import type { DecodedField } from "../decode/decode.ts";
import { fieldOf, numberOf } from "../decode/find.ts";
import type { Capability } from "../decode/pci-walk.ts";
import type { NamedFields } from "../decode/unusual.ts";
import { formatBytes } from "../ground/units.ts";
import type { ExaminedController, ExaminedNamespace } from "../nvme/examination.ts";
import { wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";

/** What was seen. */
export interface Examination {
  readonly address: string;
  readonly state: ControllerWords;
  readonly registers: readonly NamedFields[];
  /** null where there is no configuration space. */
  readonly function: {
    readonly header: readonly DecodedField[];
    readonly capabilities: readonly Capability[];
  } | null;
  /** null where the controller was not brought up. */
  readonly answers: ExaminedController | null;
  readonly unusual: readonly string[];
}

/** Who it is, what it can, in which state it is, and what is unusual. */
export function infoReport(seen: Examination, lines: Lines): string[] {
  const { colors, columns } = lines;
  const line = (text: string, parts: readonly string[]): string[] =>
    parts.length === 0 ? [] : wrap({ text, style: colors.dim }, parts, "  ", columns);
  const isUnwell = seen.state.condition === "gone" || seen.state.condition === "fatal";
  return [
    ...line("device", [seen.address]),
    ...line("who", whoParts(seen)),
    ...line("state", [seen.state.text]).map(isUnwell ? colors.red : String),
    ...(seen.state.condition === "gone"
      ? []
      : [
          ...line("queues", queueParts(seen)),
          ...line("limits", limitParts(seen)),
          ...line("memory", memoryParts(seen)),
          ...line("can", abilityParts(seen)),
        ]),
    ...line("pci", functionParts(seen)),
    ...(seen.answers?.namespaces ?? []).flatMap((one) =>
      line(`ns ${one.nsid}`, namespaceParts(one)),
    ),
    ...moreNamespaces(seen.answers).flatMap((text) => line("", [text])),
    ...line("health", healthParts(seen.answers)),
    ...seen.unusual.flatMap((text) =>
      wrap({ text: "unusual", style: colors.dim }, text.split(" "), " ", columns).map(
        colors.yellow,
      ),
    ),
  ];
}

function fieldsOf({ registers }: Examination, name: string): readonly DecodedField[] {
  return registers.find((register) => register.name === name)?.fields ?? [];
}

function whoParts(seen: Examination): string[] {
  const vs = fieldsOf(seen, "VS");
  const version = ["MJR", "MNR", "TER"].map((name) => numberOf(vs, name) ?? "?").join(".");
  const { answers } = seen;
  const header = seen.function?.header ?? [];
  const vendor = fieldOf(header, "VID")?.text;
  const device = fieldOf(header, "DID")?.text;
  const own = answers?.controller ?? [];
  return [
    ...["MN", "SN", "FR"].flatMap((name) => {
      const text = fieldOf(own, name)?.text;
      if (text === undefined) return [];
      const words: Readonly<Record<string, string>> = { SN: "serial ", FR: "firmware " };
      return [`${words[name] ?? ""}${text === "" ? "(empty)" : text}`];
    }),
    ...(vendor === undefined ? [] : [`${vendor}:${device}`]),
    seen.state.condition === "gone" ? "version not known" : `NVMe ${version}`,
  ];
}

function queueParts(seen: Examination): string[] {
  const cap = fieldsOf(seen, "CAP");
  const entries = (numberOf(cap, "MQES") ?? 0) + 1;
  const stride = fieldOf(cap, "DSTRD")?.meaning ?? "not known";
  return [
    ...(seen.answers === null ? [] : [`${seen.answers.ioQueues} I/O pairs`]),
    `of ${entries} entries`,
    `doorbells every ${stride}`,
    ...(numberOf(cap, "CQR") === 1 ? ["contiguous only"] : []),
    `arbitration: ${fieldOf(cap, "AMS")?.meaning ?? "not known"}`,
  ];
}

function limitParts(seen: Examination): string[] {
  const cap = fieldsOf(seen, "CAP");
  const own = seen.answers?.controller ?? [];
  const pages = ["MPSMIN", "MPSMAX"].map((name) => fieldOf(cap, name)?.meaning ?? "?");
  const mdts = numberOf(own, "MDTS");
  const smallest = 4096 * 2 ** (numberOf(cap, "MPSMIN") ?? 0);
  const longest = mdts === 0 ? "no limit" : formatBytes(smallest * 2 ** Math.min(mdts ?? 0, 32));
  return [
    ...(mdts === undefined ? [] : [`transfers: ${longest} (MDTS ${mdts})`]),
    `pages ${[...new Set(pages)].join(" to ")}`,
    `ready within ${fieldOf(cap, "TO")?.meaning ?? "?"}`,
  ];
}

function memoryParts(seen: Examination): string[] {
  const cap = fieldsOf(seen, "CAP");
  const size = fieldOf(fieldsOf(seen, "CMBSZ"), "SZ");
  const hasSize = size !== undefined && size.value !== 0;
  const cmb = hasSize
    ? `CMB ${size.meaning ?? size.text}`
    : numberOf(cap, "CMBS") === 1
      ? "CMB, not enabled"
      : "no CMB";
  return [
    cmb,
    numberOf(cap, "PMRS") === 1 ? "PMR" : "no PMR",
    numberOf(cap, "BPS") === 1 ? "boot partitions" : "no boot partitions",
  ];
}

function abilityParts(seen: Examination): string[] {
  const own = seen.answers?.controller ?? [];
  const cap = fieldsOf(seen, "CAP");
  const oncs = (fieldOf(own, "ONCS")?.children ?? []).filter(({ value }) => value === 1);
  const sgls = fieldOf(own, "SGLS")?.children?.[0];
  return [
    ...(numberOf(cap, "NSSRS") === 1 ? ["subsystem reset"] : []),
    ...oncs.map(({ longName }) => longName),
    ...(sgls === undefined ? [] : [sgls.value === 0 ? "no SGLs" : "SGLs"]),
    ...(seen.answers === null
      ? []
      : [
          numberOf(own, "VWC.VWCP") === 1 || (numberOf(own, "VWC") ?? 0) & 1
            ? "volatile write cache"
            : "no volatile write cache",
        ]),
  ];
}

function functionParts({ function: fn }: Examination): string[] {
  if (fn === null) return ["no configuration space"];
  const of = (name: string): readonly DecodedField[] | undefined =>
    fn.capabilities.find((one) => one.name === name)?.fields;
  const express = of("PXCAP") ?? [];
  const vectors = numberOf(of("MSIXCAP") ?? [], "MXC.TS");
  const width = numberOf(express, "PXLS.NLW");
  const link =
    width === 0
      ? ["no link"]
      : [`link ${fieldOf(express, "PXLS.CLS")?.meaning} ${fieldOf(express, "PXLS.NLW")?.meaning}`];
  return [
    ...(vectors === undefined ? ["no MSI-X"] : [`MSI-X with ${vectors + 1} vectors`]),
    ...messagesParts(of("MSICAP")),
    ...((numberOf(fn.header, "IPIN") ?? 0) === 0 ? [] : ["INTx"]),
    ...(of("SRIOV") === undefined ? [] : ["SR-IOV"]),
    ...(of("AERCAP") === undefined ? [] : ["AER"]),
    ...(of("PXCAP") === undefined ? ["not PCI Express, or not shown"] : link),
    ...(numberOf(express, "PXDCAP.FLRC") === 1 ? ["FLR"] : []),
  ];
}

function messagesParts(capability: readonly DecodedField[] | undefined): string[] {
  if (capability === undefined) return [];
  const messages = fieldOf(capability, "MC.MMC")?.meaning ?? "";
  return [messages === "" ? "MSI" : `MSI with ${messages} message${messages === "1" ? "" : "s"}`];
}

function namespaceParts({ fields }: ExaminedNamespace): string[] {
  const blocks = BigInt(fieldOf(fields, "NSZE")?.value ?? 0);
  const formats = fields.filter(({ name }) => /^LBAF\d+$/.test(name));
  const inUse = formats.find(({ text }) => text.endsWith("in use"));
  const shift = numberOf(inUse?.children ?? [], "LBADS");
  const bytes = shift === undefined || shift > 32 ? null : blocks << BigInt(shift);
  const isCountable = bytes !== null && bytes <= BigInt(Number.MAX_SAFE_INTEGER);
  return [
    `${isCountable ? formatBytes(Number(bytes)) : "size not known"}, ${blocks} blocks`,
    `formats: ${formats.map(({ text }) => text).join("; ")}`,
  ];
}

function moreNamespaces(answers: ExaminedController | null): string[] {
  if (answers === null) return [];
  const more = answers.nsids.length - answers.namespaces.length;
  if (answers.nsids.length === 0) return ["no active namespace"];
  return more > 0 ? [`${more} more namespaces`] : [];
}

function healthParts(answers: ExaminedController | null): string[] {
  if (answers === null) return [];
  if (answers.smart === null) return ["not known: the SMART log cannot be read"];
  const { smart } = answers;
  const shown = (name: string): string => {
    const field = fieldOf(smart, name);
    return field?.meaning ?? field?.text ?? "not known";
  };
  const warning = numberOf(smart, "CW") ?? 0;
  return [
    shown("CTEMP"),
    warning === 0 ? "no critical warning" : `critical warning ${fieldOf(smart, "CW")?.text}`,
    `spare ${shown("AVSP")}`,
    `used ${shown("PUSED")}`,
  ];
}
