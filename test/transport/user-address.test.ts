// Names of vfio-user devices.
import { expect, test } from "vitest";
import { isUserAddress, parseUserAddress } from "../../src/transport/user-address.ts";
import { openUser } from "../../src/transport/user-open.ts";

test.each([
  ["vfio-user:", /expected vfio-user: and the path/],
  ["vfio-user:?answer=1s", /expected vfio-user: and the path/],
  ["vfio-user:a\0b", /expected vfio-user: and the path/],
  ["vfio-user:/s/cntrl?reset=1s", /"reset" is no parameter: answer is/],
  ["vfio-user:/s/cntrl?answer=", /answer: /],
  ["vfio-user:/s/cntrl?answer=1s=2", /answer: /],
  ["vfio-user:/s/cntrl?answer=0", /answer must be 1ms to 1h/],
  ["vfio-user:/s/cntrl?answer=2h", /answer must be 1ms to 1h/],
])("%j is refused", (address, message) => {
  expect(isUserAddress(address)).toBe(true);
  expect(() => parseUserAddress(address)).toThrow(message);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a server has no %d ms", async (ms) => {
  const opening = openUser("vfio-user:/s/cntrl", { answerTimeoutMs: ms });
  await expect(opening).rejects.toMatchObject({ code: "USAGE", what: "answerTimeoutMs" });
});

test.each([
  ["vfio-user:/s/cntrl", { path: "/s/cntrl" }],
  ["vfio-user:s", { path: "s" }],
  ["vfio-user:/s/what?", { path: "/s/what?" }],
  ["vfio-user:/a?b=c/cntrl", { path: "/a?b=c/cntrl" }],
  ["vfio-user:/s/cntrl?answer=30s", { path: "/s/cntrl", answerMs: 30_000 }],
  ["vfio-user:/s/cntrl?answer=250ms", { path: "/s/cntrl", answerMs: 250 }],
])("%j is a path, and how long the server may take", (address, parts) => {
  expect(parseUserAddress(address)).toEqual(parts);
});
