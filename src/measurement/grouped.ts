// A list split by a key: what Map.groupBy does from Node.js 21 on.

/** The entries of `list` by `key`, keys in the order in which they first come. */
export function grouped<T>(list: readonly T[], key: (entry: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of list) {
    const group = groups.get(key(entry));
    if (group === undefined) groups.set(key(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}
