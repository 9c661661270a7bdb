import type { Tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { census, describe, layer, layerNorm, linear, matrix, rmsNorm, table, vector } from './index.js';

const project = (out: number, width: number, role: 'query' | 'key' | 'value' | 'output', heads = 1) =>
  linear({ in: width, out, bias: false, role, heads });

/** 3 heads of 5 in a width of 7, whose keys and values come from a width of 11. */
const attention = layer(
  {
    query: project(15, 7, 'query', 3),
    key: project(15, 11, 'key', 3),
    value: project(15, 11, 'value', 3),
    output: project(7, 15, 'output'),
  },
  (_, x: Tensor) => x,
  { name: 'attention', flops: keyLen => 60 * keyLen },
);
const angles = table([100, 2], () => new Float32Array(200));
const model = layer(
  {
    tokens: matrix([13, 7], { role: 'embedding' }),
    places: { weight: matrix([17, 7], { role: 'position' }) },
    layers: [
      { attention, norm: vector([7], 1), angles },
      { attention, norm: vector([7], 1), angles },
    ],
  },
  (_, x: Tensor) => x,
  { flops: () => 1000 },
);

test('describe lists layers and leaves with their parameters, and adds up', () => {
  const { parts, parameters, bytes, keyLen } = describe(model);
  const own = 15 * 7 + 15 * 11 + 15 * 11 + 7 * 15;
  expect(parameters).toBe(13 * 7 + 17 * 7 + 2 * (own + 7));
  expect(bytes).toBe(4 * parameters);
  expect(keyLen).toBe(1);
  expect(parts.slice(0, 6)).toEqual([
    { path: '', name: 'layer', parameters },
    { path: 'tokens', name: 'matrix', shape: [13, 7], parameters: 91 },
    { path: 'places.weight', name: 'matrix', shape: [17, 7], parameters: 119 },
    { path: 'layers.0.attention', name: 'attention', parameters: own },
    { path: 'layers.0.attention.query', name: 'linear', parameters: 105 },
    { path: 'layers.0.attention.query.weight', name: 'matrix', shape: [15, 7], parameters: 105 },
  ]);
  expect(parts.filter(({ name }) => name === 'table')).toEqual(
    [0, 1].map(i => ({ path: `layers.${i}.angles`, name: 'table', shape: [100, 2], parameters: 0 })),
  );
  expect(parts).toHaveLength(3 + 2 * (1 + 8 + 2));
});

test('operations of a token are those of all layers, for the keys it attends to', () => {
  const linears = 2 * (15 * 7 + 15 * 11 + 15 * 11 + 7 * 15);
  expect(describe(model).flopsPerToken).toBe(1000 + 2 * (60 + linears));
  expect(describe(model, { keyLen: 19 }).flopsPerToken).toBe(1000 + 2 * (60 * 19 + linears));
});

test('the census counts matrices by role and head, not vectors, tables and positions', () => {
  expect(census(model)).toEqual({
    embedding: 91,
    query: 2 * 105,
    key: 2 * 165,
    value: 2 * 165,
    output: 2 * 105,
    up: 0,
    gate: 0,
    down: 0,
    unembedding: 0,
    other: 0,
    weights: 91 + 4 * 105 + 4 * 165,
    matrices: 1 + 2 * (3 + 3 + 3 + 1),
    valueMap: { full: 7 * 11, factored: 5 * (7 + 11) },
  });
});

test('there is no value map if heads differ or there are none', () => {
  const wider = layer({ value: project(21, 7, 'value', 3), output: project(7, 21, 'output') }, (_, x: Tensor) => x);
  expect(census(layer({ attention, wider }, (_, x: Tensor) => x)).valueMap).toBeUndefined();
  expect(census(linear({ in: 2, out: 3 })).valueMap).toBeUndefined();
  expect(census(linear({ in: 2, out: 3 })).other).toBe(6);
});

test('bare leaves have a path too', () => {
  expect(describe(layer(vector([5]), (_, x: Tensor) => x, { name: 'shift' })).parts).toEqual([
    { path: '', name: 'shift', parameters: 5 },
    { path: '', name: 'vector', shape: [5], parameters: 5 },
  ]);
});

test('a table above 4 GiB throws before it is made', () => {
  expect(() => table([2 ** 40, 2], () => new Float32Array())).toThrow(
    'table: [1099511627776, 2] holds 2199023255552 numbers; 1073741824 would fit',
  );
});

test.each([layerNorm, rmsNorm])('$name refuses an epsilon below 0', norm => {
  expect(() => norm({ dim: 4, epsilon: -1e-5 })).toThrow(
    `${norm.name}: epsilon is -0.00001; it must be a number, 0 or more`,
  );
});

test('bytes are those of the forms in which matrices are held, padding and scales included', () => {
  const formOf = (path: string) => (path === 'tokens' ? 'f16' : path.includes('query') ? 'int8' : undefined);
  const { parts, parameters, bytes, bytesByForm } = describe(model, { formOf });
  const [tokens, queries] = [13 * 7, 2 * 15 * 7];
  // rows of 7 in f16 fill 4 words; in int8 they are one group of 32 bytes, with a word for its scale
  const packed = { f16: 13 * 16, int8: 2 * 15 * 36 };
  expect(bytesByForm).toEqual({ ...packed, f32: 4 * (parameters - tokens - queries) });
  expect(bytes).toBe(packed.f16 + packed.int8 + 4 * (parameters - tokens - queries));
  expect(parts.filter(({ form }) => form).map(({ path, form }) => [path, form])).toEqual([
    ['tokens', 'f16'],
    ['layers.0.attention.query.weight', 'int8'],
    ['layers.1.attention.query.weight', 'int8'],
  ]);
});
