import {
  Cache,
  causal,
  chunks,
  combineMasks,
  differentialAttention,
  keyRange,
  latentAttention,
  lowRankValueAttention,
  padding,
  selfAttention,
  slidingWindow,
} from '@residual/attention';
import { alibi, learnedPositions, relativePositions, rotary, tokenEmbedding } from '@residual/embeddings';
import {
  dropout,
  emptyScope,
  layer,
  layerNorm,
  linear,
  randomness,
  record,
  rmsNorm,
  type Scope,
  sequential,
  stepPositions,
} from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, gradients, sum, type Tensor, tensor, tidy } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf, type Rows } from '@residual/testkit';
import { beforeEach, expect, test } from 'vitest';
import { randomWeights } from '../test/float64.js';
import {
  type LanguageModel,
  languageModel,
  logitPositions,
  maskedLanguageModel,
  normedResidualBlock,
  outputNormBlock,
  parallelBlock,
  postNormBlock,
  recomputeBlocks,
  sandwichBlock,
  sharedNormBlock,
  stack,
  type TensorLayer,
  transformerBlock,
} from './index.js';

const [vocab, modelDim, heads, batch, length] = [13, 8, 2, 2, 5];
const rows = [
  [3, 1, 4, 1, 5],
  [12, 0, 7, 7, 8],
];
const close = { absolute: 2e-5 };
const norm = layerNorm({ dim: modelDim });
const inner = mlp({ modelDim, hiddenDim: 7 });
const attention = selfAttention({ modelDim, heads, mask: causal() });

/** How many positions each mlp has seen since the start of a test. */
let seen: number[] = [];
beforeEach(() => {
  seen = [];
});
const watchedMlp = layer(
  inner.needs,
  (w, x: Tensor, scope) => {
    seen.push(x.shape[1]!);
    return inner(w, x, scope);
  },
  inner.about,
);

const parts = { norm, attention, mlp: watchedMlp };
const withBlock = (block: TensorLayer, positionEncoding = learnedPositions({ maxPositions: 8, dim: modelDim })) =>
  languageModel({
    embedding: tokenEmbedding({ vocab, dim: modelDim }),
    positionEncoding,
    decoder: stack({ block, depth: 2, norm }),
  });
const withAttention = (attention: TensorLayer) => withBlock(transformerBlock({ ...parts, attention }));
type Model = LanguageModel<TensorLayer>;

const mask = causal();
const turned = rotary({ headDim: 4, storedPositions: 8 });
const models: Readonly<Record<string, unknown>> = {
  'pre-norm': withBlock(transformerBlock(parts)),
  'post-norm': withBlock(postNormBlock(parts)),
  'output norm': withBlock(outputNormBlock(parts)),
  'normed residual': withBlock(normedResidualBlock(parts)),
  parallel: withBlock(parallelBlock({ ...parts, residualScale: 0.5 })),
  'shared norm': withBlock(sharedNormBlock(parts)),
  sandwich: withBlock(sandwichBlock(parts)),
  'rotary, grouped heads, norms, a gate and sinks': withAttention(
    selfAttention({
      modelDim,
      heads,
      kvHeads: 1,
      mask,
      positionEncoding: turned,
      queryNorm: rmsNorm({ dim: 4 }),
      outputGate: linear({ in: modelDim, out: modelDim }),
      sinks: true,
    }),
  ),
  ALiBi: withAttention(selfAttention({ modelDim, heads, mask, positionEncoding: alibi({ heads }) })),
  'rounded ALiBi': withAttention(
    selfAttention({ modelDim, heads, mask, positionEncoding: alibi({ heads, precision: 'bfloat16' }) }),
  ),
  'a sliding window': withAttention(selfAttention({ modelDim, heads, mask: combineMasks(mask, slidingWindow(2)) })),
  chunks: withAttention(selfAttention({ modelDim, heads, mask: combineMasks(mask, chunks(3)) })),
  'latent attention': withAttention(
    latentAttention({
      ...{ modelDim, heads, latentDim: 5, contentDim: 3, positionDim: 4, valueDim: 3, queryLatentDim: 6 },
      mask,
      positionEncoding: turned,
    }),
  ),
  'differential attention': withAttention(
    differentialAttention({
      ...{ modelDim, heads, mask, positionEncoding: turned, lambdaStart: 0.2 },
      pairNorm: rmsNorm({ dim: 8 }),
    }),
  ),
  'low-rank values': withAttention(lowRankValueAttention({ modelDim, heads, mask, positionEncoding: turned })),
  'an attention that returns all positions': withAttention(sequential({ attention })),
};

