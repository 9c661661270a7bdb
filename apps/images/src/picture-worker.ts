import { offer } from '@residual/appkit/calls';
import { type ByteImage, centerCrop, readImage, resize } from '@residual/vision';
import { pca, vectorTable } from '@residual/word-vectors';

/** A file as the model sees it. */
export interface ReadPicture {
  /** The middle of the picture, [size, size, 3]. */
  readonly image: ByteImage;
  /** Its size in the file, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What the worker does, so that the page stays alive with large files. */
export const functions = {
  /** Reads a file: the square in its middle, on white, as `size` x `size` pixels. */
  read: async (file: Blob, size: number): Promise<ReadPicture> => {
    const whole = await readImage(file, { alpha: 'white' });
    const { width, height } = whole;
    const side = Math.min(width, height);
    const middle = centerCrop(whole, { width: side, height: side });
    return { image: resize(middle, { width: size, height: size, resample: 'bicubic' }) as ByteImage, width, height };
  },
  /** Where vectors [rows, dim] lie in the plane of their first two principal components, and what it shows of them. */
  plane: (data: Float32Array, dim: number): { readonly points: Float32Array; readonly shares: readonly number[] } => {
    const words = Array.from({ length: data.length / dim }, (_, row) => `${row}`);
    const { points, explainedVarianceRatio } = pca(vectorTable({ words, data }), { dims: 2 });
    return { points, shares: [...explainedVarianceRatio] };
  },
};

offer(self, 'pictures', functions);
