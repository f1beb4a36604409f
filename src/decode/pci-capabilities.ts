// The capabilities of a PCI function that bear on NVMe: power management, MSI, MSI-X (NVMe 1.4, sections 2.2 to 2.4).
import { bytesText, flag, hex, number, oneOf, zeroBased } from "./shows.ts";
import { bit, bits, bytes, type Field, type Show, type Structure } from "./structure.ts";

export const powerManagement: Structure = {
  name: "PMCAP",
  longName: "Power Management",
  bytes: 8,
  section: "2.2",
  fields: [
    bytes(2, 2, "PC", "Power Management Capabilities", hex(4), {
      fields: [
        bits(2, 0, "VS", "Version", number()),
        bit(5, "DSI", "Device Specific Initialization", flag()),
        bit(9, "D1S", "D1 Support", flag()),
        bit(10, "D2S", "D2 Support", flag()),
        bits(15, 11, "PSUP", "PME Support", hex(2)),
      ],
    }),
    bytes(4, 2, "PMCS", "Power Management Control and Status", hex(4), {
      fields: [
        bits(1, 0, "PS", "Power State", oneOf({ 0: "D0", 1: "D1", 2: "D2", 3: "D3hot" })),
        bit(
          3,
          "NSFRST",
          "No Soft Reset",
          flag("D3hot to D0 keeps the state", "D3hot to D0 resets"),
        ),
        bit(8, "PMEE", "PME Enable", flag()),
        bit(15, "PMES", "PME Status", flag()),
      ],
    }),
  ],
};

/** 1, 2, 4 … 32 messages. */
const messages: Show = oneOf({ 0: "1", 1: "2", 2: "4", 3: "8", 4: "16", 5: "32" });

const messageControl = bytes(2, 2, "MC", "Message Control", hex(4), {
  fields: [
    bit(0, "MSIE", "MSI Enable", flag()),
    bits(3, 1, "MMC", "Multiple Message Capable", messages),
    bits(6, 4, "MME", "Multiple Message Enable", messages),
    bit(7, "C64", "64-bit Address Capable", flag()),
    bit(8, "PVM", "Per-Vector Masking Capable", flag()),
  ],
});

const hasMasks = (control: number): boolean => ((control >> 8) & 1) === 1;

/** MSI's structure, whose length and places depend on its Message Control. */
export function messageSignaled(control: number): Structure {
  const isWide = ((control >> 7) & 1) === 1;
  const data = isWide ? 0x0c : 0x08;
  const masks: Field[] = [
    bytes(data + 4, 4, "MMASK", "Mask Bits", hex(8)),
    bytes(data + 8, 4, "MPEND", "Pending Bits", hex(8)),
  ];
  return {
    name: "MSICAP",
    longName: "Message Signaled Interrupts",
    bytes: data + (hasMasks(control) ? 12 : 2),
    section: "2.3",
    fields: [
      messageControl,
      bytes(4, 4, "MA", "Message Address", hex(8)),
      ...(isWide ? [bytes(8, 4, "MUA", "Message Upper Address", hex(8))] : []),
      bytes(data, 2, "MD", "Message Data", hex(4)),
      ...(hasMasks(control) ? masks : []),
    ],
  };
}

export const messageSignaledExtended: Structure = {
  name: "MSIXCAP",
  longName: "MSI-X",
  bytes: 12,
  section: "2.4",
  fields: [
    bytes(2, 2, "MXC", "Message Control", hex(4), {
      fields: [
        bits(10, 0, "TS", "Table Size", zeroBased("vectors")),
        bit(14, "FM", "Function Mask", flag()),
        bit(15, "MXE", "MSI-X Enable", flag()),
      ],
    }),
    bytes(4, 4, "MTAB", "Table Offset and BIR", hex(8), {
      fields: place("TBIR", "Table BIR", "TO", "Table Offset"),
    }),
    bytes(8, 4, "MPBA", "PBA Offset and BIR", hex(8), {
      fields: place("PBIR", "PBA BIR", "PBAO", "PBA Offset"),
    }),
  ],
};

function place(bir: string, birName: string, offset: string, offsetName: string): Field[] {
  const show = hex(
    8,
    (value) => `${hexPlace(value)} in the BAR (${bytesText(BigInt(value) * 8n)})`,
  );
  return [
    bits(
      2,
      0,
      bir,
      birName,
      number((value) => `BAR${value}`),
    ),
    bits(31, 3, offset, offsetName, show),
  ];
}

function hexPlace(value: number | bigint): string {
  return `0x${(BigInt(value) * 8n).toString(16)}`;
}
