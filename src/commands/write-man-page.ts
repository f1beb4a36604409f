// npm run docs:man: writes docs/man/phasebit.1 anew.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../ground/package.ts";
import { manPage } from "./man-page.ts";
import { phasebit } from "./program.ts";

writeFileSync(join(packageRoot, "docs", "man", "phasebit.1"), manPage(phasebit()));
