// PLACEHOLDER until the device helper writes it
export interface EmbeddedOptions {
  readonly medium: { kind: "null" } | { kind: "ram" } | { kind: "file"; path: string };
  readonly namespaces: readonly { blocks: number; lbaShift: number }[];
  readonly queues: number;
  readonly entries: number;
  readonly vectors: number;
  readonly mdts: number;
  readonly dstrd: number;
  readonly seed: bigint;
  readonly latency: { model: number; ns: number; sigma: number };
}
export function parseEmbedded(a: string): EmbeddedOptions {
  return {
    medium: { kind: a.includes("null") ? "null" : "ram" },
    namespaces: [{ blocks: 262144, lbaShift: 12 }],
    queues: 64,
    entries: 4096,
    vectors: 65,
    mdts: 9,
    dstrd: 0,
    seed: 1n,
    latency: { model: a.includes("20us") ? 1 : 0, ns: 20000, sigma: 0 },
  };
}
