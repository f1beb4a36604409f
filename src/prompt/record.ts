// What was typed at a prompt and went well, as a program that does it again and checks that it says the same.
import { version } from "../ground/package.ts";
import { declarationOf, isExpression, withoutEnd } from "./lines.ts";
import { steadyPart } from "./values.ts";

/** How the session was started. */
export interface SessionFacts {
  readonly address: string;
  readonly isBroughtUp: boolean;
  readonly isDestructive: boolean;
  /** Names that the library exports, of which the program imports those that it needs. */
  readonly exported: readonly string[];
  /** Names of `Verbs`. */
  readonly verbs: readonly string[];
}

/** A line and what it gave. */
interface Entry {
  readonly code: string;
  readonly value: unknown;
}

/** Lines that read registers give the same the next time; other numbers may be addresses or times. */
const READS_REGISTERS = /\bregisters\b|\breg\s*\(/;
/** Pictures are for the eye. */
const DRAWS = /\bdraw\s*\(/;

export class Recording {
  readonly #facts: SessionFacts;
  readonly #entries: Entry[] = [];

  constructor(facts: SessionFacts) {
    this.#facts = facts;
  }

  /** A line that went well. */
  add(code: string, value: unknown): void {
    this.#entries.push({ code, value });
  }

  /** The program, as an ECMAScript module. */
  get text(): string {
    const { address, isBroughtUp, isDestructive, exported, verbs } = this.#facts;
    const declared = new Set<string>();
    const hasLast = this.#entries.some(({ code }) => /(?<![\w$.])_(?![\w$])/.test(code));
    const body = this.#entries.flatMap((entry) => lineOf(entry, declared, hasLast));
    const typed = body.join("\n");
    const isUsed = (name: string): boolean =>
      new RegExp(`(?<![\\w$.])${name}(?![\\w$])`).test(typed);
    const isOwn = (name: string): boolean => isUsed(name) && !declared.has(name);
    const imported = ["open", ...exported.filter((name) => name !== "open" && isOwn(name))].sort();
    const usedVerbs = verbs.filter(isOwn);
    const fromShell = ["shown", ...(usedVerbs.length > 0 ? ["verbsOf"] : [])];
    const consent = isDestructive
      ? [
          'if (!process.argv.includes("--destructive")) {',
          '  throw new Error("it destroys data on the device: add --destructive to allow it");',
          "}",
        ]
      : [];
    return [
      `// Saved by phasebit shell ${version}: what was typed, and checks that it says the same again.`,
      "// node FILE [device] runs it.",
      'import assert from "node:assert/strict";',
      `import { ${imported.join(", ")} } from "phasebit";`,
      `import { ${fromShell.join(", ")} } from "phasebit/shell";`,
      "",
      ...consent,
      'const given = process.argv.slice(2).find((word) => !word.startsWith("--"));',
      `const device = await open(given ?? ${JSON.stringify(address)});`,
      "try {",
      ...[
        ...(isBroughtUp ? ["const controller = await device.bringUp({ ioQueues: 8 });"] : []),
        ...(isBroughtUp && isOwn("admin") ? ["const { admin } = controller;"] : []),
        ...(isOwn("memory") ? ["const { memory } = device;"] : []),
        ...(isOwn("registers") ? ["const { registers } = device;"] : []),
        ...(usedVerbs.length > 0 ? [`const { ${usedVerbs.join(", ")} } = verbsOf(device);`] : []),
        ...(hasLast ? ["let _;"] : []),
        ...body,
      ].flatMap((line) => line.split("\n").map((part) => (part === "" ? "" : `  ${part}`))),
      "} finally {",
      "  await device.close();",
      "}",
      "",
    ].join("\n");
  }
}

function lineOf({ code, value }: Entry, declared: Set<string>, hasLast: boolean): string[] {
  const text = withoutEnd(code);
  if (text === "" || DRAWS.test(text))
    return text === "" ? [] : [`// ${text.replaceAll("\n", "\n// ")}`];
  const declaration = declarationOf(text);
  if (declaration !== undefined) {
    const isNew = !declared.has(declaration.name);
    declared.add(declaration.name);
    return [`${isNew ? "let " : ""}${declaration.name} = ${declaration.value};`];
  }
  if (!isExpression(text)) return [text];
  const expected = checkOf(text, value);
  const shown = `await shown(${text}${text.includes("//") ? "\n" : ""})`;
  if (hasLast) {
    return [
      `_ = ${shown};`,
      ...(expected === undefined ? [] : [`assert.deepEqual(_, ${expected});`]),
    ];
  }
  return [expected === undefined ? `${shown};` : `assert.deepEqual(${shown}, ${expected});`];
}

/** What the value must be again, as source; undefined for what no check is made of. */
function checkOf(code: string, value: unknown): string | undefined {
  const steady = steadyPart(value);
  if (steady !== value) return sourceOf(steady);
  if (!READS_REGISTERS.test(code)) return undefined;
  const isNumber = typeof value === "number" || typeof value === "bigint";
  return isNumber || isNumbers(value) ? sourceOf(value) : undefined;
}

/** `{ RDY: 1, CFS: 0 }` */
function isNumbers(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every((one) => typeof one === "number");
}

function sourceOf(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  return JSON.stringify(value)
    .replace(/"(\w+)":/g, " $1: ")
    .replaceAll("}", " }");
}
