import { add, defineOp, dispose, gradients, mul, square, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  activation,
  bind,
  countParameters,
  emptyScope,
  init,
  layer,
  layerNorm,
  layerNormPerHead,
  linear,
  matrix,
  record,
  rmsNorm,
  slot,
  vector,
} from './index.js';

const x = () => tensor([0.5, -1, 2, 3, 0.25, -0.75], [2, 3]);

test('linear is x weightᵀ + bias', async () => {
  const project = linear({ in: 3, out: 2 });
  const weights = { weight: tensor([1, 2, 3, -1, 0, 4], [2, 3]), bias: tensor([10, 20], [2]) };
  const input = x();
  const y = project(weights, input);
  await expectClose(
    y,
    [
      [0.5 - 2 + 6 + 10, -0.5 + 8 + 20],
      [3 + 0.5 - 2.25 + 10, -3 - 3 + 20],
    ],
    { absolute: 1e-5 },
  );
  dispose([weights, input, y]);
});

test('without bias a linear layer has one leaf', () => {
  expect(countParameters(linear({ in: 3, out: 2, bias: false }))).toBe(6);
  expect(countParameters(linear({ in: 3, out: 2 }))).toBe(8);
});

test('norms begin as the identity up to scale, with the epsilon of their kind', async () => {
  const [mean, rms] = [layerNorm({ dim: 3 }), rmsNorm({ dim: 3 })];
  const weights = { mean: init(mean, { seed: 1 }), rms: init(rms, { seed: 1 }) };
  const row = [0.001, -0.002, 0.004]; // so small that epsilon matters
  const centered = row.map(value => value - 0.001);
  const root = Math.sqrt((0 + 0.003 ** 2 + 0.003 ** 2) / 3 + 1e-5);
  const input = tensor(row, [1, 3]);
  const [standard, scaled] = [mean(weights.mean, input), rms(weights.rms, input)];
  await expectClose(standard, [centered.map(value => value / root)], { absolute: 1e-5 });
  await expectClose(scaled, [row.map(value => value / Math.sqrt(21e-6 / 3 + 1e-6))], { absolute: 1e-5 });
  expect([countParameters(mean), countParameters(layerNorm({ dim: 3, bias: false })), countParameters(rms)]).toEqual([
    6, 3, 3,
  ]);
  dispose([weights, input, standard, scaled]);
});

test('a layer norm per head has weights for each head, with their gradient', async () => {
  const norm = layerNormPerHead({ heads: 2, dim: 3, epsilon: 1e-3 });
  const weights = { weight: tensor([1, 2, 3, -1, 0.5, 4], [6]) };
  const rows = [0.5, -1, 2, 3, 0.25, -0.75, 0.1, 0.2, 0.4, -2, 1, 1];
  const input = tensor(rows, [1, 2, 2, 3]); // [batch, heads, length, dim]
  const normed = [0, 3, 6, 9].map(start => {
    const row = rows.slice(start, start + 3);
    const mean = row.reduce((sum, value) => sum + value, 0) / 3;
    const root = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 3 + 1e-3);
    return row.map(value => (value - mean) / root);
  });
  const scales = [
    [1, 2, 3],
    [-1, 0.5, 4],
  ];
  const y = norm(weights, input);
  const expected = [0, 1].map(head =>
    [0, 1].map(i => normed[2 * head + i]!.map((value, d) => value * scales[head]![d]!)),
  );
  await expectClose(y, [expected], { absolute: 1e-5 });
  const found = gradients(() => sum(norm(weights, input)), weights);
  const slopes = [0, 1].flatMap(head => normed[2 * head]!.map((value, d) => value + normed[2 * head + 1]![d]!));
  await expectClose(found.gradients.weight!, slopes, { absolute: 1e-5 });
  dispose([weights, input, y, found]);
});

test('an activation is a layer without weights', async () => {
  const [input, relu] = [x(), activation('relu')];
  const y = relu({}, input);
  await expectClose(
    y,
    [
      [0.5, 0, 2],
      [3, 0.25, 0],
    ],
    { absolute: 0 },
  );
  expect(countParameters(relu)).toBe(0);
  dispose([input, y]);
});

/** A custom layer: x + scale · x². */
const bent = (dim: number) =>
  layer({ scale: vector([dim], 0.5) }, (w, x: Tensor, scope) => add(x, mul(scope.tap('square', square(x)), w.scale)), {
    name: 'bent',
    inDim: dim,
    outDim: dim,
  });

test('a custom layer frees everything except its output', async () => {
  const [input, own] = [x(), bent(3)];
  const weights = init(own, { seed: 1 });
  await expectNoLeak(() => own(weights, input).dispose());
  dispose([weights, input]);
});

