// Questions to V8 about one function, in its natives syntax.
import { setFlagsFromString } from "node:v8";

/** The answer to `%NAME(subject)`. */
export function asksV8(name: string, subject: unknown): unknown {
  setFlagsFromString("--allow-natives-syntax");
  return new Function("f", `return %${name}(f)`)(subject);
}
