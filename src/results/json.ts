// Parsed JSON of which nothing is known yet: what is not there is empty.

export type Json = Record<string, unknown>;

/** An object; an empty one for anything else. */
export function json(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

/** A list of objects; an empty one for anything else. */
export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(json) : [];
}
