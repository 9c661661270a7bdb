import { type Batches, shuffledEpochs } from '@residual/train';
import { Draws } from '../draws.js';
import type { LabelledPicture } from '../images/split.js';
import { type PictureChange, randomChange, unchanged, writeChanged } from './write-picture.js';

/** Pictures from -1 to 1: [batch, size, size, 3]. */
export interface PixelBatch {
  readonly pixels: Float32Array;
  readonly batch: number;
  readonly size: number;
}

/** Pictures of `size` px as one batch, each changed as `changeOf` says. */
export function pixelBatch(
  pictures: readonly LabelledPicture[],
  size: number,
  changeOf: (index: number) => PictureChange = () => unchanged,
): PixelBatch {
  const pixels = new Float32Array(pictures.length * size * size * 3);
  for (const [i, picture] of pictures.entries())
    writeChanged(picture, size, { values: pixels, offset: i * size * size * 3, size }, changeOf(i));
  return { pixels, batch: pictures.length, size };
}

/** Endless batches of pictures that are changed anew each time, each picture once in an epoch. */
export function pixelBatches(
  pictures: readonly LabelledPicture[],
  { batch, size, seed }: { readonly batch: number; readonly size: number; readonly seed: number },
): Batches<PixelBatch> {
  const picturesFrom = shuffledEpochs(pictures, seed);
  return {
    from: function* (position) {
      for (let step = position; ; step++) {
        const draws = new Draws(seed, 'image-tokens', step);
        yield pixelBatch(picturesFrom(step * batch, batch), size, () => randomChange(draws));
      }
    },
  };
}
