// The few words of man(7) that the page needs, and how text gets through troff unchanged.

/** Text as troff input: what a reader may copy into a shell stays ASCII, and no line is taken for a request. */
export function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti")
    .replace(/^\./gm, "\\&.");
}

/** An argument of a macro: a double quote would end it. */
function argument(text: string): string {
  return `"${roff(text).replaceAll('"', "\\(dq")}"`;
}

export function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`;
}

export function title(name: string, section: number, source: string, manual: string): string {
  return [".TH", argument(name), section, '""', argument(source), argument(manual)].join(" ");
}

export function section(heading: string): string {
  return `.SH ${argument(heading)}`;
}

export function subsection(heading: string): string {
  return `.SS ${argument(heading)}`;
}

/** A paragraph of plain text. */
export function paragraph(text: string): string {
  return `.PP\n${roff(text)}`;
}

/** A term, which is troff input already, and what it means. */
export function item(term: string, meaning: string): string {
  return `.TP\n${term}\n${roff(meaning)}`;
}

/** What is to be typed, under what it does. */
export function example(what: string, line: string): string {
  return `.PP\n${roff(what)}:\n.PP\n.RS 4\n.nf\n${bold(line)}\n.fi\n.RE`;
}
