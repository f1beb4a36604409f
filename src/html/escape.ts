// Text on its way into a page. Whatever it holds, it stays text: it ends no element, adds no attribute, and
// a program that reads the page back gets the same text.

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` as the content of an element, or inside a quoted attribute. */
export function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/**
 * `value` as JSON for a `<script type="application/json">`: the same value when parsed. Such an element ends
 * at `</script` and goes other ways at `<!--`, so it holds neither `<` nor `>`.
 */
export function jsonIsland(value: unknown): string {
  const json = JSON.stringify(value);
  return json.replace(
    /[<>\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * A program of ours for an inline `<script>`, in the very characters that the browser will hash. `</script`
 * and `<!--` can only stand in its strings, templates, regular expressions and comments (minifiers write
 * the operators as `< !--`), where these spellings mean the same.
 */
export function inlineScript(program: string): string {
  return program
    .replace(/\r\n?/g, "\n") // a parser of HTML does it, and would change the hash
    .replace(/<(?=\/script)/gi, "\\x3c")
    .replace(/<(?=!--)/g, "\\x3c");
}

/** Our style sheet for an inline `<style>`; `<\/` is `</` in a string of CSS too. */
export function inlineStyle(css: string): string {
  return css.replace(/<\/(?=style)/gi, "<\\/");
}
