// How a function is named for VFIO, and how it is to be taken.
import { describe, expect, test } from "vitest";
import { isVfioAddress, parseVfioAddress } from "../../src/transport/vfio-address.ts";

const UUID = "01234567-89ab-cdef-0123-456789abcdef";

describe("is refused:", () => {
  test.each([
    ["0000:01:00.0?", /"" is no parameter of a PCI address: iommu, vf-token are/],
    ["0000:01:00.0?size=1G", /"size" is no parameter/],
    ["0000:01:00.0?iommu=", /iommu must be vfio or iommufd/],
    ["0000:01:00.0?iommu=vfio&iommu=vfio", /"iommu" is given twice/],
    ["0000:01:00.0?vf-token=1234", /vf-token must be a UUID/],
    [`0000:01:00.0?vf-token=${UUID} x`, /vf-token must be a UUID/],
    [`0000:01:00.0?__proto__=${UUID}`, /"__proto__" is no parameter/],
  ])("%s", (text, words) => {
    expect(() => parseVfioAddress(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(() => parseVfioAddress(text)).toThrow(words);
  });

  test.each(["embedded?iommu=vfio", "", "?iommu=vfio", "0000:01:00.0 ?iommu=vfio", "/dev/nvme0"])(
    "%j is no address of VFIO",
    (text) => {
      expect(isVfioAddress(text)).toBe(false);
    },
  );
});

test.each([
  ["0000:01:00.0", { address: "0000:01:00.0" }],
  ["01:00.0?iommu=vfio", { address: "01:00.0", iommu: "vfio" }],
  [
    `0000:01:00.0?iommu=iommufd&vf-token=${UUID.toUpperCase()}`,
    { address: "0000:01:00.0", iommu: "iommufd", token: UUID },
  ],
])("%s", (text, parsed) => {
  expect(isVfioAddress(text)).toBe(true);
  expect(parseVfioAddress(text)).toEqual(parsed);
});
