// Lines of a prompt as JavaScript: which are expressions, what they declare, and how they run so that `await` is allowed
// in each, what they declare is there for the next, and a promise is waited for.
import { Script } from "node:vm";

/** Declarations that would parse as expressions too, and declare nothing then. */
const DECLARES = /^(?:async\s+)?(?:function|class)\b/;
const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*`;
const DECLARATION = new RegExp(String.raw`^(?:const|let|var)\s+((?:${NAME}|[{[])[\s\S]*)$`, "u");
const ASSIGNMENT = new RegExp(
  String.raw`^(?:(?:const|let|var)\s+)?(${NAME})\s*=(?![=>])([\s\S]*)$`,
  "u",
);

/** Whether it is one expression; `await` is allowed in it. */
export function isExpression(code: string): boolean {
  const text = withoutEnd(code);
  return text !== "" && !DECLARES.test(text) && parses(`(async () => (${text}\n))`);
}

/** Without blanks and semicolons at its end. */
export function withoutEnd(code: string): string {
  return code.trim().replace(/[;\s]+$/, "");
}

/** `const sq = …` and its like: the name, and the rest. */
export function declarationOf(code: string): { name: string; value: string } | undefined {
  const found = ASSIGNMENT.exec(withoutEnd(code));
  return found === null ? undefined : { name: found[1]!, value: found[2]!.trim() };
}

/** A line as it is run: a script in sloppy mode, whose value is a function that may have to be waited for, or a plain one. */
export interface Runnable {
  readonly script: string;
  /** Its value is what the prompt shows. */
  readonly isShown: boolean;
  /** The script's value is a function to call. */
  readonly isFunction: boolean;
}

/**
 * What is declared becomes a global, as an assignment without a declaration is one in sloppy mode.
 * @returns "unfinished" when there may be more to come.
 * @throws SyntaxError
 */
export function runnable(code: string): Runnable | "unfinished" {
  const text = withoutEnd(code);
  if (isExpression(text)) {
    return { script: `(async () => (${text}\n))`, isShown: true, isFunction: true };
  }
  const declared = DECLARATION.exec(text)?.[1];
  const assigned = `(async () => (${declared}\n))`;
  if (declared?.includes("=") && parses(assigned)) {
    return { script: assigned, isShown: false, isFunction: true };
  }
  if (parses(text)) return { script: text, isShown: false, isFunction: false };
  const block = `(async () => {${text}\n})`;
  if (parses(block)) return { script: block, isShown: false, isFunction: true };
  if (isUnfinished(text)) return "unfinished";
  new Script(text);
  throw new SyntaxError("this is no JavaScript");
}

function parses(script: string): boolean {
  return problemOf(script) === undefined;
}

function problemOf(script: string): string | undefined {
  try {
    new Script(script);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether more may make it whole: brackets are open, or its end is what is wrong with it. */
function isUnfinished(text: string): boolean {
  return hasOpenBrackets(text) || /end of input|Unterminated template/.test(problemOf(text) ?? "");
}

/** Whether brackets are open, those in strings and comments aside. */
function hasOpenBrackets(text: string): boolean {
  const bare = text
    .replace(/\\./g, "")
    .replace(/"[^"\n]*"|'[^'\n]*'|`[^`]*`/g, '""')
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "");
  const closers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
  const stack: string[] = [];
  for (const character of bare) {
    if (closers[character] !== undefined) stack.push(closers[character]);
    else if (character === stack.at(-1)) stack.pop();
  }
  return stack.length > 0;
}
