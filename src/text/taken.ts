// What bind, unbind and restore did to functions, or would do, and what comes next.
import { safeString } from "../ground/strings.ts";
import type { Taken } from "../pci/bind.ts";
import type { Restored } from "../pci/restore.ts";
import { useKinds } from "../pci/use-kinds.ts";
import { wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";

/** What was asked for. */
export interface TakeWords {
  readonly action: "bind" | "unbind";
  readonly dryRun: boolean;
  readonly user?: string | undefined;
}

export function takenLines(taken: readonly Taken[], asked: TakeWords, lines: Lines): string[] {
  return [
    ...taken.flatMap((one) => functionLines(one, asked, lines)),
    ...(asked.dryRun ? [] : adviceLines(taken, asked, lines)),
  ];
}

function functionLines(one: Taken, { dryRun }: TakeWords, lines: Lines): string[] {
  const { address, from, to, steps, found, obstacles, probed } = one;
  const { colors } = lines;
  const refusals = obstacles.map((use) => {
    const { kind, text, allowed } = use;
    const mark = allowed ? colors.yellow("allowed ") : colors.red("refused ");
    return `${mark}${kind}: ${text}${allowed ? "" : `; ${useKinds[kind].remedy}`}`;
  });
  const isRefused = obstacles.some(({ allowed }) => !allowed);
  return [
    headLine(address, from, dryRun && isRefused ? from : to, steps.length, lines),
    ...foundLines(found, lines),
    ...(dryRun ? checkLines(refusals, probed, lines) : labelled("note", refusals, lines)),
    ...(dryRun && !isRefused ? labelled("would", steps, lines) : []),
  ];
}

function checkLines(refusals: readonly string[], probed: boolean, lines: Lines): string[] {
  const rest = probed
    ? []
    : ["whether a disk is held without a name: only root may ask the kernel"];
  const found = refusals.length === 0 ? ["nothing speaks against it"] : refusals;
  return [...labelled("check", found, lines), ...labelled("unasked", rest, lines)];
}

function adviceLines(taken: readonly Taken[], { action, user }: TakeWords, lines: Lines): string[] {
  const addresses = taken.map(({ address }) => address).join(" ");
  if (action === "unbind") {
    return labelled("next", [`"phasebit restore ${addresses}" gives it back`], lines);
  }
  const all = taken.flatMap(({ node, ownNode }) => [node, ownNode]);
  const nodes = [...new Set(all.filter((node) => node !== null))].join(" and ");
  const weak = taken.filter(({ resetMethods }) => resetMethods.length === 0);
  const noReset = weak.map(
    ({ address }) =>
      `${address}: the kernel cannot reset it; after a killed run, "phasebit restore" disables it first`,
  );
  const who =
    user === undefined
      ? `only root may open ${nodes}; "bind --user NAME" lets somebody else`
      : `${safeString(user)} may open ${nodes}; "phasebit doctor ${taken[0]?.address}" as that user ` +
        "looks at the limit on locked memory too";
  const next = [
    who,
    `"phasebit run -d ${taken[0]?.address}"`,
    `"phasebit restore ${addresses}" gives it back`,
  ];
  return [...labelled("careful", noReset, lines), ...labelled("next", next, lines)];
}

/** What came of restoring. */
export function restoredLines(
  restored: readonly Restored[],
  dryRun: boolean,
  lines: Lines,
): string[] {
  if (restored.length === 0) return ["nothing to give back: phasebit has taken no function"];
  return restored.flatMap(({ address, from, to, steps, found, disks, doubts }) => [
    headLine(address, from, to, steps.length, lines),
    ...foundLines(found, lines),
    ...labelled("disks", disks, lines),
    ...labelled("doubt", doubts, lines),
    ...(dryRun ? labelled("would", steps, lines) : []),
  ]);
}

/** "0000:01:00.0  nvme → vfio-pci" */
function headLine(
  address: string,
  from: string | null,
  to: string | null,
  steps: number,
  { colors }: Lines,
): string {
  const name = (driver: string | null): string => driver ?? "no driver";
  const change = from === to ? `${name(to)}${steps === 0 ? ", as before" : ""}` : undefined;
  return `${colors.bold(address)}  ${change ?? `${name(from)} → ${name(to)}`}`;
}

function foundLines(found: string | null, lines: Lines): string[] {
  return found === null ? [] : labelled("found", [found], lines);
}

/** Each text on lines of its own, the label before the first. */
export function labelled(
  label: string,
  texts: readonly string[],
  { colors, columns }: Lines,
): string[] {
  return texts.flatMap((text, at) =>
    wrap({ text: at === 0 ? label : "", style: colors.dim }, [text], " ", columns),
  );
}
