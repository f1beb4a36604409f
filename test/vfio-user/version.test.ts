// VERSION: what a peer may say of itself, and what ends the session.
import fc from "fast-check";
import { expect, test } from "vitest";
import { PeerError } from "../../src/vfio-user/peer-error.ts";
import { version } from "../../src/vfio-user/protocol.ts";
import { decodeVersion, encodeVersion } from "../../src/vfio-user/version.ts";

const said = (json: string, major = 0, minor = 1): Uint8Array =>
  version.encode({ major, minor }, new TextEncoder().encode(json));
const capabilities = (text: string): Uint8Array => said(`{"capabilities":${text}}\0`);

test.each([
  ["too short", new Uint8Array(3)],
  ["another major version", said("", 1, 0)],
  ["no NUL", said("{}")],
  ["no JSON", said("{\0")],
  ["a number", said("1\0")],
  ["null", said("null\0")],
  ["a list", said("[]\0")],
  ["capabilities that are none", said('{"capabilities":[]}\0')],
  ["descriptors that are none", capabilities('{"max_msg_fds":-1}')],
  ["half a descriptor", capabilities('{"max_msg_fds":1.5}')],
  ["a number in words", capabilities('{"max_data_xfer_size":"1"}')],
  ["too little data", capabilities('{"max_data_xfer_size":7}')],
  ["more than a number holds", capabilities('{"max_dma_maps":1e300}')],
  ["no page size", capabilities('{"pgsizes":0}')],
  ["too much", said(`${" ".repeat(5000)}{}\0`)],
  ["no UTF-8", version.encode({ major: 0, minor: 1 }, Uint8Array.of(0x22, 0xff, 0x22, 0))],
])("%s is refused", (_, payload) => {
  expect(() => decodeVersion(payload)).toThrow(PeerError);
});

const byDefault = {
  minor: 1,
  maxMsgFds: 1,
  maxDataXferSize: 1048576,
  maxDmaMaps: 65535,
  pgsizes: 4096,
};

test("what is left out has its default, and what nobody knows is let be", () => {
  for (const payload of [said(""), said("{}\0"), capabilities('{"__proto__":1,"x":{}}')]) {
    expect(decodeVersion(payload)).toEqual(byDefault);
  }
});

test("what phasebit says is read back", () => {
  const own = { ...byDefault, maxMsgFds: 8 };
  expect(decodeVersion(encodeVersion())).toEqual(own);
  expect(decodeVersion(encodeVersion({ maxDmaMaps: 64 }))).toEqual({ ...own, maxDmaMaps: 64 });
});

test.each([
  [0, 0],
  [1, 1],
  [7, 1],
])("to a peer of minor version %i the answer is %i: QEMU's client is one of 0", (minor, answer) => {
  expect(decodeVersion(encodeVersion({ minor })).minor).toBe(answer);
});

test("any bytes are a version or a PeerError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        decodeVersion(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(PeerError);
      }
    }),
  );
});
