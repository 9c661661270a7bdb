import { tidy } from '@residual/tensor';
import type { PixelBatch } from './batches.js';
import { type ImageTokenizerModel, pixelTensor } from './objective.js';

/** Pictures as codes, and as they are drawn from these. */
export interface ThroughCodes {
  /** [batch, rows, columns]. */
  readonly codes: Int32Array;
  /** From about -1 to 1: [batch, size, size, 3]. */
  readonly pixels: Float32Array;
}

/** Turns pictures into codes, and draws these. */
export async function throughCodes({ layer, weights }: ImageTokenizerModel, batch: PixelBatch): Promise<ThroughCodes> {
  const [codes, pixels] = tidy(() => {
    const encoded = layer.encode(weights, pixelTensor(batch));
    return [encoded, layer.decode(weights, encoded)];
  });
  try {
    return { codes: (await codes.data()) as Int32Array, pixels: (await pixels.data()) as Float32Array };
  } finally {
    for (const x of [codes, pixels]) x.dispose();
  }
}
