// How a function is named for VFIO: its PCI address, and how it is to be taken.
//
//   0000:01:00.0?iommu=iommufd              by an iommufd and its own character device, or by a container and its group
//   0000:01:00.0?vf-token=UUID              what the driver of the physical function and those of its virtual ones share
import { badValue } from "../ground/errors.ts";
import { isPciAddress } from "../pci/address.ts";

/** The back ends: what maps memory for the function. */
export const iommuKinds = ["vfio", "iommufd"] as const;
export type IommuKind = (typeof iommuKinds)[number];

/** An address as it was given. */
export interface VfioAddress {
  readonly address: string;
  /** The one that must be; without one, the best that is there. */
  readonly iommu?: IommuKind;
  readonly token?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text begins as one. */
export function isVfioAddress(text: string): boolean {
  return isPciAddress(text.split("?", 1)[0]!);
}

/** @throws PhasebitError USAGE for a parameter that is none, or stands there twice. */
export function parseVfioAddress(text: string): VfioAddress {
  const [address = "", query] = text.split(/\?(.*)/s);
  const pairs = query === undefined ? [] : query.split("&").map(pairOf);
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw badValue("device", text, `"${twice}" is given twice`);
  return Object.assign({ address }, ...pairs.map(([name, value]) => partOf(text, name, value)));
}

function pairOf(part: string): [string, string] {
  const at = part.indexOf("=");
  return at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
}

function partOf(text: string, name: string, value: string): Partial<VfioAddress> {
  if (name === "iommu") {
    const iommu = iommuKinds.find((kind) => kind === value);
    if (iommu !== undefined) return { iommu };
    throw badValue("device", text, `iommu must be ${iommuKinds.join(" or ")}`);
  }
  if (name === "vf-token") {
    if (UUID.test(value)) return { token: value.toLowerCase() };
    throw badValue("device", text, "vf-token must be a UUID, as uuidgen makes them");
  }
  throw badValue("device", text, `"${name}" is no parameter of a PCI address: iommu, vf-token are`);
}
