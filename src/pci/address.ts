// How a function of the bus is named: domain, bus, device, function.
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";

/** Four digits of domain; behind an Intel VMD, whose domains begin at 10000h, more. */
const ADDRESS = /^(?:([0-9a-f]{4}|[1-9a-f][0-9a-f]{4,7}):)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i;

/** Devices that lie on no bus. */
const ELSEWHERE = /^(embedded(\?|$)|vfio-user:)/;

/** Whether `text` has the form of a PCI address ("0000:01:00.0", the domain may be left out). */
export function isPciAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** The address with its domain, in lower case. @throws PhasebitError USAGE when it is none. */
export function pciAddress(text: string): string {
  const match = ADDRESS.exec(text);
  if (match === null && ELSEWHERE.test(text)) {
    const why = "it is on no PCI bus, so nothing is to be bound or checked: give it to --device";
    throw usage(`${safeString(text)}: ${why}`);
  }
  if (match === null) throw usage(`PCI address "${text}": expected the form 0000:01:00.0`);
  const [, domain = "0000", bus, device, fn] = match;
  return `${domain}:${bus}:${device}.${fn}`.toLowerCase();
}