test('a custom layer takes part in another: paths, taps, gradients', async () => {
  const parts = { first: bent(3), last: linear({ in: 3, out: 2, bias: false }) };
  const both = layer(parts, (w, x: Tensor, scope) => {
    const { first, last } = bind(parts, w, scope);
    return last(first(x));
  });
  const weights = {
    first: { scale: tensor([1, 2, 3], [3]) },
    last: { weight: tensor([1, 0, 0, 0, 1, 1], [2, 3]), bias: undefined },
  };
  const input = tensor([2, 3, 5], [1, 3]);
  const recorder = record(['**']);
  const y = both(weights, input, recorder.scope);
  await expectClose(y, [[2 + 4, 3 + 18 + 5 + 75]], { absolute: 1e-4 });
  expect([...recorder.values.keys()]).toEqual([
    'input',
    ...['first.input', 'first.square', 'first.output'],
    ...['last.input', 'last.output'],
    'output',
  ]);
  const found = gradients(() => sum(both(weights, input)), weights);
  await expectClose(found.gradients.first.scale!, [4, 9, 25], { absolute: 1e-4 });
  await expectClose(
    found.gradients.last.weight!,
    [
      [6, 21, 80],
      [6, 21, 80],
    ],
    { absolute: 1e-4 },
  );
  recorder.dispose();
  dispose([weights, input, y, found]);
});

/** A custom op: x³, with its gradient. */
const cube = defineOp<{ x: Tensor }>({
  name: 'test.cube',
  compose: ({ x }) => mul(x, square(x)),
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => mul(dy, mul(square(x), 3)) }),
});

test('a custom op with its gradient takes part in a layer', async () => {
  const cubed = layer({ weight: matrix([2, 3]) }, (w, x: Tensor) =>
    linear({ in: 3, out: 2, bias: false })({ weight: w.weight, bias: undefined }, cube({ x })),
  );
  const weights = { weight: tensor([1, 1, 1, 0, 2, 0], [2, 3]) };
  const input = tensor([1, 2, 3], [1, 3]);
  const found = gradients(() => sum(cubed(weights, input)), { weights, input });
  await expectClose(found.value, 1 + 8 + 27 + 16, { absolute: 1e-4 });
  await expectClose(found.gradients.input!, [[3, 12 * 3, 27]], { absolute: 1e-4 });
  await expectClose(
    found.gradients.weights.weight!,
    [
      [1, 8, 27],
      [1, 8, 27],
    ],
    { absolute: 1e-4 },
  );
  dispose([weights, input, found]);
});

test('bind takes lists inside records, and records inside lists', async () => {
  const paths: string[] = [];
  const spy = layer({ shift: vector([1], 1) }, (w, x: Tensor, scope) => {
    paths.push(scope.path);
    return add(x, w.shift);
  });
  const parts = { layers: [spy, { inner: spy }] } as const;
  const own = layer(parts, (w, x: Tensor, scope) => {
    const { layers } = bind(parts, w, scope);
    return layers[1].inner(layers[0](x));
  });
  const [weights, x] = [init(own, { seed: 1 }), tensor([1], [1])];
  const y = own(weights, x, emptyScope.at('top'));
  await expectClose(y, [3], { absolute: 0 });
  expect(paths).toEqual(['top.layers.0', 'top.layers.1.inner']);
  dispose([weights, x, y]);
});

test('bind gives each part its weights and its scope, and the identity for an absent part', async () => {
  const seen: string[] = [];
  const spy = layer({ shift: vector([1]) }, (w, x: Tensor, scope) => {
    seen.push(scope.path);
    return add(x, w.shift);
  });
  const parts: { readonly a: typeof spy; readonly b: typeof spy | undefined } = { a: spy, b: undefined };
  const weights = { a: { shift: tensor([2], [1]) }, list: [{ shift: tensor([3], [1]) }, { shift: tensor([5], [1]) }] };
  const input = tensor([1], [1]);
  const { a, b } = bind(parts, { a: weights.a, b: undefined }, emptyScope.at('top'));
  const [first, second] = bind([spy, spy], weights.list, emptyScope.at('list'));
  const results = [a(input), first!(input), second!(input)];
  await expectClose(results[0]!, [3], { absolute: 0 });
  await expectClose(results[1]!, [4], { absolute: 0 });
  await expectClose(results[2]!, [6], { absolute: 0 });
  expect(b(input)).toBe(input);
  expect(seen).toEqual(['top.a', 'list.0', 'list.1']);
  dispose([weights, input, results]);
});

test('a layer without a scope gets an empty one, otherwise the given one', () => {
  const length = slot<number>('length');
  const reads = layer({}, (_, __: undefined, scope) => [scope.path, scope.get(length)]);
  expect(reads({}, undefined)).toEqual(['', undefined]);
  expect(reads({}, undefined, emptyScope.at('here').with(length, 5))).toEqual(['here', 5]);
});