/** Runs with the logits of one position, [batch, 1, vocab]. */
const atPosition = (run: (scope: Scope) => Tensor, index: number, scope = emptyScope) =>
  tidy(() => run(scope.with(logitPositions, tensor([index], [1], 'int32'))));

const columnOf = async (logits: Tensor, index: number) =>
  ((await nestedOf(logits)) as Rows[]).map(row => [row[index]!]);

test.each(Object.entries(models))(
  'the last block computes the only position that gets logits: %s',
  async (_, model) => {
    const run = model as Model;
    const [weights, ids] = [randomWeights(run), tensor(rows.flat(), [batch, length], 'int32')];
    const whole = run(weights, ids);
    expect(seen).toEqual([length, length]);
    for (const index of [length - 1, 2]) {
      seen = [];
      const y = atPosition(scope => run(weights, ids, scope), index);
      expect(seen).toEqual([length, 1]);
      await expectClose(y, await columnOf(whole, index), close);
      y.dispose();
    }
    await expectNoLeak(() => atPosition(scope => run(weights, ids, scope), 3).dispose());
    dispose([weights, ids, whole]);
  },
);

test.each(Object.entries(models))(
  'and so do chunks through a cache, with padding on both sides: %s',
  async (_, model) => {
    const run = model as Model;
    const weights = randomWeights(run);
    const [cached, plain] = [new Cache({ maxPositions: 8 }), new Cache({ maxPositions: 8 })];
    const left = padding({ left: [0, 1] });
    const positions = (from: number, count: number) =>
      rows.flatMap((_, row) => Array.from({ length: count }, (_, i) => Math.max(from + i - row, 0)));
    // The last two tokens of the second chunk are padding after the position that gets logits.
    for (const [from, count, last] of [
      [0, 2, 1],
      [2, 3, 1],
    ] as const) {
      const ids = tensor(
        rows.flatMap(row => row.slice(from, from + count)),
        [batch, count],
        'int32',
      );
      const positionIds = tensor(positions(from, count), [batch, count], 'int32');
      const step = (cache: Cache, run: (scope: Scope) => Tensor) =>
        cache.step(
          count,
          scope => run(scope.with(stepPositions, { ...scope.get(stepPositions)!, positionIds })),
          emptyScope.with(keyRange, left),
        );
      const whole = step(plain, scope => run(weights, ids, scope));
      seen = [];
      const y = step(cached, scope => atPosition(each => run(weights, ids, each), last, scope));
      expect(seen).toEqual([count, 1]);
      await expectClose(y, await columnOf(whole, last), close);
      dispose([ids, positionIds, whole, y]);
    }
    for (const cache of [cached, plain]) cache.length -= 1;
    const next = tensor([2, 9], [batch, 1], 'int32');
    const [y, expected] = [cached, plain].map(cache => cache.step(1, scope => run(weights, next, scope)));
    await expectClose(y!, expected!, close); // the keys and values of all positions are the same
    dispose([left, next, y, expected, weights, cached, plain]);
  },
);

