// What `--completion adaptive` costs and saves beside polling, in virtual time: service times of known kinds at three
// depths, on a machine whose wake-ups are known too. docs/measuring.md has the table.
//
//   npm run build && node dist/bench/adaptive.js
import { WaitMode } from "../assembly/layout.ts";
import { quantile } from "./statistics.ts";
import { type Machine, type Played, play } from "./virtual-host.ts";

const US = 1000;
/** The middle of the wake-ups. */
const WAKE_NS = 3 * US;
const DEPTHS = [1, 8, 32];
/** Four wake-ups, where sleeping begins to pay, and what flash takes. */
const SCALES_NS = [4 * WAKE_NS, 80 * US];
/** Flocks are found at once, and adaptive learns by what it finds: more commands where they come in flocks. */
const commandsAt = (depth: number): number => 7_000 + 2_000 * depth;
/** The first part, while it learns. */
const SKIPPED = 1 / 3;
/** What is aimed at: a p99 within 5 % of polling's, at half of its CPU time. */
const MOST_P99 = 1.05;
const MOST_CPU = 0.5;

/** A stream of its own for each purpose. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Most wake-ups take 3 us and a little; one in five hundred 20 us more. */
function machine(): Machine {
  const normal = normals(11);
  const uniform = uniforms(12);
  return {
    wake: () => WAKE_NS * Math.exp(0.25 * normal()) + (uniform() < 0.002 ? 20 * US : 0),
    switchNs: 1500,
  };
}

/** Service times of the n-th command, in ns. */
const services: Readonly<Record<string, (scale: number) => (command: number) => number>> = {
  constant: (scale) => () => scale,
  lognormal: (scale) => {
    const normal = normals(21);
    return () => scale * Math.exp(0.3 * normal());
  },
  bimodal: (scale) => {
    const uniform = uniforms(22);
    return () => (uniform() < 0.1 ? 3 * scale : scale);
  },
  drifting: (scale) => (command) => scale * (1.5 + 0.5 * Math.sin((2 * Math.PI * command) / 8000)),
  bursty: (scale) => (command) => ((command >> 9) % 3 === 2 ? 2 * scale : scale),
};

interface Row {
  readonly name: string;
  readonly scaleNs: number;
  readonly depth: number;
  readonly p50: number;
  readonly p99: number;
  readonly rate: number;
  readonly cpu: number;
}

for (const row of rows()) console.log(lineOf(row));

function rows(): Row[] {
  return SCALES_NS.flatMap((scaleNs) =>
    Object.entries(services).flatMap(([name, service]) =>
      DEPTHS.map((depth) => {
        const played = (mode: WaitMode): Played =>
          play(mode, service(scaleNs), machine(), {
            depth,
            commands: commandsAt(depth),
            skipped: Math.round(commandsAt(depth) * SKIPPED),
          });
        const [poll, adaptive] = [played(WaitMode.POLL), played(WaitMode.ADAPTIVE)];
        const of = (share: number): number =>
          quantile(adaptive.latenciesNs, share) / quantile(poll.latenciesNs, share);
        const rate = adaptive.iops / poll.iops;
        return { name, scaleNs, depth, p50: of(0.5), p99: of(0.99), rate, cpu: adaptive.cpuShare };
      }),
    ),
  );
}

/** A row of the table in Markdown; what is aimed at and missed stands in bold. */
function lineOf({ name, scaleNs, depth, p50, p99, rate, cpu }: Row): string {
  const marked = (text: string, holds: boolean): string => (holds ? text : `**${text}**`);
  return `| ${[
    `${name} ${scaleNs / US} us`,
    depth,
    p50.toFixed(3),
    marked(p99.toFixed(3), p99 <= MOST_P99),
    rate.toFixed(3),
    marked(`${(cpu * 100).toFixed(0)} %`, cpu <= MOST_CPU),
  ].join(" | ")} |`;
}
