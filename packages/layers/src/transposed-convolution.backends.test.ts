import { dispose, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { init, transposedConvolution1d } from './index.js';

test('a transposed convolution spreads each position over a window', async () => {
  const layer = transposedConvolution1d({ in: 1, out: 2, kernelSize: 3, stride: 2, padding: [1, 0], outputPadding: 1 });
  expect(layer.needs.weight).toMatchObject({ shape: [1, 6], inAxes: [3, 2] });
  expect(layer.about).toMatchObject({ name: 'transposedConvolution1d', inDim: 1, outDim: 2 });
  const weights = { weight: tensor([1, 10, 2, 20, 3, 30], [1, 6]), bias: tensor([0.5, -1]) };
  const x = tensor([1, 2], [1, 2, 1]);
  const y = layer(weights, x);
  const rows = [
    [2, 20],
    [3 + 2, 30 + 20],
    [4, 40],
    [6, 60],
    [0, 0],
  ];
  await expectClose(y, [rows.map(([a, b]) => [a! + 0.5, b! - 1])], { absolute: 1e-5 });
  dispose([weights, x, y]);
});

test('groups and no bias, and what does not fit', () => {
  const layer = transposedConvolution1d({ in: 4, out: 6, kernelSize: 2, groups: 2, bias: false });
  const weights = init(layer, { seed: 1 });
  const x = tensor(
    Array.from({ length: 12 }, (_, i) => i),
    [1, 3, 4],
  );
  const y = layer(weights, x);
  expect([weights.weight.shape, weights.bias, y.shape]).toEqual([[4, 6], undefined, [1, 4, 6]]);
  dispose([weights, x, y]);
  const make = (options: object) => () => transposedConvolution1d({ in: 4, out: 6, kernelSize: 2, ...options });
  expect(make({ groups: 3 })).toThrow('transposedConvolution1d: in is 4; it must be a multiple of the 3 groups');
  expect(make({ stride: 2, outputPadding: 2 })).toThrow(
    'transposedConvolution1d: outputPadding is 2; it must be a whole number from 0 to 1',
  );
});
