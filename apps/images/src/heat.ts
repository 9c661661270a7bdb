/** What is tinted: a value for each square of a grid, from 0 to 1. */
export interface Heat {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Tints a picture with values from 0 to 1 in rows and columns, smoothly between them. */
export function paintHeat(
  context: CanvasRenderingContext2D,
  { rows, columns, values }: Heat,
  { side, colour }: { readonly side: number; readonly colour: string },
): void {
  const small = new OffscreenCanvas(columns, rows);
  const pen = small.getContext('2d')!;
  pen.fillStyle = colour;
  for (const [i, value] of values.entries()) {
    pen.globalAlpha = 0.7 * Math.min(1, Math.max(0, value));
    pen.fillRect(i % columns, Math.floor(i / columns), 1, 1);
  }
  context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, side, side);
}
