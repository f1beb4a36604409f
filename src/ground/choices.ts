// A value that must be one of a few names, and what to say of another one.
import { usage } from "./errors.ts";
import { nearest, typedText } from "./strings.ts";

/** The name that `value` is. @throws PhasebitError USAGE with the nearest one and all of them */
export function oneOf<T extends string>(flag: string, value: string, names: readonly T[]): T {
  const known = names.find((name) => name === value);
  if (known !== undefined) return known;
  const typed = typedText(value);
  throw usage(`${flag} ${typed}: ${choiceAdvice(value, names)}`);
}

/** What to say of a value that is none of the names: "did you mean randread? phasebit knows …". */
export function choiceAdvice(value: string, names: readonly string[]): string {
  const near = nearest(value, names);
  const hint = near === undefined ? "" : `did you mean ${near}? `;
  return `${hint}phasebit knows ${names.join(", ")}`;
}
