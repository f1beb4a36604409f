// npm run docs:man: writes docs/man/phasebit.1 anew.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { phasebit } from "../commands/program.ts";
import { packageRoot } from "../package.ts";
import { manPage } from "./man-page.ts";

writeFileSync(join(packageRoot, "docs", "man", "phasebit.1"), manPage(phasebit()));
