import { maxPixels, maxSide } from '../raw-image.js';
import { fail } from './errors.js';

/** Throws unless a file's size in pixels is one that can be read. */
export function expectReadable(format: string, width: number, height: number): void {
  if (width < 1 || height < 1) fail(`the ${format} says that it has ${width} x ${height} pixels`);
  if (width > maxSide || height > maxSide)
    fail(`the ${format} says that it has ${width} x ${height} pixels; sides are at most ${maxSide}`);
  if (width * height > maxPixels)
    fail(`the ${format} says that it has ${width} x ${height} pixels, ${width * height} in all; ${maxPixels} fit`);
}
