// "phasebit/shell": what programs take that were saved at the prompt.
export { shown } from "./values.ts";
export { type Verbs, verbsOf } from "./verbs.ts";