test('taps see whole tensors, and dropout drops what it drops in a whole pass', async () => {
  const run = withBlock(transformerBlock({ ...parts, dropout: dropout({ rate: 0.5 }) })) as unknown as Model;
  const [weights, ids] = [randomWeights(run), tensor(rows.flat(), [batch, length], 'int32')];
  const recorder = record(['decoder.layers.1.output', 'decoder.layers.1.attention.query']);
  atPosition(scope => run(weights, ids, scope), 1, recorder.scope).dispose();
  expect([...recorder.values.values()].map(({ shape }) => shape)).toEqual([
    [batch, heads, length, 4],
    [batch, length, modelDim],
  ]);
  const training = emptyScope.with(randomness, { seed: 3, step: 1 });
  const [whole, y] = [run(weights, ids, training), atPosition(scope => run(weights, ids, scope), 1, training)];
  await expectClose(y, await columnOf(whole, 1), close);
  expect(seen).toEqual([length, length, length, length, length, length]);
  recorder.dispose();
  dispose([weights, ids, whole, y]);
});

test('several positions with logits, or the only one there is, take the whole pass', async () => {
  const run = models['pre-norm'] as Model;
  const weights = randomWeights(run);
  const [ids, one] = [tensor(rows.flat(), [batch, length], 'int32'), tensor([4, 6], [batch, 1], 'int32')];
  const two = tensor([3, 1], [2], 'int32');
  const [y, single] = [
    run(weights, ids, emptyScope.with(logitPositions, two)),
    atPosition(at => run(weights, one, at), 0),
  ];
  expect([y.shape, single.shape, seen]).toEqual([
    [batch, 2, vocab],
    [batch, 1, vocab],
    [length, length, 1, 1],
  ]);
  dispose([weights, ids, one, two, y, single]);
});

test.each([false, true])('gradients are those of the whole pass, recomputed blocks %s', async recomputed => {
  const run = models['rotary, grouped heads, norms, a gate and sinks'] as Model;
  const [weights, ids] = [randomWeights(run), tensor(rows.flat(), [batch, length], 'int32')];
  const only = tensor([3], [1], 'int32');
  const scope = emptyScope.with(logitPositions, only);
  const lossOf = (at: Scope) => gradients(() => sum(run(weights, ids, at)), weights);
  const found = lossOf(recomputed ? scope.with(recomputeBlocks, true) : scope);
  expect(seen.includes(1)).toBe(true);
  const recorder = record(['embedded']); // a tap: all positions are computed
  const expected = lossOf(recorder.scope.with(logitPositions, only));
  await expectClose(found.value, expected.value, { absolute: 1e-4 });
  for (const path of ['query', 'key', 'output'] as const)
    for (const block of [0, 1])
      await expectClose(
        gradientOf(found.gradients, block, path),
        await gradientOf(expected.gradients, block, path).data(),
        { absolute: 1e-4 },
      );
  recorder.dispose();
  dispose([weights, ids, only, found, expected]);
});

// biome-ignore lint/suspicious/noExplicitAny: the tree of gradients has the form of the weights
const gradientOf = (tree: any, block: number, name: string): Tensor =>
  tree.decoder.layers[block].attention[name].weight;

test('a masked language model computes its only mask in the last block, with a shared bias', async () => {
  const model = maskedLanguageModel({
    embedding: tokenEmbedding({ vocab, dim: modelDim }),
    encoder: stack({
      block: postNormBlock({ ...parts, attention: selfAttention({ modelDim, heads }) }),
      depth: 2,
      positionEncoding: relativePositions({ heads, buckets: 8, maxDistance: 6, bidirectional: true }),
    }),
  });
  const [weights, ids] = [randomWeights(model), tensor(rows.flat(), [batch, length], 'int32')];
  const range = padding({ lengths: [5, 4] });
  const whole = model(weights, { ids }, emptyScope.with(keyRange, range));
  seen = [];
  const y = atPosition(scope => model(weights, { ids }, scope), 2, emptyScope.with(keyRange, range));
  expect(seen).toEqual([length, 1]);
  await expectClose(y, await columnOf(whole, 2), close);
  dispose([weights, ids, range, whole, y]);
});
