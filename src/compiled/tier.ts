// Which of V8's compilers made a function: asked in V8's natives syntax, the only switch of V8 that is used. It
// changes what may be parsed, never what is compiled.
import { setFlagsFromString } from "node:v8";
import type { Tier } from "../measurement/measurement.ts";

/** Any function; V8 ends the process when it is asked about something else. */
export type Asked = (...parameters: never[]) => unknown;

/** The answer to `%NAME(subject)`. @throws SyntaxError when this V8 does not know the question. */
export function asksV8(name: string, subject: Asked): unknown {
  setFlagsFromString("--allow-natives-syntax");
  return new Function("f", `return %${name}(f)`)(subject);
}

/** The compiler behind exported WebAssembly functions: the optimizing one only when it made all of them. */
export function tierOf(functions: readonly Asked[]): Tier {
  try {
    if (functions.every((each) => asksV8("IsTurboFanFunction", each))) return "turbofan";
    return functions.some((each) => asksV8("IsLiftoffFunction", each)) ? "liftoff" : "unknown";
  } catch {
    return "unknown";
  }
}
