import { Cache, causal, crossAttention, keyRange, memoryMask, padding, selfAttention } from '@residual/attention';
import { learnedPositions, relativePositions, sinusoidalPositions, tokenEmbedding } from '@residual/embeddings';
import { countParameters, emptyScope, layerNorm, linear, record } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, gradients, sliceAxis, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak, layerNormRows, linearRows, nestedOf, type Row, type Rows } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embedded64, plainTree, randomWeights, stack64 } from '../test/float64.js';
import { crossBlock, crossStack, encoderDecoder, stack, transformerBlock } from './index.js';

const [modelDim, heads, maxPositions] = [6, 2, 11];
const norm = layerNorm({ dim: modelDim });
const side = (vocab: number) => ({
  embedding: tokenEmbedding({ vocab, dim: modelDim }),
  positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
});
const perceptron = mlp({ modelDim, hiddenDim: 7 });
const encoder = stack({
  block: transformerBlock({ norm, attention: selfAttention({ modelDim, heads }), mlp: perceptron }),
  depth: 2,
  norm,
});
const decoder = crossStack({
  block: crossBlock({
    norm,
    attention: selfAttention({ modelDim, heads, mask: causal() }),
    crossAttention: crossAttention({ modelDim, heads }),
    mlp: perceptron,
  }),
  depth: 2,
  norm,
});
const model = encoderDecoder({ source: side(13), target: side(7), encoder, decoder });

const sources = [
  [3, 1, 4, 1, 5],
  [9, 2, 6, 5, 3],
];
const targets = [
  [2, 0, 6],
  [1, 5, 4],
];
const close = { absolute: 5e-5 };

let weights: Parameters<typeof model>[0];
let ids: { source: Tensor; target: Tensor };
beforeEach(() => {
  weights = randomWeights(model);
  ids = { source: tensor(sources.flat(), [2, 5], 'int32'), target: tensor(targets.flat(), [2, 3], 'int32') };
});
afterEach(() => dispose([weights, ids]));

/** Logits of one pair in float64; only the first `filled` tokens of the source are real. */
const pair64 = async (row: number, filled = 5, tree: unknown = weights, ready = (x: Rows, _plain: unknown) => x) => {
  const plain = await plainTree(tree);
  const embedded = (ids: readonly number[], { embedding, positions }: (typeof plain)['source']) =>
    ready(embedded64(ids, embedding.weight, positions.weight ?? positions.table), plain);
  const memory = stack64(embedded(sources[row]!.slice(0, filled), plain.source), plain.encoder, { heads });
  const own = plain.target ?? plain.source;
  const target = embedded(targets[row]!, own);
  const y = stack64(target, plain.decoder, { heads, isVisible: (i, j) => j <= i }, 'pre', memory);
  return { memory, logits: linearRows(y, (plain.head ?? own.embedding).weight) as Rows };
};

test('source and target ids to logits', async () => {
  const y = model(weights, ids);
  await expectClose(y, [(await pair64(0)).logits, (await pair64(1)).logits], close);
  expect({ vocab: model.vocab, dim: model.dim }).toEqual({ vocab: 7, dim: 6 });
  await expectNoLeak(() => model(weights, ids).dispose());
  y.dispose();
});

