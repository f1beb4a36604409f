// Blocks as they come from a device, figure by figure, for the simulations: slow wander, drift, disturbed
// blocks, figures that move together, latencies in buckets, rare events, events that never happen.
import { balancedOrder } from "../../src/statistics/order.ts";
import type { PairedFigure } from "../../src/statistics/pairs.ts";
import type { Random } from "../../src/statistics/random.ts";

/** Normally distributed around 0 with deviation 1. */
export function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}

export interface Behaviour {
  /** Modes in the comparison; the first two are looked at. */
  readonly modes?: number;
  /** Deviation of a block, as a share. */
  readonly noise?: number;
  /** Deviation of the device's slow wander, and its growth over the whole time. */
  readonly wander?: number;
  readonly drift?: number;
  /** Share of blocks that something disturbs by up to 10 %. */
  readonly disturbed?: number;
  /** How much slower the first mode is than the second. */
  readonly effect?: number;
}

/** Every figure of two modes over `rounds`. */
export function pairedBlocks(
  random: Random,
  rounds: number,
  behaviour: Behaviour = {},
): PairedFigure[] {
  const { modes = 2, noise = 0.005, wander = 0.005 } = behaviour;
  const { drift = 0, disturbed = 0.05, effect = 0 } = behaviour;
  const order = balancedOrder([...Array(modes).keys()], rounds, random.u32());
  const blocks: { mode: number; figures: number[] }[] = [];
  let state = 0;
  for (const mode of order.flat()) {
    state = 0.8 * state + 0.6 * wander * gauss(random);
    const level =
      1 +
      state +
      (drift * blocks.length) / (rounds * modes) +
      (random.unit() < disturbed ? 0.1 * random.unit() : 0) +
      (mode === 0 ? effect : 0);
    blocks.push({ mode, figures: figuresAt(level, noise, random) });
  }
  const [a, b] = [0, 1].map((wanted) => blocks.filter(({ mode }) => mode === wanted));
  return a![0]!.figures.map((_, index) => ({
    a: a!.map(({ figures }) => figures[index]!),
    b: b!.map(({ figures }) => figures[index]!),
  }));
}

/** IOPS, mean, p50, p90, p99, p99.9, maximum, CPU total, user, system, then rare and absent events. */
function figuresAt(level: number, noise: number, random: Random): number[] {
  const near = (value: number, share: number): number =>
    value * level * (1 + share * noise * gauss(random));
  const bucket = (value: number, width: number): number => Math.floor(value / width) * width;
  const mean = near(8000, 1);
  const [user, system] = [near(8000, 1), near(30, 10)];
  return [
    1e9 / mean,
    mean,
    bucket(near(7800, 1), 8),
    bucket(near(8200, 1), 8),
    bucket(near(9500, 2), 8),
    bucket(near(15_000, 6), 16),
    200_000 * Math.exp(0.7 * gauss(random)),
    user + system,
    user,
    system,
    random.below(4) / 1e5,
    random.unit() < 0.1 ? 1e-5 : 0,
    0,
  ];
}
