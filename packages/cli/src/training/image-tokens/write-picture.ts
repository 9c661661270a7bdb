import type { Draws } from '../draws.js';
import type { PictureTarget } from '../images/augment.js';
import { turnHues } from '../images/recolour.js';
import { type Affine, type PictureAt, samplePicture, straight } from '../images/sample-picture.js';

/** How a picture is changed. */
export interface PictureChange {
  /** Where its pixels come from. */
  readonly affine: Affine;
  /** By which share of the circle its hues are turned. */
  readonly turn: number;
}

/** No change. */
export const unchanged: PictureChange = { affine: straight, turn: 0 };

/** A change of size and place, of hues in 4 of 10 cases, and mirrored in 3 of 10. */
export function randomChange(draws: Draws): PictureChange {
  const zoom = 1 / draws.uniform(0.8, 1.1);
  const flip = draws.chance(0.3) ? -1 : 1;
  const affine = [zoom * flip, 0, draws.uniform(-0.1, 0.1), 0, zoom, draws.uniform(-0.1, 0.1)] as const;
  return { affine, turn: draws.chance(0.4) ? draws.uniform() : 0 };
}

/** Writes a coloured picture of `from` px, changed, on white. */
export function writeChanged(
  picture: PictureAt,
  from: number,
  { values, offset, size }: PictureTarget,
  { affine, turn }: PictureChange,
): void {
  const x = samplePicture(picture, from, size, affine);
  if (turn !== 0) turnHues(x, turn);
  for (let i = 0; i < size * size; i++)
    for (let c = 0; c < 3; c++) values[offset + 3 * i + c] = 2 * (x[4 * i + c]! + 1 - x[4 * i + 3]!) - 1;
}
