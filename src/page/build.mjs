// Bundles the page of reports and of the live view: build/page.js, one script without imports, and build/page.css.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const folder = dirname(fileURLToPath(import.meta.url));
const result = join(folder, "..", "..", "build");
/** In the order of the cascade. */
const sheets = ["theme", "base", "report", "figure", "live", "phone", "print"];

const bundle = await rolldown({
  input: join(folder, "main.ts"),
  platform: "browser",
  // An import that cannot be found would become a global that the page does not have.
  onLog(level, log) {
    if (level !== "debug") throw new Error(`bundle the page: ${log.message}`);
  },
});
const { output } = await bundle.generate({
  format: "iife",
  minify: true,
  comments: { legal: false },
});
const [{ code, modules }] = output;
mkdirSync(result, { recursive: true });
writeFileSync(join(result, "page.js"), `/*\n${licenses(Object.keys(modules))}*/\n${code}`);
writeFileSync(join(result, "page.css"), sheets.map(styleSheet).join(""));

function styleSheet(name) {
  return readFileSync(join(folder, "css", `${name}.css`), "utf8");
}

/** Every page is a copy of these packages, so their licenses go with it, each text once. */
function licenses(files) {
  const packages = new Set(
    files.flatMap((file) => /.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const byText = new Map();
  for (const path of [...packages].sort()) {
    const file = join(path, "LICENSE");
    const { name } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    if (!existsSync(file)) throw new Error(`bundle the page: ${name} has no LICENSE to pass on`);
    const text = readFileSync(file, "utf8").trim();
    byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  return [...byText].map(([text, names]) => `${names.join(", ")}:\n${text}\n\n`).join("");
}
