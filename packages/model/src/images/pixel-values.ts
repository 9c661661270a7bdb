import { ResidualError, showShape, type Tensor, tensor } from '@residual/tensor';

/** The pixel values of pictures of one size, as image processors give them: [batch, channels, height, width]. */
export interface PixelValues {
  readonly shape: readonly [batch: number, channels: number, height: number, width: number];
  readonly data: Float32Array;
}

/** Pixel values as image models read them, [batch, height, width, channels]. Errors if the shape has other numbers. */
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
