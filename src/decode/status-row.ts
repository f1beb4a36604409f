/** [SC, the specification's name, what happened, what to do]. */
export type StatusRow = readonly [sc: number, name: string, meaning: string, remedy: string];
