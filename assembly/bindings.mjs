// TypeScript's view of the compiled modules, printed from the declarations that asc derives from them: names, arity
// and types of every export, and a form with named parameters for those that take many.

/** Exports with more parameters than this are called with a structure. */
const FEW = 3;
/** As the formatter breaks lines. */
const WIDTH = 100;

const BANNER = `// Printed by assembly/build.mjs from the compiled modules; do not edit. After a change of an export:
// UPDATE_BINDINGS=1 npx vitest run test/compiled/bindings.test.ts
`;

/** @param {{ name: string, declarations: string }[]} modules asc's .d.ts of each module */
export function bindings(modules) {
  return `${BANNER}\n${modules.map(moduleBindings).join("\n")}`;
}

function moduleBindings({ name, declarations }) {
  const functions = exportsOf(declarations);
  const type = `${capital(name)}Exports`;
  const many = functions.filter(({ parameters }) => parameters.length > FEW);
  return [
    `/** Exports of build/${name}.wasm. */`,
    `export interface ${type} {`,
    ...functions.flatMap(signature),
    "}",
    "",
    `/** How many parameters each export of build/${name}.wasm takes. */`,
    `export const ${name}Arity: Readonly<Record<keyof ${type}, number>> = {`,
    ...functions.map((one) => `  ${one.name}: ${one.parameters.length},`),
    "};",
    "",
    ...many.flatMap((one) => named(type, one)),
  ].join("\n");
}

/** Name, parameters and result of each exported function, with AssemblyScript's own types. */
function exportsOf(declarations) {
  const pattern = /\/\*\*((?:(?!\*\/).)*)\*\/\s*export function (\w+)\((.*?)\): (\w+);/gs;
  return [...declarations.matchAll(pattern)].map(([, comment, name, list, result]) => ({
    name,
    result,
    parameters: list === "" ? [] : list.split(", ").map((text) => parameter(text, comment)),
    returns: /@returns `(\w+)`/.exec(comment)?.[1],
  }));
}

function parameter(text, comment) {
  const [name, type] = text.split(": ");
  return { name, type, exact: new RegExp(`@param ${name} \`(\\w+)\``).exec(comment)?.[1] ?? type };
}

/** A method of the interface, with the exact types in its comment. */
function signature({ name, parameters, result, returns }) {
  const exact = parameters.map((one) => `${one.name} ${one.exact}`).join(", ");
  const comment = `${exact}${returns === undefined ? "" : `${exact && "; "}returns ${returns}`}`;
  const list = parameters.map((one) => `${one.name}: ${one.type}`);
  return [
    ...(comment === "" ? [] : commentLines(comment)),
    ...call(`  ${name}(`, list, `): ${result};`),
  ];
}

/** The structure that a function with many parameters takes, and the function. */
function named(type, { name, parameters, result }) {
  const structure = capital(name);
  const names = parameters.map((one) => one.name);
  const returned = result === "void" ? "" : "return ";
  return [
    `/** Parameters of \`${name}\`. */`,
    `export interface ${structure} {`,
    ...parameters.map((one) => `  readonly ${one.name}: ${one.type};`),
    "}",
    "",
    ...call(`export function ${name}(`, [`wasm: ${type}`, `given: ${structure}`], `): ${result} {`),
    ...call(
      `  ${returned}wasm.${name}(`,
      names.map((one) => `given.${one}`),
      ");",
    ),
    "}",
    "",
  ];
}

/** One line where it fits, else a line for each part. */
function call(head, parts, tail) {
  const line = `${head}${parts.join(", ")}${tail}`;
  if (line.length <= WIDTH) return [line];
  const indent = /^ */.exec(head)[0];
  return [head, ...parts.map((part) => `${indent}  ${part},`), `${indent}${tail}`];
}

/** One line where it fits, else as many as it takes. */
function commentLines(text) {
  const line = `  /** ${text} */`;
  if (line.length <= WIDTH) return [line];
  const lines = [];
  for (const word of text.split(", ")) {
    const joined = lines.length === 0 ? word : `${lines.at(-1)}, ${word}`;
    if (joined.length <= WIDTH - 6) lines.splice(-1, 1, joined);
    else lines.push(word);
  }
  const comma = (at) => (at < lines.length - 1 ? "," : "");
  return ["  /**", ...lines.map((each, at) => `   * ${each}${comma(at)}`), "   */"];
}

function capital(name) {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
