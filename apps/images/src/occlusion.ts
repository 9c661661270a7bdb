import type { ByteImage } from '@residual/vision';
import type { Session } from './session.js';
import { dot } from './vectors.js';

/** How many squares a picture is looked at with in a row. */
export const squares = 8;

/** The side of the cover, in squares, and how many covers there are in a row. */
const coverSide = 2;
const covers = squares - coverSide + 1;

/** How much a cosine falls where a picture is covered. */
export interface Occlusion {
  /** The cosine of the whole picture. */
  readonly whole: number;
  /** The mean fall of the covers over each square, [squares, squares]; negative where the cosine rises. */
  readonly falls: Float32Array;
  /** The cover at which the cosine is lowest: its left upper square, and that cosine. */
  readonly lowest: { readonly row: number; readonly column: number; readonly cosine: number };
}

/** A picture with a white cover over some of its squares. */
function covered({ width, height, channels, data }: ByteImage, row: number, column: number): ByteImage {
  const copy = data.slice();
  const at = (square: number, side: number) => Math.round((square * side) / squares);
  for (let y = at(row, height); y < at(row + coverSide, height); y++)
    copy.fill(255, (y * width + at(column, width)) * channels, (y * width + at(column + coverSide, width)) * channels);
  return { width, height, channels, data: copy };
}

/** Covers one part of a picture after the other and measures the cosine with a vector each time. */
export async function occlude(
  { model }: Pick<Session, 'model'>,
  image: ByteImage,
  target: Float32Array,
  signal: AbortSignal,
): Promise<Occlusion> {
  const images = Array.from({ length: covers ** 2 }, (_, i) => covered(image, Math.floor(i / covers), i % covers));
  const [whole, ...others] = await model.embedImage([image, ...images], { batch: 10, signal });
  const base = dot(whole!, target);
  const cosines = others.map(vector => dot(vector, target));
  const [falls, counts] = [new Float32Array(squares ** 2), new Float32Array(squares ** 2)];
  for (const [i, value] of cosines.entries())
    for (let y = 0; y < coverSide; y++)
      for (let x = 0; x < coverSide; x++) {
        const square = (Math.floor(i / covers) + y) * squares + (i % covers) + x;
        falls[square]! += base - value;
        counts[square]!++;
      }
  for (const [i, count] of counts.entries()) falls[i]! /= count;
  const lowest = cosines.indexOf(Math.min(...cosines));
  return {
    whole: base,
    falls,
    lowest: { row: Math.floor(lowest / covers), column: lowest % covers, cosine: cosines[lowest]! },
  };
}

/** Where a cover lies, in words. */
export function placeOf({ row, column }: Occlusion['lowest']): string {
  const third = (index: number) => Math.min(2, Math.floor((3 * index) / covers));
  const [vertical, horizontal] = [
    ['upper', 'middle', 'lower'][third(row)]!,
    ['left', 'middle', 'right'][third(column)]!,
  ];
  if (vertical === 'middle') return horizontal === 'middle' ? 'the middle' : `the ${horizontal} side`;
  return horizontal === 'middle' ? `the ${vertical} part` : `the ${vertical} ${horizontal} part`;
}
