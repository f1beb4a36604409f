// What goes into a page stays what it was, and does nothing there.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HEAD_BYTES } from "../../src/actions/output-file.ts";
import { pageAssets } from "../../src/html/assets.ts";
import { htmlText, inlineScript, jsonIsland } from "../../src/html/escape.ts";
import type { ReportData } from "../../src/html/report-data.ts";
import { isPage, type Page, pageHtml } from "../../src/html/template.ts";
import { folder } from "../cli/cli.ts";
import { contentOf, stubAssets } from "./examples.ts";

const lists = { verdicts: [], results: [], groups: [], pairs: [] };
const nothing: ReportData = { title: "", generator: "", ...lists };

function page(change: Partial<Page> = {}, script = stubAssets.script): string {
  const data = { ...nothing, title: change.title ?? "" };
  return pageHtml({ kind: "report", title: "a title", data, ...change }, { ...stubAssets, script });
}

/** Any characters, halves of pairs too, and what HTML gives a meaning. */
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc
    .array(
      fc.constantFrom(
        ...[
          "</script",
          "</noscript>",
          "</title>",
          "<!--",
          "-->",
          "<script>",
          "]]>",
          "<svg onload=x>",
        ],
        ...['"', "'", "&", "&lt;", "\u2028", "\u2029", "\0", "\r\n", "\ud800", "a", " "],
      ),
    )
    .map((parts) => parts.join("")),
);

test("a page without its program is no page: the error says what to do", () => {
  expect(() => pageAssets(folder())).toThrow(/page\.js is missing.*npm run build/);
});

test("a file that is no report is not taken for one", () => {
  for (const text of ["", "<!doctype html>\n<html>", '{"phasebit": 1}', page({ kind: "live" })]) {
    expect(isPage(text, "report")).toBe(false);
  }
  expect(isPage(page().replace("phasebit ", "other "), "report")).toBe(false);
});

test("a report is known by its first bytes, whatever its title", () => {
  fc.assert(
    fc.property(hostile, (title) => {
      const head = Buffer.from(page({ title })).subarray(0, HEAD_BYTES).toString();
      expect(isPage(head, "report")).toBe(true);
    }),
  );
});

test("text escapes its element and its attribute never", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const escaped = htmlText(text);
      expect(escaped).not.toMatch(/[<>"']/);
      expect(escaped.replace(/&(amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
    }),
  );
});

test("data come out of the island as they went in", () => {
  fc.assert(
    fc.property(fc.jsonValue(), hostile, (value, text) => {
      const data = { value, text, [text]: [text] };
      const island = jsonIsland(data);
      expect(island).not.toMatch(/[<>\u2028\u2029]/);
      expect(JSON.parse(island)).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});

test("no title, text or data adds an element to the page", () => {
  const tags = (html: string) => html.match(/<[a-z!/][^>]*/gi);
  const usual = tags(page());
  fc.assert(
    fc.property(hostile, (text) => {
      expect(tags(page({ title: text, text, data: { ...nothing, title: text } }))).toEqual(usual);
    }),
  );
});

test("the policy admits the program in the page, byte for byte, and nothing else", () => {
  const html = page({}, 'const end = "</script><!-- <script>";\r\nlet a = 1;\r');
  const script = contentOf(html, 'script type="module"');
  const hash = createHash("sha256").update(script, "utf8").digest("base64");
  expect(html).toContain(`script-src 'sha256-${hash}'; `);
  expect(html).toContain("default-src 'none'; ");
  expect(html).not.toContain("connect-src");
  expect(script).toBe('const end = "\\x3c/script>\\x3c!-- <script>";\nlet a = 1;\n');
  expect(page({ connect: true })).toContain("; connect-src 'self'; ");
});

test("a program means the same after it was made fit for a page", () => {
  const program = 'return ["</script>", `<!--`, "</SCRIPT" + /<\\/script|<!--/u.source, 1 < 2]';
  const run = (text: string): unknown => new Function(text)();
  expect(inlineScript(program)).not.toMatch(/<\/script|<!--/i);
  expect(JSON.stringify(run(inlineScript(program)))).toContain("</script>");
  expect((run(inlineScript(program)) as unknown[]).slice(0, 2)).toEqual(["</script>", "<!--"]);
});
