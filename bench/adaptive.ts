// What `--completion adaptive` costs and saves beside polling, in virtual time: service times of known kinds at three
// depths, on a machine whose wake-ups are known too. docs/measuring.md has the table.
//
//   npm run build && node dist/bench/adaptive.js
import { WaitMode } from "../assembly/layout.ts";
import { onlyNaps } from "./shortest-naps.ts";
import { quantile } from "./statistics.ts";
import { type Machine, type Played, play } from "./virtual-host.ts";

const US = 1000;
/** The middle of the wake-ups. */
const WAKE_NS = 3 * US;
const DEPTHS = [1, 8, 32];
/** In wake-ups: where a sleep begins to pay at depth 1, and where naps begin to at others; what flash takes. */
const SCALES = [4, 8, 16, 40];
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
  scattered: (scale) => {
    const normal = normals(23);
    return () => scale * Math.max(0.5, 1 + 0.02 * normal());
  },
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

/** What adaptive makes of it, as shares of polling's. */
interface Cell {
  readonly p50: number;
  readonly p99: number;
  readonly rate: number;
  readonly cpu: number;
}

console.log("adaptive: p50, p99, IOPS, CPU");
for (const [name, service] of Object.entries(services)) {
  for (const depth of DEPTHS) {
    const cells = SCALES.map((scale) =>
      cellOf(service(scale * WAKE_NS), service(scale * WAKE_NS), depth),
    );
    console.log(`| ${[name, depth, ...cells.map(textOf)].join(" | ")} |`);
  }
}
console.log("nothing but the shortest naps, depth 8: p50, p99, CPU");
for (const name of ["scattered", "lognormal", "bimodal"]) {
  const cells = SCALES.map((scale) => {
    const length = { depth: 8, commands: commandsAt(8) };
    const { p50, p99, cpu } = onlyNaps(services[name]!(scale * WAKE_NS), machine(), length);
    return `${p50.toFixed(2)}, ${p99.toFixed(2)}, ${(cpu * 100).toFixed(0)} %`;
  });
  console.log(`| ${[name, ...cells].join(" | ")} |`);
}

type Service = (command: number) => number;

/** The same services twice: each playing draws them from the beginning. */
function cellOf(polled: Service, adapted: Service, depth: number): Cell {
  const commands = commandsAt(depth);
  const length = { depth, commands, skipped: Math.round(commands * SKIPPED) };
  const poll: Played = play(WaitMode.POLL, polled, machine(), length);
  const adaptive: Played = play(WaitMode.ADAPTIVE, adapted, machine(), length);
  const of = (share: number): number =>
    quantile(adaptive.latenciesNs, share) / quantile(poll.latenciesNs, share);
  return { p50: of(0.5), p99: of(0.99), rate: adaptive.iops / poll.iops, cpu: adaptive.cpuShare };
}

/** A cell of the table in Markdown: p50, p99, IOPS, CPU; what is aimed at and missed stands in bold. */
function textOf({ p50, p99, rate, cpu }: Cell): string {
  const marked = (text: string, holds: boolean): string => (holds ? text : `**${text}**`);
  const percent = (cpu * 100).toFixed(0);
  return [
    p50.toFixed(2),
    marked(p99.toFixed(2), p99 <= MOST_P99),
    rate.toFixed(2),
    marked(`${percent} %`, cpu <= MOST_CPU),
  ].join(", ");
}