test('a source of features instead of tokens, such as the frames of a sound', async () => {
  const features = linear({ in: 3, out: modelDim });
  const positionEncoding = learnedPositions({ maxPositions, dim: modelDim });
  const listener = encoderDecoder({ source: { features, positionEncoding }, target: side(7), encoder, decoder });
  expect([listener.source, listener.vocab]).toEqual([{ width: 3 }, 7]);
  const weightTree = randomWeights(listener);
  const frames = [0, 1].map(row => [0, 1, 2, 3].map(t => [0, 1, 2].map(i => Math.sin(row + 2 * t + 3 * i))));
  const source = tensor(frames.flat(2), [2, 4, 3]);
  const y = listener(weightTree, { source, target: ids.target });
  const plain = await plainTree(weightTree);
  const expected = frames.map((rows, row) => {
    const vectors = linearRows(rows, plain.source.features.weight, plain.source.features.bias);
    const encoded = vectors.map((x, t) => x.map((value, i) => value + plain.source.positions.weight[t][i]));
    const memory = stack64(encoded, plain.encoder, { heads });
    const target = embedded64(targets[row]!, plain.target.embedding.weight, plain.target.positions.weight);
    const z = stack64(target, plain.decoder, { heads, isVisible: (i, j) => j <= i }, 'pre', memory);
    return linearRows(z, plain.target.embedding.weight) as Rows;
  });
  await expectClose(y, expected, close);
  const recorder = record(['source.embedded', 'encoder.output']);
  listener.encode(weightTree, source, recorder.scope).dispose();
  expect([...recorder.values].map(([path, { shape }]) => [path, shape])).toEqual([
    ['source.embedded', [2, 4, 6]],
    ['encoder.output', [2, 4, 6]],
  ]);
  recorder.dispose();
  expect(() => listener.encode(weightTree, ids.target)).toThrow(
    'encoderDecoder: source: features [2, 3] are not [batch, frames, width] of one frame or more',
  );
  dispose([weightTree, source, y]);
});

test('source and target may share one table and have separate positions', async () => {
  const positionEncoding = sinusoidalPositions({ maxPositions: 11, dim: modelDim });
  const shared = encoderDecoder({ source: side(13), target: { positionEncoding }, encoder, decoder });
  const weightTree = randomWeights(shared);
  const both = { source: ids.source, target: ids.target };
  const y = shared(weightTree, both);
  const plain = await plainTree(weightTree);
  const read = (tree: object) => ({ ...tree, embedding: plain.source.embedding });
  const expected = [0, 1].map(row => {
    const at = (which: readonly number[], own: { positions: { weight: Rows; table: Rows } }) =>
      embedded64(which, plain.source.embedding.weight, own.positions.weight ?? own.positions.table);
    const memory = stack64(at(sources[row]!, plain.source), plain.encoder, { heads });
    const target = at(targets[row]!, read(plain.target) as never);
    const z = stack64(target, plain.decoder, { heads, isVisible: (i, j) => j <= i }, 'pre', memory);
    return linearRows(z, plain.source.embedding.weight) as Rows;
  });
  await expectClose(y, expected, close);
  expect(shared.source.vocab).toBe(shared.vocab);
  dispose([weightTree, y]);
});

test('positions of a whole stack put one bias on the scores of all its blocks', async () => {
  const relative = relativePositions({ heads, buckets: 4, maxDistance: 3, bidirectional: true });
  const block = transformerBlock({ norm, attention: selfAttention({ modelDim, heads }), mlp: perceptron });
  const whole = stack({ block, depth: 2, norm, positionEncoding: relative });
  const apart = stack({
    block: transformerBlock({
      norm,
      attention: selfAttention({ modelDim, heads, positionEncoding: relative }),
      mlp: perceptron,
    }),
    depth: 2,
    norm,
  });
  const weightTree = randomWeights(whole);
  const layers = weightTree.layers.map(each => ({
    ...each,
    attention: { ...each.attention, positions: weightTree.positions },
  }));
  const x = tensor(
    Array.from({ length: 60 }, (_, i) => Math.sin(i)),
    [2, 5, 6],
  );
  const [y, z] = [whole(weightTree, x), apart({ ...weightTree, layers } as never, x)];
  await expectClose(y, await nestedOf(z), close);
  const without = whole({ ...weightTree, positions: { weight: tensor(Array(8).fill(0), [4, 2]) } } as never, x);
  await expect(expectClose(without, await nestedOf(z), { absolute: 1e-2 })).rejects.toThrow('differ');
  dispose([weightTree, x, y, z, without]);
  expect(() => stack({ block, depth: 2, positionEncoding: learnedPositions({ maxPositions: 3, dim: 6 }) })).toThrow(
    'stack: ',
  );
});

