/** A part of the pixels of a PNG in rows of their own: all of them, or every few columns and rows. */
export interface PngPass {
  readonly left: number;
  readonly top: number;
  readonly columnStep: number;
  readonly rowStep: number;
  readonly width: number;
  readonly height: number;
}

/** Left, top, column step and row step of the passes of Adam7. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes of an image that have pixels. */
export function passesOf(width: number, height: number, isInterlaced: boolean): PngPass[] {
  const passes = isInterlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  return passes
    .map(([left, top, columnStep, rowStep]) => ({
      left,
      top,
      columnStep,
      rowStep,
      width: Math.ceil((width - left) / columnStep),
      height: Math.ceil((height - top) / rowStep),
    }))
    .filter(pass => pass.width > 0 && pass.height > 0);
}
