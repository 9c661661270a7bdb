import { dispose, gradients, sum, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { convolution1d, weightNormConvolution1d } from './index.js';

test('the weight of each position of the window has its magnitude, over all outputs and inputs', async () => {
  const options = { in: 4, out: 2, kernelSize: 3, padding: [1, 0], groups: 2 } as const;
  const layer = weightNormConvolution1d(options);
  const direction = Array.from({ length: 12 }, (_, i) => Math.sin(i + 1));
  const [magnitude, bias] = [
    [2, 3, 0.5],
    [0.5, -1],
  ];
  const normOf = (tap: number) => Math.hypot(...direction.filter((_, i) => Math.floor(i / 2) % 3 === tap));
  const weight = direction.map((value, i) => {
    const tap = Math.floor(i / 2) % 3;
    return (value * magnitude[tap]!) / normOf(tap);
  });
  const weights = { magnitude: tensor(magnitude), direction: tensor(direction, [2, 6]), bias: tensor(bias) };
  const plain = { weight: tensor(weight, [2, 6]), bias: weights.bias };
  const x = tensor(
    Array.from({ length: 20 }, (_, i) => Math.cos(i)),
    [1, 5, 4],
  );
  const { value, gradients: slopes } = gradients(() => sum(layer(weights, x)), weights);
  expect(Object.values(slopes).map(each => each?.shape)).toEqual([[3], [2, 6], [2]]);
  // The weight does not change with the length of its direction.
  const along = [0, 1, 2].map(tap => direction.map((v, i) => (Math.floor(i / 2) % 3 === tap ? v : 0)));
  const values = await slopes.direction!.data();
  for (const step of along)
    expect(Math.abs(step.reduce((total, v, i) => total + v * values[i]!, 0))).toBeLessThan(1e-5);
  const [normed, expected] = [layer(weights, x), convolution1d(options)(plain, x)];
  await expectClose(normed, Array.from(await expected.data()), { absolute: 1e-5 });
  dispose([weights, plain.weight, x, value, slopes, normed, expected]);
});

test('or the weight of each output has its magnitude', async () => {
  const options = { in: 2, out: 3, kernelSize: 2 } as const;
  const layer = weightNormConvolution1d({ ...options, magnitudes: 'outputs' });
  const direction = Array.from({ length: 12 }, (_, i) => Math.sin(i + 1));
  const magnitude = [2, 3, 0.5];
  const weight = direction.map((value, i) => {
    const row = Math.floor(i / 4);
    return (value * magnitude[row]!) / Math.hypot(...direction.slice(4 * row, 4 * row + 4));
  });
  const weights = { magnitude: tensor(magnitude), direction: tensor(direction, [3, 4]), bias: tensor([1, 2, 3]) };
  const plain = { weight: tensor(weight, [3, 4]), bias: weights.bias };
  const x = tensor([1, -2, 3, 4, 5, -6, 7, 8], [1, 4, 2]);
  const { value, gradients: slopes } = gradients(() => sum(layer(weights, x)), weights);
  expect(Object.values(slopes).map(each => each?.shape)).toEqual([[3], [3, 4], [3]]);
  const [normed, expected] = [layer(weights, x), convolution1d(options)(plain, x)];
  await expectClose(normed, Array.from(await expected.data()), { absolute: 1e-5 });
  dispose([weights, plain.weight, x, value, slopes, normed, expected]);
});
