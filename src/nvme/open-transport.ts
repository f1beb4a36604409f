// Which transport an address names. The list is open: whoever has another kind adds it.

import { embedded } from "../embedded/transport.ts";
import { badValue } from "../ground/errors.ts";
import type { Transport, TransportKind, TransportOptions } from "../transport/transport.ts";
import { vfioUser } from "../transport/user-kind.ts";
import { vfio } from "../transport/vfio-kind.ts";

const kinds: TransportKind[] = [embedded, vfio, vfioUser];

/** Adds a kind of transport; it is asked before those that were there. */
export function addTransport(kind: TransportKind): void {
  kinds.unshift(kind);
}

/**
 * Opens "embedded", "embedded?size=1G&…", a PCI address, "vfio-user:PATH", or what an added transport knows.
 * @throws PhasebitError USAGE for anything else.
 */
export async function openTransport(
  address: string,
  options: TransportOptions = {},
): Promise<Transport> {
  const kind = kinds.find((one) => one.owns(address));
  if (kind !== undefined) return kind.open(address, options);
  const forms = kinds.map(({ form }) => form);
  throw badValue("device", address, `expected ${forms.slice(0, -1).join(", ")} or ${forms.at(-1)}`);
}
