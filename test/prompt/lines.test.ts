// Lines of a prompt: what they are, and what they become.
import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { declarationOf, isExpression, runnable } from "../../src/prompt/lines.ts";

describe("misuse", () => {
  test.each(["foo bar", ")", "let 1 = 2", "a b c"])("%s is an error", (code) => {
    expect(() => runnable(code)).toThrow(SyntaxError);
  });

  test.each(["{", "1 +", "foo(", "for (;;) {\n  a()", "[1,\n2,", "`one", "({ a: 1,"])(
    "%s may go on",
    (code) => {
      expect(runnable(code)).toBe("unfinished");
    },
  );

  test("brackets in strings and comments are none", () => {
    expect(isExpression('")" + "("')).toBe(true);
    expect(runnable("1 // (")).toMatchObject({ isShown: true });
  });
});

test.each([
  ["1 + 1", true],
  ["await sq.run(entry);", true],
  ["{ a: 1 }", true],
  ["a = 5", true],
  ["const a = 5", false],
  ["function f() {}", false],
  ["async function f() {}", false],
  ["class A {}", false],
  ["for (const a of []) a;", false],
  ["", false],
])("%s is an expression: %s", (code, is) => {
  expect(isExpression(code)).toBe(is);
});

test.each([
  ["const sq = await pair()", { name: "sq", value: "await pair()" }],
  ["x = 5;", { name: "x", value: "5" }],
  ["x == 5", undefined],
  ["f = () => 1", { name: "f", value: "() => 1" }],
  ["x => 5", undefined],
  ["const { a } = b", undefined],
])("%s declares %o", (code, declared) => {
  expect(declarationOf(code)).toEqual(declared);
});

test.each([
  ["const lineTestA = await Promise.resolve(4)", "lineTestA", 4],
  ["let lineTestB = 1, lineTestC = 2", "lineTestC", 2],
  ["const { lineTestD } = await Promise.resolve({ lineTestD: 7 })", "lineTestD", 7],
  ["const [lineTestE] = [9]", "lineTestE", 9],
  ["for await (const one of [Promise.resolve(3)]) lineTestF = one", "lineTestF", 3],
])("%s is there for the next line", async (code, name, value) => {
  const what = runnable(code);
  if (what === "unfinished") throw new Error("it is whole");
  expect(what.isShown).toBe(false);
  await runInThisContext(`${what.script}()`);
  expect(runInThisContext(name)).toBe(value);
});
