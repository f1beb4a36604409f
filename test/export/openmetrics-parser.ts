// A strict reader of OpenMetrics text, written from the grammar of 1.0.0 and of 2.0.0-rc0 and not from what
// writes it: whatever is not in the grammar is an error.
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
  readonly timestamp?: string;
  readonly started?: string;
}

export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: ReadSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const NUMBER = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?/i;
const COMPOSITE = /^\{[^{}\s]*\}/;
const TYPES_1 = ["counter", "gauge", "histogram", "gaugehistogram", "stateset", "info", "summary"];

/** What a sample of a type may be called, after the family's name, in 1.0. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total", "_created"],
  histogram: ["_bucket", "_count", "_sum", "_created"],
  info: ["_info"],
  gauge: [""],
};

/** The families of an exposition, every rule of the grammar checked. */
export function readOpenMetrics(text: string, version: 1 | 2): ReadFamily[] {
  if (!text.endsWith("# EOF\n") || /\r$/m.test(text)) throw new Error("no end, or CR LF");
  const families: { -readonly [K in keyof ReadFamily]: ReadFamily[K] }[] = [];
  for (const line of text.slice(0, -"# EOF\n".length).split("\n").slice(0, -1)) {
    const descriptor = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line);
    if (line.startsWith("#") && !descriptor) throw new Error(`no descriptor: ${line}`);
    if (descriptor) {
      const [, what, name, value] = descriptor as unknown as [string, string, string, string];
      if (families.at(-1)?.name !== name)
        families.push({ name, type: "", unit: "", help: "", samples: [] });
      const family = families.at(-1)!;
      const key = what.toLowerCase() as "type" | "unit" | "help";
      if (family[key] !== "" || family.samples.length > 0)
        throw new Error(`twice or late: ${line}`);
      if (what === "TYPE" && !TYPES_1.includes(value)) throw new Error(`type: ${line}`);
      family[key] = value;
      continue;
    }
    const family = families.at(-1);
    if (family === undefined) throw new Error(`a sample of no family: ${line}`);
    family.samples.push(readSample(line, family, version));
  }
  const names = families.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw new Error("a family in two places");
  for (const family of families) checkFamily(family, version);
  return families;
}

function readSample(line: string, family: ReadFamily, version: 1 | 2): ReadSample {
  let rest = line;
  const take = (pattern: RegExp): string => {
    const found = pattern.exec(rest);
    if (found?.index !== 0) throw new Error(`expected ${pattern} at: ${rest}`);
    rest = rest.slice(found[0].length);
    return found[0];
  };
  const name = take(NAME);
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    take(/^\{/);
    while (!rest.startsWith("}")) {
      const label = take(LABEL);
      if (label in labels) throw new Error(`label twice: ${line}`);
      take(/^="/);
      const escaped = take(/^(?:[^"\\]|\\["\\n])*/);
      labels[label] = escaped.replace(/\\(.)/g, (_, of: string) => (of === "n" ? "\n" : of));
      take(/^"/);
      if (rest.startsWith(",")) take(/^,(?=[a-zA-Z_])/);
    }
    take(/^\}/);
  }
  take(/^ /);
  const isComposite = version === 2 && family.type === "histogram";
  const value = take(isComposite ? COMPOSITE : NUMBER);
  const sample: { -readonly [K in keyof ReadSample]: ReadSample[K] } = { name, labels, value };
  if (/^ [0-9]/.test(rest)) sample.timestamp = take(/^ [0-9.]+/).slice(1);
  if (version === 2 && rest.startsWith(" st@")) sample.started = take(/^ st@[0-9.]+/).slice(4);
  if (rest !== "") throw new Error(`after the value: ${rest}`);
  return sample;
}

function checkFamily(family: ReadFamily, version: 1 | 2): void {
  const { name, type, unit, samples } = family;
  const suffixes = version === 2 ? [""] : (SUFFIXES[type] ?? []);
  for (const sample of samples) {
    if (!suffixes.some((suffix) => sample.name === name + suffix)) {
      throw new Error(`${sample.name} in the ${type} ${name}`);
    }
  }
  const bare = version === 2 ? name.replace(/_total$/, "") : name;
  if (unit !== "" && !bare.endsWith(`_${unit}`)) throw new Error(`${name} in ${unit}`);
  if (version === 2 && type === "info" && !name.endsWith("_info")) throw new Error(name);
  const ids = samples.map((one) => one.name + JSON.stringify(Object.entries(one.labels).sort()));
  if (new Set(ids).size !== ids.length) throw new Error(`${name}: a metric twice`);
  if (type === "histogram" && version === 1) checkBuckets(family);
}

/** Ends rise, counts do not fall, the last is +Inf and equals the count. */
function checkBuckets({ name, samples }: ReadFamily): void {
  const groups = new Map<string, ReadSample[]>();
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const own of groups.values()) {
    const buckets = own.filter((one) => one.name === `${name}_bucket`);
    const ends = buckets.map(({ labels }) =>
      labels["le"] === "+Inf" ? Infinity : Number(labels["le"]),
    );
    const counts = buckets.map(({ value }) => Number(value));
    if (ends.some((end, index) => end <= (ends[index - 1] ?? -1))) throw new Error("ends");
    if (counts.some((count, index) => count < (counts[index - 1] ?? 0))) throw new Error("counts");
    const count = own.find((one) => one.name === `${name}_count`);
    if (ends.at(-1) !== Infinity || counts.at(-1) !== Number(count?.value)) throw new Error("+Inf");
    if (!own.some((one) => one.name === `${name}_sum`)) throw new Error("no sum");
  }
}
