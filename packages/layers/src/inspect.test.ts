import { inspect } from 'node:util';
import { add, type Tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { layer, layerNorm, linear, summary, table, vector } from './index.js';

const up = linear({ in: 3, out: 1200 });
const both = layer({ first: layerNorm({ dim: 3 }), layers: [up, up, layerNorm({ dim: 3 })] }, (_, x: Tensor) => x, {
  name: 'both',
  outDim: 1200,
});
const own = layer({ scale: vector([3]), angles: table([5, 2], () => new Float32Array(10)) }, (_, x: Tensor) =>
  add(x, 1),
);

test('the console prints a layer in one line', () => {
  expect(inspect(up)).toBe('linear(weight: [1200, 3], bias: [1200]) [..., 3] → [..., 1200], 4,800 parameters');
  expect(`${both}`).toBe('both(first: layerNorm, layers: 2 × linear, layerNorm) → [..., 1200], 9,612 parameters');
  expect(inspect([own])).toBe('[ layer(scale: [3], angles: [5, 2]), 3 parameters ]');
  expect([up.name, both.name, own.name]).toEqual(['linear', 'both', 'layer']);
  expect(Object.keys(up)).toEqual(['needs', 'about']);
});

test('the summary is the tree with shapes and counts, with equal layers joined', () => {
  expect(summary(both).split('\n')).toEqual([
    'both                           9,612',
    '  first       layerNorm            6',
    '    weight    [3]                  3',
    '    bias      [3]                  3',
    '  layers',
    '    0 to 1    2 × linear  each 4,800',
    '      weight  [1200, 3]        3,600',
    '      bias    [1200]           1,200',
    '    2         layerNorm            6',
    '      weight  [3]                  3',
    '      bias    [3]                  3',
  ]);
  expect(summary(up).split('\n')[0]).toBe('linear               4,800');
});
