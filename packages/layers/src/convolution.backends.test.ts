import { dispose, type Tensor, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type Convolution1dOptions, type Convolution2dOptions, convolution1d, convolution2d, init } from './index.js';

test('a convolution of a sequence has a matrix whose columns follow the window', async () => {
  const layer = convolution1d({ in: 2, out: 1, kernelSize: 2, padding: [1, 0] });
  expect(layer.needs.weight).toMatchObject({ shape: [1, 4], inAxes: [2, 2], initializer: { std: 1 / Math.sqrt(12) } });
  const weights = { weight: tensor([1, 10, 100, 1000], [1, 4]), bias: tensor([0.5]) };
  const x = tensor([1, 2, 3, 4, 5, 6], [1, 3, 2]);
  const y = layer(weights, x);
  await expectClose(y, [[[2100.5], [4321.5], [6543.5]]], { absolute: 1e-2 });
  dispose([weights, x, y]);
});

test('a convolution of a picture: one number for both axes, or one for each', async () => {
  const layer = convolution2d({ in: 1, out: 2, kernelSize: [1, 2], stride: 2, padding: [0, 1], bias: false });
  expect(layer.needs.weight).toMatchObject({ shape: [2, 2], inAxes: [1, 2, 1] });
  expect(layer.about).toMatchObject({ name: 'convolution2d', inDim: 1, outDim: 2 });
  const weights = { weight: tensor([1, 10, 0, -1], [2, 2]), bias: undefined };
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
  const y: Tensor = layer(weights, x);
  const rows = [
    [
      [10, -1],
      [32, -3],
    ],
    [
      [70, -7],
      [98, -9],
    ],
  ];
  await expectClose(y, [rows], { absolute: 1e-4 });
  dispose([weights, x, y]);
});

test('depthwise: as many groups as inputs', async () => {
  const layer = convolution1d({ in: 3, out: 3, kernelSize: 2, groups: 3, dilation: 2 });
  const weights = init(layer, { seed: 1 });
  expect(weights.weight.shape).toEqual([3, 2]);
  const x = tensor(
    Array.from({ length: 15 }, (_, i) => i),
    [1, 5, 3],
  );
  const y = layer(weights, x);
  expect(y.shape).toEqual([1, 3, 3]);
  dispose([weights, x, y]);
});

test('what does not fit is refused when it is composed', () => {
  const one = (options: Partial<Convolution1dOptions>) => () =>
    convolution1d({ in: 4, out: 6, kernelSize: 3, ...options });
  const two = (options: Partial<Convolution2dOptions>) => () =>
    convolution2d({ in: 4, out: 6, kernelSize: 3, ...options });
  expect(one({ groups: 3 })).toThrow('convolution1d: in is 4; it must be a multiple of the 3 groups');
  expect(one({ stride: 0 })).toThrow('convolution1d: stride is 0; it must be a whole number, 1 or more');
  expect(one({ padding: [1, -1] })).toThrow('convolution1d: padding is -1; it must be a whole number, 0 or more');
  expect(two({ kernelSize: [3] as never })).toThrow(
    'convolution2d: kernelSize is [3]; it must be a number or 2 of them',
  );
});
