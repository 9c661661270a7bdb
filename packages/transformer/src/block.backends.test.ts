import { causal, crossAttention, selfAttention } from '@residual/attention';
import { activation, dropout, emptyScope, layerNorm, mapTree, randomness, record } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { add, dispose, mul, type Tensor, tidy } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf, type Rows } from '@residual/testkit';
import { expect, test } from 'vitest';
import { block64, numbers, type Order, plainTree, randomWeights, stack64 } from '../test/float64.js';
import {
  crossBlock,
  crossStack,
  normedResidualBlock,
  parallelBlock,
  postNormBlock,
  postNormCrossBlock,
  sandwichCrossBlock,
  sharedNormBlock,
  stack,
  transformerBlock,
} from './index.js';

const [batch, length, keyLen, modelDim, heads] = [2, 5, 3, 6, 2];
const parts = {
  norm: layerNorm({ dim: modelDim }),
  attention: selfAttention({ modelDim, heads, mask: causal() }),
  mlp: mlp({ modelDim, hiddenDim: 7 }),
};
const crossParts = { ...parts, crossAttention: crossAttention({ modelDim, heads, memoryDim: 11 }) };
const options = { heads, isVisible: (i: number, j: number) => j <= i };
const close = { absolute: 2e-5 };

test.each([
  ['x + attention(norm(x)), then x + mlp(norm(x))', transformerBlock, 'pre'],
  ['norm(x + attention(x)), then norm(x + mlp(x))', postNormBlock, 'post'],
  ['x + attention(norm(x)) + mlp(norm(x))', parallelBlock, 'parallel'],
] as const)('a block is %s', async (_, make, order: Order) => {
  const block = make(parts);
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(block)];
  const plain = await plainTree(weights);
  const y = block(weights, x);
  await expectClose(
    y,
    ((await nestedOf(x)) as Rows[]).map(rows => block64(rows, plain, options, order)),
    close,
  );
  await expectNoLeak(() => block(weights, x).dispose());
  dispose([x, weights, y]);
});

test.each([
  ['before each part', crossBlock, 'pre'],
  ['after each sum', postNormCrossBlock, 'post'],
] as const)('a block that reads a memory, with norms %s', async (_, make, order: Order) => {
  const block = make(crossParts);
  const weights = randomWeights(block);
  const input = { x: numbers('x', [batch, length, modelDim]), memory: numbers('memory', [batch, keyLen, 11]) };
  const plain = await plainTree(weights);
  const [xs, memories]: Rows[][] = [await nestedOf(input.x), await nestedOf(input.memory)];
  const y = block(weights, input);
  await expectClose(
    y,
    xs!.map((rows, row) => block64(rows, plain, options, order, memories![row]!)),
    close,
  );
  await expectNoLeak(() => block(weights, input).dispose());
  dispose([input, weights, y]);
});

test('a stack runs its blocks in order, each with its own weights, then its norm', async () => {
  const decoder = stack({ block: transformerBlock(parts), depth: 3, norm: parts.norm });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(decoder)];
  const plain = await plainTree(weights);
  const recorder = record(['decoder.layers.*.output', 'decoder.output']);
  const y = decoder(weights, x, recorder.scope.at('decoder'));
  const rows: Rows[] = await nestedOf(x);
  await expectClose(
    y,
    rows.map(row => stack64(row, plain, options)),
    close,
  );
  expect([...recorder.values.keys()]).toEqual([
    'decoder.layers.0.output',
    'decoder.layers.1.output',
    'decoder.layers.2.output',
    'decoder.output',
  ]);
  const afterTwo = rows.map(row => stack64(row, { layers: plain.layers.slice(0, 2), norm: undefined }, options));
  await expectClose(recorder.values.get('decoder.layers.1.output')!, afterTwo, close);
  await expectClose(recorder.values.get('decoder.output')!, y, { absolute: 0 });
  recorder.dispose();
  dispose([x, weights, y]);
});

test('a stack takes blocks of several kinds', async () => {
  const mixed = stack({ block: [transformerBlock(parts), parallelBlock(parts)] });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(mixed)];
  const plain = await plainTree(weights);
  const y = mixed(weights, x);
  const expected = ((await nestedOf(x)) as Rows[]).map(rows =>
    block64(block64(rows, plain.layers[0], options, 'pre'), plain.layers[1], options, 'parallel'),
  );
  await expectClose(y, expected, close);
  dispose([x, weights, y]);
});

