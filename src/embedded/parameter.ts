// What is said of a parameter of the embedded controller's address that is wrong.
import { type PhasebitError, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";

/** A USAGE error about one parameter. */
export function parameterError(key: string, value: string, advice: string): PhasebitError {
  return usage(`device embedded: ${safeString(key)}=${safeString(value)}: ${advice}`);
}
