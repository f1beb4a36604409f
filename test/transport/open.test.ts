// Which transport an address names.
import { describe, expect, test } from "vitest";
import { addTransport, openTransport } from "../../src/nvme/open-transport.ts";
import type { Transport, TransportOptions } from "../../src/transport/transport.ts";

describe("misuse", () => {
  test.each(["", "floppy", "embeddedx", "0000:01:00", "0000:01:00.8", "/dev/nvme0"])(
    '"%s" names no device, and the error says what would',
    async (address) => {
      const opening = openTransport(address);
      await expect(opening).rejects.toMatchObject({
        code: "USAGE",
        what: "device",
        value: address,
      });
      await expect(opening).rejects.toThrow(/"embedded".* or vfio-user:/);
    },
  );

  test("an embedded controller's bad parameter is its own error", async () => {
    await expect(openTransport("embedded?sise=1m")).rejects.toThrow(/did you mean size/);
  });

  test("an absent PCI function is bad usage that names it", async () => {
    await expect(openTransport("0000:7f:1f.7")).rejects.toThrow(/7f:1f\.7.*no such PCI function/);
  });
});

test("a kind that was added is asked first, opens its addresses, and is named to who is lost", async () => {
  const asked: [string, TransportOptions][] = [];
  addTransport({
    name: "socket",
    form: "socket:PATH",
    owns: (address) => address.startsWith("socket:") || address === "embedded?mine",
    open: async (address, options) => {
      asked.push([address, options]);
      return { name: "socket" } as Transport;
    },
  });
  const memory = { data: 4096 };
  expect((await openTransport("socket:/there", { memory })).name).toBe("socket");
  expect((await openTransport("embedded?mine")).name).toBe("socket");
  expect(asked).toEqual([
    ["socket:/there", { memory }],
    ["embedded?mine", {}],
  ]);
  await expect(openTransport("floppy")).rejects.toThrow(/socket:PATH, "embedded"/);
});
