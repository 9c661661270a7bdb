import { keyRange } from '@residual/attention';
import type { Scope } from '@residual/layers';
import { ResidualError, showShape, type Tensor, tensor } from '@residual/tensor';
import type { ImageInputs } from '@residual/transformer';
import type { PatchValues, PixelValues } from '@residual/vision';
import { unpaddedKeys } from '../sequences.js';

/**
 * Pixel values [batch, channels, height, width] as image models read them, [batch, height, width, channels]. Errors if
 * the shape has another number of entries.
 */
export function channelsLast({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}): Tensor {
  const [batch, channels, height, width] = shape as PixelValues['shape'];
  const size = height * width;
  if (shape.length !== 4 || data.length !== batch * channels * size)
    throw new ResidualError(
      'shape',
      `pixel values: ${data.length} numbers do not fit ${showShape(shape)}, [batch, channels, height, width]`,
    );
  const values = new Float32Array(data.length);
  for (let picture = 0; picture < batch; picture++)
    for (let channel = 0; channel < channels; channel++) {
      const [from, to] = [(picture * channels + channel) * size, picture * size * channels + channel];
      for (let i = 0; i < size; i++) values[to + i * channels] = data[from + i]!;
    }
  return tensor(values, [batch, height, width, channels]);
}

/**
 * Patches [batch, patches, values] with the grid of each picture, without what is padding in all of them, and a scope
 * that hides the padding of each. Errors if the shape has another number of entries, or a grid more patches.
 */
export function patchInputs(
  { shape, data, spatialShapes }: Pick<PatchValues, 'shape' | 'data' | 'spatialShapes'>,
  scope: Scope,
): { readonly inputs: ImageInputs; readonly scope: Scope } {
  const [batch, patches, width] = shape;
  const grids = Array.from({ length: batch }, (_, i) => {
    return { rows: spatialShapes[2 * i]!, columns: spatialShapes[2 * i + 1]! };
  });
  const lengths = grids.map(({ rows, columns }) => rows * columns);
  const longest = Math.max(...lengths);
  if (data.length !== batch * patches * width || spatialShapes.length !== 2 * batch || !(longest <= patches))
    throw new ResidualError(
      'shape',
      `patch values: ${data.length} numbers and ${spatialShapes.length / 2} grids of up to ${longest} patches do not ` +
        `fit ${showShape(shape)}, [batch, patches, values]`,
    );
  const cut = new Float32Array(batch * longest * width);
  for (let picture = 0; picture < batch; picture++) {
    const start = picture * patches * width;
    cut.set(data.subarray(start, start + longest * width), picture * longest * width);
  }
  const inputs = { pixels: tensor(cut, [batch, longest, width]), grids };
  return { inputs, scope: scope.with(keyRange, unpaddedKeys(lengths, longest)) };
}
