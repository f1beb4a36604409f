import { expect, test } from "vitest";
import { isColored } from "../../src/text/compare-frame.ts";

const terminal = { isTTY: true };

test.each([
  ["a terminal", {}, terminal, true],
  ["a pipe", {}, {}, false],
  ["a pipe in a CI", { CI: "true" }, {}, false],
  ["a terminal that cannot", { TERM: "dumb" }, terminal, false],
  ["NO_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, terminal, false],
  ["an empty NO_COLOR", { NO_COLOR: "" }, terminal, true],
  ["FORCE_COLOR", { FORCE_COLOR: "1" }, {}, true],
  ["FORCE_COLOR=0", { FORCE_COLOR: "0" }, terminal, false],
] as const)("colours for %s", (_what, env, stream, colored) => {
  expect(isColored(env, stream)).toBe(colored);
});
