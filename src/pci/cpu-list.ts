// Lists of CPUs as the kernel writes them: "0-3,8".

/** The numbers of "0-3,8"; none of what is no such list. */
export function parseCpuList(text: string): number[] {
  return text.split(",").flatMap((range) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(range.trim());
    if (match === null) return [];
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    // no machine has more, and a mistake must not fill the memory
    return Array.from(
      { length: Math.min(Math.max(0, last - first + 1), 65536) },
      (_, at) => first + at,
    );
  });
}

/** The CPUs that this process may run on, as /proc/self/status has them; null where it does not tell. */
export function allowedCpus(status: string): string | null {
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? null;
}