test('a stack passes the memory to each block', async () => {
  const decoder = crossStack({ block: crossBlock(crossParts), depth: 2, norm: parts.norm });
  const weights = randomWeights(decoder);
  const input = { x: numbers('x', [batch, length, modelDim]), memory: numbers('memory', [batch, keyLen, 11]) };
  const plain = await plainTree(weights);
  const [xs, memories]: Rows[][] = [await nestedOf(input.x), await nestedOf(input.memory)];
  const recorder = record(['layers.*.crossAttention.weights', 'layers.*.output', 'output']);
  const y = decoder(weights, input, recorder.scope);
  await expectClose(
    y,
    xs!.map((rows, row) => stack64(rows, plain, options, 'pre', memories![row]!)),
    close,
  );
  expect([...recorder.values].map(([path, { shape }]) => [path, shape])).toEqual([
    ['layers.0.crossAttention.weights', [batch, heads, length, keyLen]],
    ['layers.0.output', [batch, length, modelDim]],
    ['layers.1.crossAttention.weights', [batch, heads, length, keyLen]],
    ['layers.1.output', [batch, length, modelDim]],
    ['output', [batch, length, modelDim]],
  ]);
  recorder.dispose();
  dispose([input, weights, y]);
});

test.each([
  ['transformerBlock', transformerBlock],
  ['sharedNormBlock', sharedNormBlock],
])('the attention may have another dropout, or none: %s', async (_, made) => {
  const make = made as typeof transformerBlock;
  const block = make({ ...parts, dropout: dropout({ rate: 0.5 }), attentionDropout: activation('identity') });
  const plain = make(parts);
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(block)];
  const scope = emptyScope.with(randomness, { seed: 3, step: 7 });
  const silent = { ...weights, mlp: mapTree(weights.mlp, zeroed => mul(zeroed as Tensor, 0)) };
  const outputs = [block(silent, x, scope), plain(silent, x), block(weights, x, scope)];
  await expectClose(outputs[0]!, outputs[1]!, { absolute: 0 });
  await expect(expectClose(outputs[2]!, outputs[1]!, { absolute: 1e-2 })).rejects.toThrow('differ');
  dispose([x, weights, silent.mlp, outputs]);
});

test('dropout acts on the outputs of attention and mlp, each with its own mask', async () => {
  const drop = dropout({ rate: 0.5 });
  const block = transformerBlock({ ...parts, dropout: drop });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(block)];
  const scope = emptyScope.with(randomness, { seed: 3, step: 7 });
  const { norm, attention, mlp } = parts;
  const expected = tidy(() => {
    const seen = attention(weights.attention, norm(weights.attentionNorm, x));
    const y = add(x, drop({}, seen, scope.at('attentionDropout')));
    return add(y, drop({}, mlp(weights.mlp, norm(weights.mlpNorm, y)), scope.at('mlpDropout')));
  });
  const [trained, still] = [block(weights, x, scope), block(weights, x)];
  const without = transformerBlock(parts)(weights as never, x);
  await expectClose(trained, expected, { absolute: 1e-6 });
  await expectClose(still, without, { absolute: 0 });
  await expect(expectClose(trained, still, { absolute: 1e-2 })).rejects.toThrow('differ');
  dispose([x, weights, expected, trained, still, without]);
});

test('residuals after the norms: y = norm(x), z = norm(y + attention(y)), z + mlp(z)', async () => {
  const block = normedResidualBlock(parts);
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(block)];
  const { norm, attention, mlp } = parts;
  const expected = tidy(() => {
    const y = norm(weights.attentionNorm, x);
    const z = norm(weights.mlpNorm, add(y, attention(weights.attention, y)));
    return add(z, mlp(weights.mlp, z));
  });
  const y = block(weights, x);
  await expectClose(y, expected, { absolute: 1e-6 });
  await expectNoLeak(() => block(weights, x).dispose());
  dispose([x, weights, expected, y]);
});

test('norms before and after each part of a block that reads a memory', async () => {
  const block = sandwichCrossBlock(crossParts);
  const weights = randomWeights(block);
  const input = { x: numbers('x', [batch, length, modelDim]), memory: numbers('memory', [batch, keyLen, 11]) };
  const { norm, attention, crossAttention, mlp } = crossParts;
  const expected = tidy(() => {
    const attended = attention(weights.attention, norm(weights.attentionNorm, input.x));
    const x = add(input.x, norm(weights.attentionOutputNorm, attended));
    const recalled = { x: norm(weights.crossAttentionNorm, x), memory: input.memory };
    const y = add(x, norm(weights.crossAttentionOutputNorm, crossAttention(weights.crossAttention, recalled)));
    return add(y, norm(weights.mlpOutputNorm, mlp(weights.mlp, norm(weights.mlpNorm, y))));
  });
  const y = block(weights, input);
  await expectClose(y, expected, { absolute: 1e-6 });
  await expectNoLeak(() => block(weights, input).dispose());
  dispose([input, weights, expected, y]);
});
