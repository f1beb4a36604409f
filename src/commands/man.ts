// phasebit man: the man page, also where npm did not install it for man(1).
import { Command } from "commander";
import { withExamples } from "./examples.ts";

export function manCommand(): Command {
  const command = new Command("man").description("show the man page").action(async () => {
    const { showManPage } = await import("../actions/man.ts");
    await showManPage();
  });
  return withExamples(command, [["All options and formats", "phasebit man"]]);
}
