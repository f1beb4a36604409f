// The transport that PCI addresses name. What opens one is two dozen files, loaded when one is opened.
import type { TransportKind } from "./transport.ts";
import { isVfioAddress } from "./vfio-address.ts";

export const vfio: TransportKind = {
  name: "vfio",
  form: "a PCI address such as 0000:01:00.0",
  owns: isVfioAddress,
  open: async (address, options) => {
    const { openVfio, thisSystem } = await import("./vfio.ts");
    return openVfio(address, options, thisSystem());
  },
};
