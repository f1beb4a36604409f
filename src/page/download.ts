// Files that a page gives away. Names hold only what every file system takes.

/** At most 100 of [A-Za-z0-9._-], not beginning with a dot or a dash. */
export function fileName(parts: readonly string[], extension: string): string {
  const safe = parts
    .map((part) => part.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, ""))
    .filter((part) => part !== "");
  return `${safe.join("-").slice(0, 100) || "phasebit"}.${extension}`;
}

/** Saves `blob` as the browser saves downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the blob when the click returns, but says so nowhere.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
