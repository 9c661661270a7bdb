import { causal, crossAttention, selfAttention } from '@residual/attention';
import { learnedPositions, rotary, tokenEmbedding } from '@residual/embeddings';
import { emptyScope, init, layerNorm, mapTree } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { clone, dense, dispose, mul, requireBackend, type Tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { crossBlock, crossStack, encoderDecoder, languageModel, stack, transformerBlock } from '@residual/transformer';
import { test as base, expect } from 'vitest';
import {
  type Batches,
  languageModelLoss,
  type Pair,
  packDocuments,
  pairBatches,
  sequenceToSequenceLoss,
  train,
} from '../index.js';

/** Of the GPU backends one, WebGL: in software each compiles for long; all ops have tests of their own on both. */
const test = requireBackend() === 'webgpu' ? base.skip : base;

const [vocab, modelDim, heads] = [13, 8, 2];
const norm = layerNorm({ dim: modelDim });
const perceptron = mlp({ modelDim, hiddenDim: 11 });
const model = (rotates: boolean) =>
  languageModel({
    embedding: tokenEmbedding({ vocab, dim: modelDim }),
    positionEncoding: rotates ? undefined : learnedPositions({ maxPositions: 8, dim: modelDim }),
    decoder: stack({
      depth: 2,
      norm,
      block: transformerBlock({
        norm,
        attention: selfAttention({
          modelDim,
          heads,
          mask: causal(),
          ...(rotates && { positionEncoding: rotary({ headDim: 4 }) }),
        }),
        mlp: perceptron,
      }),
    }),
  });

async function all<Batch>(batches: Batches<Batch>) {
  const result: Batch[] = [];
  for await (const batch of batches.from(0)) result.push(batch);
  return result;
}
const numberIn = async (loss: Tensor) => {
  const [value] = await loss.data();
  loss.dispose();
  return value!;
};

/** Enlarges weights, so that masks matter. */
const large = <Tree>(tree: Tree): Tree => {
  const enlarged = mapTree(tree, (leaf, path) =>
    /(query|key|value|output|embedding|positions)\.weight/.test(path) ? mul(dense(leaf), 20) : clone(dense(leaf)),
  );
  dispose(tree);
  return enlarged;
};

const documents = [
  [1, 5, 3],
  [2, 7, 7, 4],
  [6, 1],
  [3, 12, 3, 8, 1],
];

test.each([true, false])('packed documents have the loss of separate documents (rotary %s)', async rotates => {
  const lm = model(rotates);
  const weights = large(init(lm, { seed: 1 }));
  const objective = languageModelLoss(lm, { chunk: 4 });
  const [together] = await all(packDocuments(documents, { length: 8, batch: 2, epochs: 1, eosTokenId: 0 }));
  let [sum, tokens] = [0, 0];
  // Split at the ends of sequences: 1 5 3 0 | 2 7 7 4 and 0 | 6 1 0 | 3 12 3 8 and 1 0.
  const rows = [[1, 5, 3, 0], [2, 7, 7, 4], [0], [6, 1, 0], [3, 12, 3, 8], [1, 0]];
  const next = [undefined, 0, undefined, undefined, 1, undefined];
  for (const [i, row] of rows.entries()) {
    const ids = Int32Array.from(row);
    const labels = Int32Array.from([...row.slice(1), next[i] ?? -100]);
    const batch = { sequences: 1, length: row.length, ids, labels };
    const count = objective.tokens!(batch);
    if (count > 0) sum += count * (await numberIn(objective.loss(weights, batch, emptyScope)));
    tokens += count;
  }
  const batches = await all(packDocuments(documents, { length: 8, batch: 3, epochs: 1, eosTokenId: 0 }));
  expect(objective.tokens!(batches[0]!)).toBe(tokens);
  expect(await numberIn(objective.loss(weights, batches[0]!, emptyScope))).toBeCloseTo(sum / tokens, 4);
  const blended = { ...together!, documentIds: together!.documentIds!.map(() => 1) };
  expect(await numberIn(objective.loss(weights, blended, emptyScope))).not.toBeCloseTo(
    await numberIn(objective.loss(weights, together!, emptyScope)),
    2,
  );
  dispose(weights);
});

const translator = encoderDecoder({
  source: {
    embedding: tokenEmbedding({ vocab, dim: modelDim }),
    positionEncoding: learnedPositions({ maxPositions: 16, dim: modelDim }),
  },
  encoder: stack({
    depth: 1,
    norm,
    block: transformerBlock({ norm, attention: selfAttention({ modelDim, heads }), mlp: perceptron }),
  }),
  decoder: crossStack({
    depth: 2,
    norm,
    block: crossBlock({
      norm,
      attention: selfAttention({ modelDim, heads, mask: causal() }),
      crossAttention: crossAttention({ modelDim, heads }),
      mlp: perceptron,
    }),
  }),
});
const pairs: Pair[] = [
  { source: [5, 6, 7], target: [8, 9, 1] },
  { source: [2], target: [3, 4, 5, 6, 1] },
  { source: [9, 9, 2, 4, 6], target: [1] },
];

test('a padded batch of pairs has the loss of separate pairs', async () => {
  const weights = init(translator, { seed: 1 });
  const objective = sequenceToSequenceLoss(translator, { labelSmoothing: 0.1 });
  const options = { padTokenId: 0, decoderStartTokenId: 0, batchesPerBucket: 1, epochs: 1 };
  const [together] = await all(pairBatches(pairs, { ...options, batch: 3, padToMultipleOf: 8 }));
  let [sum, tokens] = [0, 0];
  for (const batch of await all(pairBatches(pairs, { ...options, batch: 1, padToMultipleOf: 1 }))) {
    sum += objective.tokens!(batch) * (await numberIn(objective.loss(weights, batch, emptyScope)));
    tokens += objective.tokens!(batch);
  }
  expect(tokens).toBe(9);
  expect(await numberIn(objective.loss(weights, together!, emptyScope))).toBeCloseTo(sum / tokens, 4);
  dispose(weights);
});

const trained = async (more: { recompute?: boolean; chunk?: number }) => {
  const lm = model(true);
  const weights = init(lm, { seed: 1 });
  const batches = packDocuments(documents, { length: 8, batch: 2, eosTokenId: 0 });
  const losses: number[] = [];
  const { chunk, ...options } = more;
  const objective = languageModelLoss(lm, chunk === undefined ? {} : { chunk });
  for await (const event of train({
    layer: lm,
    weights,
    loss: objective,
    batches,
    steps: 3,
    learningRate: 0.01,
    ...options,
  }))
    if (event.type === 'step') losses.push(event.loss, event.gradientNorm);
  dispose(weights);
  return losses;
};

test('recomputed blocks and chunked heads train equally', async () => {
  const plain = await trained({});
  expect(plain[4]).toBeLessThan(plain[0]!);
  await expectClose(await trained({ recompute: true, chunk: 3 }), plain, { relative: 1e-4 });
});

test('recomputed blocks of an encoder-decoder train equally, and do not leak', () =>
  expectNoLeak(async () => {
    const runs: number[][] = [];
    for (const recompute of [false, true]) {
      const weights = init(translator, { seed: 1 });
      const batches = pairBatches(pairs, { batch: 2, padTokenId: 0, decoderStartTokenId: 0, seed: 1 });
      const losses: number[] = [];
      const run = train({
        layer: translator,
        weights,
        loss: sequenceToSequenceLoss(translator),
        batches,
        steps: 3,
        learningRate: 0.01,
        recompute,
      });
      for await (const event of run) if (event.type === 'step') losses.push(event.loss, event.gradientNorm);
      runs.push(losses);
      dispose(weights);
    }
    await expectClose(runs[1]!, runs[0]!, { relative: 1e-4 });
  }));

test('a sequence longer than maxPositions is an error that names the step', async () => {
  const lm = model(false);
  const weights = init(lm, { seed: 1 });
  const batches = packDocuments(documents, { length: 9, batch: 1 });
  const run = (loss: ReturnType<typeof languageModelLoss<typeof lm>>) =>
    (async () => {
      for await (const _ of train({ layer: lm, weights, loss, batches, steps: 1, learningRate: 0.01 })) void _;
    })();
  await expect(run(languageModelLoss(lm, { maxPositions: 8 }))).rejects.toThrow(
    'train: step 1: languageModelLoss: a batch of length 9 is longer than the 8 positions of the model',
  );
  await expect(run(languageModelLoss(lm))).rejects.toThrow(/^train: step 1: learnedPositions: .*9.*8/);
  dispose(weights);
});
