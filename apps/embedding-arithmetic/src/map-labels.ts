import type { Screen } from './map-projection.js';

/** Left, top, right, bottom, in pixels. */
export type Box = readonly [number, number, number, number];

/** Small boxes along a line, so that no word is written over it. */
export function boxesAlong([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): Box[] {
  const count = Math.min(60, Math.ceil(Math.hypot(x2 - x1, y2 - y1) / 14));
  return Array.from({ length: count }, (_, i): Box => {
    const [x, y] = [x1 + ((x2 - x1) * (i + 0.5)) / count, y1 + ((y2 - y1) * (i + 0.5)) / count];
    return [x - 4, y - 4, x + 4, y + 4];
  });
}

/**
 * The box of a label beside its dot: right, left, above or below, whichever is free; if none is free, the right
 * side if a label is required.
 */
export function labelBox(
  [x, y]: readonly [number, number],
  width: number,
  screen: Pick<Screen, 'width' | 'height'>,
  occupied: readonly Box[],
  isRequired: boolean,
): Box | undefined {
  const corners = [
    [x + 10, y - 10],
    [x - 10 - width, y - 10],
    [x - width / 2, y - 28],
    [x - width / 2, y + 9],
  ] as const;
  const boxes = corners.map(([left, top]): Box => [left, top, left + width, top + 19]);
  const overlaps = (box: Box) =>
    occupied.some(other => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
  const inside = (box: Box) => box[0] > 2 && box[1] > 2 && box[2] < screen.width - 2 && box[3] < screen.height - 2;
  return boxes.find(box => inside(box) && !overlaps(box)) ?? (isRequired ? boxes[0] : undefined);
}
