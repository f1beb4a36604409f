// I/O Command Set Independent Identify Namespace, CNS 08h (Base 2.0, figure 280).
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { flag, hex, number } from "./shows.ts";
import { bit, bytes, type Structure } from "./structure.ts";
import { unlessZero } from "./units.ts";

export const independentNamespace: Structure = {
  name: "Identify Namespace, independent",
  longName: "I/O Command Set Independent Identify Namespace, CNS 08h",
  bytes: IDENTIFY_BYTES,
  section: "2.0, 5.17.2.8",
  fields: [
    bytes(0, 1, "NSFEAT", "Common Namespace Features", hex(2), {
      fields: [
        bit(3, "UIDREUSE", "NGUID and EUI64 are never used again", flag()),
        bit(4, "RMEDIA", "rotational media", flag()),
        bit(5, "VWCNP", "no volatile write cache", flag()),
      ],
    }),
    bytes(1, 1, "NMIC", "Namespace Multi-path I/O and Sharing", hex(2)),
    bytes(2, 1, "RESCAP", "Reservation Capabilities", hex(2)),
    bytes(3, 1, "FPI", "Format Progress Indicator", hex(2)),
    bytes(4, 4, "ANAGRPID", "ANA Group Identifier", unlessZero("none")),
    bytes(8, 1, "NSATTR", "Namespace Attributes", hex(2)),
    bytes(10, 2, "NVMSETID", "NVM Set Identifier", unlessZero("none")),
    bytes(12, 2, "ENDGID", "Endurance Group Identifier", unlessZero("none")),
    bytes(14, 1, "NSTAT", "Namespace Status", hex(2), {
      fields: [bit(0, "NRDY", "ready", flag())],
    }),
    bytes(15, 1, "KPIOS", "Key Per I/O Status (2.1)", number()),
  ],
};
