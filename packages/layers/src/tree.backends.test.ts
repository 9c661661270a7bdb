import { dispose, isTensor, type Matrix, memoryUsage, mul, type Tensor, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  countParameters,
  flatten,
  init,
  layer,
  linear,
  mapTree,
  table,
  unflatten,
  vector,
  weightNeeds,
} from './index.js';

const angles = table([2], () => Float32Array.of(0.5, 0.25));
const composed = layer(
  {
    blocks: [linear({ in: 3, out: 2 }), linear({ in: 2, out: 5, bias: false })],
    norm: { scale: vector([7], 1) },
    angles,
    none: undefined,
  },
  (_, x: Tensor) => x,
);
const paths = ['blocks.0.weight', 'blocks.0.bias', 'blocks.1.weight', 'norm.scale'];

test('countParameters counts trained parameters, not tables', () => {
  expect(countParameters(composed)).toBe(2 * 3 + 2 + 5 * 2 + 7);
  expect(weightNeeds(composed).map(({ path }) => path)).toEqual(paths);
});

test('flatten gives the leaves themselves by path, unflatten puts them back', () => {
  const weights = init(composed, { seed: 1 });
  const leaves = flatten(composed, weights);
  expect([...leaves.keys()]).toEqual(paths);
  expect(leaves.get('blocks.1.weight')).toBe(weights.blocks[1]!.weight);
  const again = unflatten(composed, leaves);
  expect(again.blocks[0]!.bias).toBe(weights.blocks[0]!.bias);
  expect(again.norm.scale).toBe(weights.norm.scale);
  expect(again.none).toBeUndefined();
  expect(again.angles).not.toBe(weights.angles);
  dispose([weights, again]);
});

test('unflatten lists all that is missing, misshapen and left over at once', () => {
  const weights = init(composed, { seed: 1 });
  const leaves = flatten(composed, weights) as Map<string, Matrix>;
  leaves.delete('blocks.0.bias');
  leaves.set('norm.scale', weights.angles);
  leaves.set('norm.shift', weights.angles);
  const before = memoryUsage();
  expect(() => unflatten(composed, leaves)).toThrow(
    'unflatten: blocks.0.bias needs [2], blocks.0.bias is missing; norm.scale needs [7], norm.scale holds [2]; ' +
      'norm.shift is not needed',
  );
  expect(memoryUsage()).toEqual(before);
  dispose(weights);
});

test('flatten refuses the weights of another layer', () => {
  const other = init({ needs: { ...composed.needs, norm: { shift: vector([7]) } } }, { seed: 1 });
  expect(() => flatten(composed, other as never)).toThrow('flatten: norm.scale needs [7], norm.scale is missing');
  dispose(other);
});

test('mapTree changes every leaf, with its path, and keeps the form', async () => {
  const weights = init(composed, { seed: 1 });
  const seen: string[] = [];
  const doubled = mapTree(weights, (leaf, path) => {
    seen.push(path);
    return mul(leaf as Tensor, 2);
  });
  expect(seen).toEqual([...paths, 'angles']);
  expect(Array.isArray(doubled.blocks)).toBe(true);
  expect(doubled.none).toBeUndefined();
  await expectClose(doubled.norm.scale, [2, 2, 2, 2, 2, 2, 2], { absolute: 0 });
  await expectClose(doubled.angles, [1, 0.5], { absolute: 0 });
  dispose([weights, doubled]);
});

test('mapTree transforms a shared leaf once', () => {
  const x = tensor([1], [1]);
  const y = mapTree({ a: x, b: [x] }, leaf => mul(leaf as Tensor, 3));
  expect(y.b[0]).toBe(y.a);
  dispose([x, y]);
});

test('mapTree takes a matrix of another form as a leaf', () => {
  const packed: Matrix = { shape: [2, 3], dtype: 'float32', dispose: () => {} };
  const mapped = mapTree({ weight: packed }, (leaf, path) => {
    expect({ leaf, path, dense: isTensor(leaf) }).toEqual({ leaf: packed, path: 'weight', dense: false });
    return leaf;
  });
  expect(mapped.weight).toBe(packed);
});

test('dispose frees a tree, a shared table too', () => {
  const before = memoryUsage();
  const weights = init({ needs: { a: composed, b: composed } }, { seed: 1 });
  expect(memoryUsage().tensors - before.tensors).toBe(9);
  dispose(weights);
  expect(memoryUsage()).toEqual(before);
});
