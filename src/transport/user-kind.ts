// The transport that "vfio-user:" names. What opens one is loaded when one is opened.
import type { TransportKind } from "./transport.ts";
import { isUserAddress } from "./user-address.ts";

export const vfioUser: TransportKind = {
  name: "vfio-user",
  form: "vfio-user:/path/to/a/socket",
  owns: isUserAddress,
  open: async (address, options) => {
    const { openUser } = await import("./user-open.ts");
    return openUser(address, options);
  },
};