test('the source is encoded once and the target decoded step by step', async () => {
  const whole = model(weights, ids);
  const memory = model.encode(weights, ids.source);
  await expectClose(memory, [(await pair64(0)).memory, (await pair64(1)).memory], close);
  const cache = new Cache({ maxPositions });
  for (let i = 0; i < 3; i++) {
    const next = sliceAxis(ids.target, 1, i, 1);
    const y = cache.step(1, scope => model.decode(weights, { ids: next, memory }, scope));
    const expected = sliceAxis(whole, 1, i, 1);
    await expectClose(y, expected, close);
    dispose([next, y, expected]);
  }
  cache.dispose();
  dispose([whole, memory]);
});

test('padding of the source is hidden from encoder and decoder, that of the target from itself alone', async () => {
  const where = padding({ lengths: [5, 2] });
  const y = model(weights, ids, emptyScope.with(memoryMask, where).with(keyRange, undefined));
  await expectClose(y, [(await pair64(0)).logits, (await pair64(1, 2)).logits], close);
  const targetPadding = padding({ left: [0, 0] });
  const z = model(weights, ids, emptyScope.with(memoryMask, where).with(keyRange, targetPadding));
  await expectClose(z, y, { absolute: 1e-6 });
  dispose([where, targetPadding, y, z]);
});

test('one table for both sides, and an untied head', async () => {
  const shared = encoderDecoder({ source: side(13), encoder, decoder });
  expect(countParameters(shared)).toBe(countParameters(model) - 7 * modelDim - maxPositions * modelDim);
  const weightTree = randomWeights(shared);
  const y = shared(weightTree, ids);
  await expectClose(y, [(await pair64(0, 5, weightTree)).logits, (await pair64(1, 5, weightTree)).logits], close);
  const headed = encoderDecoder({
    source: side(13),
    encoder,
    decoder,
    head: linear({ in: modelDim, out: 13, bias: false }),
  });
  const own = randomWeights(headed);
  const z = headed(own, ids);
  await expectClose(z, [(await pair64(0, 5, own)).logits, (await pair64(1, 5, own)).logits], close);
  dispose([weightTree, y, own, z]);
});

test('taps have separate paths for source and target', () => {
  const recorder = record(['*.embedded', '*.output', 'logits', 'decoder.layers.1.crossAttention.weights']);
  model(weights, ids, recorder.scope).dispose();
  expect([...recorder.values].map(([path, { shape }]) => [path, shape])).toEqual([
    ['source.embedded', [2, 5, 6]],
    ['encoder.output', [2, 5, 6]],
    ['target.embedded', [2, 3, 6]],
    ['decoder.layers.1.crossAttention.weights', [2, 2, 3, 5]],
    ['decoder.output', [2, 3, 6]],
    ['logits', [2, 3, 7]],
  ]);
  recorder.dispose();
});

test('every weight of both halves gets a gradient', () => {
  const found = gradients(() => sum(model(weights, ids)), weights);
  const missing: string[] = [];
  const look = (tree: unknown, own: unknown, path: string) => {
    if (typeof own !== 'object' || own === null) return;
    if ('dispose' in own) {
      if (tree === undefined) missing.push(path);
      return;
    }
    for (const [name, part] of Object.entries(own))
      look((tree as Record<string, unknown>)[name], part, `${path}.${name}`);
  };
  look(found.gradients, weights, 'weights');
  expect(missing).toEqual([]);
  dispose(found);
});

test('fixed positions and a norm after the embedding, on both sides', async () => {
  const fixed = {
    embedding: tokenEmbedding({ vocab: 13, dim: modelDim }),
    positionEncoding: sinusoidalPositions({ maxPositions, dim: modelDim }),
    afterEmbedding: norm,
  };
  const classic = encoderDecoder({ source: fixed, encoder, decoder });
  const weightTree = randomWeights(classic);
  const ready = (x: Rows, plain: unknown) => {
    const { weight, bias } = (plain as { source: { onEmbedded: { weight: Row; bias: Row } } }).source.onEmbedded;
    return layerNormRows(x, weight, bias, 1e-5);
  };
  const y = classic(weightTree, ids);
  const expected = await Promise.all([0, 1].map(row => pair64(row, 5, weightTree, ready)));
  await expectClose(
    y,
    expected.map(({ logits }) => logits),
    close,
  );
  dispose([weightTree, y]);
});
