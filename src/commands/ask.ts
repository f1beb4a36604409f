// phasebit identify, log and feature: their options.
import { Argument, Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";
import { alsoSpelled } from "./spellings.ts";

export function identifyCommand(): Command {
  const command = new Command("identify")
    .description("show what a controller or a namespace says of itself")
    .option(
      "--cns <what>",
      "controller, namespace, list, descriptors, independent, allocated, allocated-namespace, " +
        "attached, controllers, primary, secondary, uuids, or a number (default: controller, or " +
        "namespace with --nsid)",
    )
    .option("--nsid <nsid>", "namespace (default: 1 where one is asked for, else 0)")
    .addOption(new Option("--cntid <id>", "Controller Identifier").default("0"))
    .addOption(new Option("--csi <n>", "Command Set Identifier (2.0)").default("0"))
    .option("--raw", "write the 4096 bytes to stdout");
  withInspectOptions(command).action(async (flags) => {
    const { identify } = await import("../actions/identify.ts");
    await identify(flags);
  });
  alsoSpelled(command, "nsid", "namespace-id");
  return withExamples(command, [
    ["The controller", "phasebit identify -d 0000:01:00.0"],
    ["Namespace 1", "phasebit identify --nsid 1"],
    ["Its identifiers, for a program", "phasebit identify --cns descriptors --json"],
  ]);
}

export function logCommand(): Command {
  const command = new Command("log")
    .description("show a log page by field, or as it is")
    .argument(
      "[page]",
      "supported, error, smart, firmware, changed-namespaces, effects, self-test, telemetry-host, " +
        "telemetry-controller, features, sanitize, or a number (default: smart)",
    )
    .option("--lid <n>", "Log Identifier, instead of the page")
    .addOption(new Option("--lsp <n>", "Log Specific Field").default("0"))
    .addOption(new Option("--offset <n>", "first byte, a multiple of 4").default("0"))
    .option("--length <size>", "bytes to read (default: the page's)")
    .addOption(new Option("--nsid <nsid>", "namespace").default("0xffffffff"))
    .option("--rae", "Retain Asynchronous Event: clear no event")
    .option("--raw", "write the bytes to stdout")
    .option("--output <file>", "write the bytes to a file too, which must not exist");
  withInspectOptions(command).action(async (page, flags) => {
    const { log } = await import("../actions/log.ts");
    await log(page, flags);
  });
  alsoSpelled(command, "nsid", "namespace-id");
  alsoSpelled(command, "lid", "log-id");
  alsoSpelled(command, "length", "log-len");
  return withExamples(command, [
    ["Health", "phasebit log smart -d 0000:01:00.0"],
    ["Which commands there are", "phasebit log effects"],
    ["A vendor's page of a drive", "phasebit log 0xca --length 512 -d 0000:01:00.0"],
  ]);
}

export function featureCommand(): Command {
  const command = new Command("feature")
    .description("get, set or list features, by field")
    .addArgument(new Argument("<act>", "what to do").choices(["get", "set", "list"]))
    .argument("[fid]", "the feature, as in temperature-threshold or apst, or its number")
    .addOption(
      new Option("--sel <which>", "which value to get")
        .choices(["current", "default", "saved", "supported"])
        .default("current"),
    )
    .addOption(
      new Option("--nsid <nsid>", "namespace, for features that each one has").default("0"),
    )
    .option("--value <n>", "CDW11: what to set; with get, which sensor, vector or set is meant")
    .option("--input <file>", "the feature's data, where it has some")
    .option("--all", "with list: ask for those too that the drive does not say it has")
    .option("--save", "save it too: it outlives resets (SV)")
    .option("--destructive", "allow what outlives a reset, or nobody knows");
  withInspectOptions(command).action(async (act, name, flags) => {
    const { feature } = await import("../actions/feature.ts");
    await feature(act, name, flags);
  });
  alsoSpelled(command, "nsid", "namespace-id");
  return withExamples(command, [
    ["All that a drive has", "phasebit feature list -d 0000:01:00.0"],
    ["What can be done with one", "phasebit feature get write-cache --sel supported"],
    ["Switch the write cache off", "phasebit feature set write-cache --value 0"],
  ]);
}
