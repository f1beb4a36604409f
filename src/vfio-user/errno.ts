// Error numbers of Linux that stand in replies, with their names.
import { constants } from "node:os";

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

export const { EINVAL, EEXIST, ENOENT, EBUSY, ENOSPC, EPERM, EOPNOTSUPP, EFAULT } = constants.errno;

/** "EINVAL"; "error 4711" for a number that has no name, and "an error without a number" for 0. */
export function errnoName(number: number): string {
  if (number === 0) return "an error without a number";
  return names.get(number) ?? `error ${number}`;
}
