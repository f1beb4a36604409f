// phasebit completion: the script of one shell on stdout.
import type { Command } from "commander";
import { bashCompletion } from "../shell/bash.ts";
import { fishCompletion } from "../shell/fish.ts";
import { type Tree, treeOf } from "../shell/tree.ts";
import { zshCompletion } from "../shell/zsh.ts";

const shells: Readonly<Record<"bash" | "zsh" | "fish", (tree: Tree) => string>> = {
  bash: (tree) => bashCompletion(tree),
  zsh: (tree) => zshCompletion(tree),
  fish: (tree) => fishCompletion(tree),
};

/** Prints the script of `shell` for all of `program`. */
export function completion(shell: keyof typeof shells, program: Command): void {
  process.stdout.write(shells[shell](treeOf(program)));
}
