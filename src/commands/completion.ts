// phasebit completion: its argument, and where each shell looks for the script.
import { Argument, Command } from "commander";
import { withExamples } from "./examples.ts";

export function completionCommand(program: Command): Command {
  const command = new Command("completion")
    .summary("print what makes a shell complete phasebit's words")
    .description(
      "print a script that makes a shell complete commands, options, their values, file names and the addresses " +
        "of NVMe functions",
    )
    .addArgument(new Argument("<shell>", "whose script").choices(["bash", "zsh", "fish"]))
    .action(async (shell) => {
      const { completion } = await import("../actions/completion.ts");
      completion(shell, program);
    });
  return withExamples(command, [
    ["bash, this session", "source <(phasebit completion bash)"],
    [
      "bash, from now on, for all who have bash-completion",
      "phasebit completion bash > /etc/bash_completion.d/phasebit",
    ],
    ["zsh, this session", "source <(phasebit completion zsh)"],
    [
      "zsh, from now on, in a folder of $fpath",
      "phasebit completion zsh > /usr/local/share/zsh/site-functions/_phasebit",
    ],
    ["fish, from now on", "phasebit completion fish > ~/.config/fish/completions/phasebit.fish"],
  ]);
}
