// Mathematics without tables: asc's own exp and log keep theirs in the module's data, of which this
// module has none, and engines differ in theirs. So a seed gives the same latencies everywhere.

const LN2: f64 = 0.6931471805599453;
/** Taylor terms of exp that reach the last bit for |x| <= ln 2 / 2. */
const EXPONENTIAL_TERMS: i32 = 14;
/** Terms of the series of atanh that reach the last bit for |x| <= 0.172. */
const LOGARITHM_TERMS: i32 = 23;
const SQRT2: f64 = 1.4142135623730951;
/** e^700 is near the largest f64. */
const LARGEST_EXPONENT: f64 = 700.0;

/** e^x, for x clamped to ±700. */
export function exponential(x: f64): f64 {
  const clamped = max(-LARGEST_EXPONENT, min(LARGEST_EXPONENT, x));
  const power = nearest(clamped / LN2);
  const rest = clamped - power * LN2;
  let sum: f64 = 1.0;
  for (let term = EXPONENTIAL_TERMS; term > 0; term--) sum = 1.0 + (sum * rest) / (term as f64);
  return sum * reinterpret<f64>(((power as i64) + 1023) << 52);
}

/** Natural logarithm of a positive, normal x: of its exponent and, as 2 atanh, of its mantissa. */
export function logarithm(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let power = ((bits >> 52) - 1023) as f64;
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (mantissa > SQRT2) {
    mantissa *= 0.5;
    power += 1.0;
  }
  const z = (mantissa - 1.0) / (mantissa + 1.0);
  let sum: f64 = 0.0;
  for (let term = LOGARITHM_TERMS; term > 0; term -= 2) sum = sum * z * z + 1.0 / (term as f64);
  return power * LN2 + 2.0 * z * sum;
}
