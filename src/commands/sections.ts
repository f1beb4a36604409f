// Parts of a command's help beside its options: terms and what they mean, or a paragraph. In the man page too.
import type { Command } from "commander";
import { heading } from "./help.ts";

export interface Section {
  readonly heading: string;
  /** Terms and meanings. */
  readonly rows: readonly (readonly [term: string, meaning: string])[];
  /** Paragraphs after them. */
  readonly text?: readonly string[];
}

const sections = new WeakMap<Command, readonly Section[]>();

/** Puts `section` after the options of `command`. */
export function withSection(command: Command, section: Section): Command {
  sections.set(command, [...sectionsOf(command), section]);
  return command.addHelpText("after", () => `\n${sectionLines(command, section)}`);
}

/** Those that `withSection` gave it. */
export function sectionsOf(command: Command): readonly Section[] {
  return sections.get(command) ?? [];
}

/** Wrapped as options are, to the terminal's width. */
function sectionLines(command: Command, { heading: name, rows, text = [] }: Section): string {
  const helper = command.createHelp();
  const helpWidth = (process.stdout.isTTY ? process.stdout.columns : undefined) ?? 80;
  helper.prepareContext({ helpWidth });
  const width = Math.max(...rows.map(([term]) => term.length));
  const items = rows.map(([term, meaning]) => helper.formatItem(term, width, meaning, helper));
  const paragraphs = text.map((paragraph) => `\n${helper.boxWrap(paragraph, helpWidth)}`);
  return [heading(name), ...items, ...paragraphs].join("\n");
}
