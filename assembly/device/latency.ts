// How long commands take: not at all, always the same, or lognormally distributed, drawn from a
// stream of its own. Applies to I/O commands; admin commands complete at once.
import { controller, Controller } from "./state.ts";
import { mix, nextNormal } from "./random.ts";
import { LatencyModel } from "./options.ts";
import { exponential } from "./math.ts";

/** Distinguishes this stream from the others made of the same seed. */
const LATENCY_STREAM: u64 = 0x6c6174656e6379;
/** A drawn latency never exceeds an hour. */
const LONGEST_NS: f64 = 3.6e12;

/** Model 0: none. 1: always `ns`. 2: lognormal with median `ns` and `sigma` of the logarithm. */
export function setLatency(model: u32, ns: f64, sigma: f64): void {
  controller.latencyModel = min(model, LatencyModel.LOGNORMAL as u32);
  controller.latencyNs = ns;
  controller.latencySigma = sigma;
  controller.latencyRandom = mix(controller.seed ^ LATENCY_STREAM);
  updateDetour();
}

/** The latency of the next command, in ns. */
export function drawLatency(): u64 {
  let ns = controller.latencyNs;
  if (controller.latencyModel == (LatencyModel.LOGNORMAL as u32)) {
    const stream = changetype<usize>(controller) + offsetof<Controller>("latencyRandom");
    ns *= exponential(controller.latencySigma * nextNormal(stream));
  }
  return (ns > 0.0 ? min(ns, LONGEST_NS) : 0.0) as u64;
}

/** Completions take the longer way only while something asks for it. */
export function updateDetour(): void {
  controller.detour =
    controller.latencyModel | controller.faults | controller.answering | controller.asked;
}
