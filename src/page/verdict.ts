// The first thing on the page: what was found, in a sentence, and what it rests on.
import type { VerdictData } from "../html/report-data.ts";
import type { Context } from "./context.ts";
import { type Child, h } from "./dom.ts";
import { swatch } from "./legend.ts";

/** More of them are closed until somebody asks. */
const MOST_OPEN = 3;

/** A section with the verdict of the report, and below it those of its comparisons; null without any. */
export function verdict(context: Context): HTMLElement | null {
  const [first, ...others] = context.data.verdicts;
  if (!first) return null;
  const open = others.slice(0, MOST_OPEN).map((one) => single(one, context));
  const closed = others.slice(MOST_OPEN).map((one) => single(one, context));
  const more = h("summary", {}, `${closed.length} more`);
  return h(
    "section",
    { class: "verdict", "aria-label": "Verdict" },
    h("p", { class: "sentence" }, ...words(first, context)),
    h("p", { class: "basis" }, capital(first.basis), "."),
    ...open,
    closed.length > 0 ? h("details", {}, more, ...closed) : null,
  );
}

/** Of one file among several, in a line or two. */
function single(one: VerdictData, context: Context): HTMLElement {
  const { about, basis } = one;
  return h(
    "p",
    { class: "one" },
    about === null ? null : h("span", { class: "about" }, `${about}: `),
    ...words(one, context),
    h("span", { class: "basis" }, ` ${capital(basis)}.`),
  );
}

/** Names of groups bear the mark of their curves. */
function words({ sentence }: VerdictData, { data, style }: Context): Child[] {
  return sentence.flatMap((part, index): Child[] => {
    if (typeof part === "string") return [index === 0 ? capital(part) : part];
    const group = data.groups.find(({ id }) => id === part.group);
    if (!group) return [];
    return [h("span", { class: "group" }, swatch(style(group)), group.name)];
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
