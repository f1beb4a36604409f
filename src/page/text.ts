// Letters of drawings: their font, how wide they are, and what is left of them where there is no room.

export const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";
export const FONT_SIZE = 12;

let ruler: CanvasRenderingContext2D | null | undefined;

/** How wide a text of a drawing is, in pixels, in the font that this browser takes; bold ones are wider. */
export function textWidth(text: string, weight = 500): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return text.length * FONT_SIZE * 0.65;
  ruler.font = `${weight} ${FONT_SIZE}px ${FONT}`;
  return ruler.measureText(text).width;
}

/** The widest of them; 0 without any. */
export function widest(texts: readonly string[]): number {
  return Math.ceil(texts.reduce((most, text) => Math.max(most, textWidth(text)), 0));
}

/** As much of a text as has room; its end is cut, and the cut shown. */
export function shortened(text: string, room: number, weight = 500): string {
  if (textWidth(text, weight) <= room) return text;
  let kept = text.slice(0, 200);
  while (kept !== "" && textWidth(`${kept}…`, weight) > room) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}
