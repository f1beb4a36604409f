// A picture as PNG, by the browser's own drawing of the SVG.
import type { Picture } from "./export-svg.ts";

/** Sharp on dense screens and in print. */
const SCALE = 2;

/** @throws Error when the browser cannot draw or encode it */
export async function png({ text, width, height }: Picture): Promise<Blob> {
  const image = await decoded(text, width, height);
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => {
      if (blob) done(blob);
      else failed(new Error("this browser cannot make a PNG of this size"));
    }, "image/png");
  });
}

async function decoded(text: string, width: number, height: number): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}
