import { causal, selfAttention } from '@residual/attention';
import { rotary, tokenEmbedding } from '@residual/embeddings';
import { emptyScope, flatten, init, layerNorm, linear, mapTree, save, weightNeeds } from '@residual/layers';
import { mlp } from '@residual/mlp';
import {
  dense,
  dispose,
  isLowRankSum,
  isPacked,
  type LowRankSum,
  type Matrix,
  memoryUsage,
  mergeLowRank,
  pack,
  requireBackend,
  type Tensor,
  tensor,
} from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { languageModel, stack, transformerBlock } from '@residual/transformer';
import { test as base, expect } from 'vitest';
import {
  attachLora,
  detachLora,
  freezeBase,
  languageModelLoss,
  loraParts,
  mergeLora,
  packDocuments,
  scaleLora,
  train,
  unmergeLora,
  useLora,
} from '../index.js';

/** Of the GPU backends one, WebGL: in software each compiles for long; all ops have tests of their own on both. */
const test = requireBackend() === 'webgpu' ? base.skip : base;

const [vocab, modelDim] = [13, 8];
const norm = layerNorm({ dim: modelDim });
const model = languageModel({
  embedding: tokenEmbedding({ vocab, dim: modelDim }),
  decoder: stack({
    depth: 2,
    norm,
    block: transformerBlock({
      norm,
      attention: selfAttention({
        modelDim,
        heads: 2,
        kvHeads: 1,
        mask: causal(),
        positionEncoding: rotary({ headDim: 4 }),
      }),
      mlp: mlp({ modelDim, hiddenDim: 11 }),
    }),
  }),
  head: linear({ in: modelDim, out: vocab, bias: false }),
});
type Tree = ReturnType<typeof fresh>;
const fresh = () => init(model, { seed: 1 });
const targets = ['**.attention.query', '**.value', '**.mlp.up', 'head'];
const ids = [1, 5, 3, 2, 7];
const logitsOf = async (weights: Tree) => {
  const x = tensor(ids, [1, 5], 'int32');
  const y = model(weights, x);
  const data = [...(await y.data())];
  dispose([x, y]);
  return data;
};
const trainSome = async (weights: Tree, steps = 2) => {
  const losses: number[] = [];
  const batches = packDocuments([ids, [4, 4, 6]], { length: 8, batch: 1 });
  const run = train({
    layer: model,
    weights,
    loss: languageModelLoss(model, { chunk: 3 }),
    batches,
    steps,
    learningRate: 0.05,
    frozen: freezeBase,
    recompute: true,
  });
  for await (const event of run) if (event.type === 'step') losses.push(event.loss);
  return losses;
};

test('attaching adapters changes no output; training changes only the adapters', () =>
  expectNoLeak(async () => {
    const [weights, plain] = [fresh(), fresh()];
    const before = await logitsOf(weights);
    const paths = attachLora(model, weights, { targets, rank: 3, alpha: 6 });
    expect(paths).toEqual(
      [0, 1]
        .flatMap(i => ['attention.query', 'attention.value', 'mlp.up'].map(part => `decoder.layers.${i}.${part}`))
        .concat('head'),
    );
    expect(await logitsOf(weights)).toEqual(before);
    const losses = await trainSome(weights);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(await logitsOf(weights)).not.toEqual(before);
    detachLora(model, weights);
    expect([...(await save(model, weights))]).toEqual([...(await save(model, plain))]);
    dispose([weights, plain]);
  }));

test('a weight with an adapter computes the same as their sum', async () => {
  const weights = fresh();
  attachLora(model, weights, { targets, rank: 3, alpha: 12 });
  await trainSome(weights);
  const beside = await logitsOf(weights);
  const before = memoryUsage();
  mergeLora(model, weights);
  mergeLora(model, weights); // once is enough
  expect(memoryUsage()).toEqual(before);
  await expectClose(await logitsOf(weights), beside, { absolute: 1e-5 });
  expect(() => scaleLora(model, weights, 'default', 2)).toThrow("scaleLora: 'default' is merged; unmerge it first");
  unmergeLora(model, weights);
  await expectClose(await logitsOf(weights), beside, { absolute: 1e-5 });
  useLora(model, weights, []);
  const plain = fresh();
  await expectClose(await logitsOf(weights), await logitsOf(plain), { absolute: 1e-5 });
  dispose([weights, plain]);
});

test('after merging and detaching, weights are plain and can be saved', async () => {
  const weights = fresh();
  attachLora(model, weights, { targets });
  await trainSome(weights);
  await expect(save(model, weights)).rejects.toThrow(
    'dense: the matrix has low-rank parts beside it (default); merge or detach them first',
  );
  const query = weights.decoder.layers[0]!.attention.query.weight;
  const whole = mergeLowRank(query);
  mergeLora(model, weights);
  detachLora(model, weights);
  await save(model, weights);
  await expectClose(dense(weights.decoder.layers[0]!.attention.query.weight), await whole.data(), { absolute: 1e-6 });
  expect(weightNeeds(model).length).toBeGreaterThan(0);
  dispose([weights, whole]);
});

/** Where a step compiles nothing; products with packed matrices and their gradients are tested on every backend. */
const testHere = requireBackend().startsWith('webg') ? base.skip : base;

/** A model whose matrices are packed; its embedding and norms are not. */
const packedTree = async (): Promise<Tree> => {
  const weights = fresh();
  const values = new Map<Matrix, Float32Array>();
  for (const leaf of flatten(model, weights).values()) values.set(leaf, (await dense(leaf).data()) as Float32Array);
  return mapTree(weights, (leaf, path) => {
    const entries = values.get(leaf);
    if (!entries || leaf.shape.length < 2 || path.startsWith('embedding')) return leaf;
    leaf.dispose();
    return pack(entries, leaf.shape as [number, number], 'int8');
  });
};

testHere('adapters are trained beside packed matrices, and merging makes these float32', () =>
  expectNoLeak(async () => {
    const weights = await packedTree();
    const query = () => weights.decoder.layers[0]!.attention.query.weight;
    attachLora(model, weights, { targets, rank: 3, alpha: 6 });
    const losses = await trainSome(weights, 20);
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
    const beside = await logitsOf(weights);
    expect(isPacked((query() as LowRankSum).base)).toBe(true);
    mergeLora(model, weights);
    detachLora(model, weights);
    expect([isPacked(query()), isPacked(weights.decoder.layers[0]!.attention.output.weight)]).toEqual([false, true]);
    await expectClose(await logitsOf(weights), beside, { absolute: 1e-5 });
    dispose(weights);
  }),
);

testHere('packed matrices are frozen or refused', async () => {
  const weights = await packedTree();
  const loss = languageModelLoss(model, { chunk: 3 });
  const batches = packDocuments([ids], { length: 8, batch: 1 });
  const settings = { layer: model, weights, loss, batches, steps: 1, learningRate: 0.05 };
  const steps = async () => {
    for await (const _ of train(settings));
  };
  await expect(steps()).rejects.toThrow(
    'train: step 1: decoder.layers.0.attention.query.weight is packed as int8, which cannot be trained; freeze it ' +
      "and train LoRA adapters (attachLora, frozen: freezeBase), or load the model with weights: 'f32'",
  );
  dispose(weights);
});

test('two adapters can be switched, and add up', async () => {
  const weights = fresh();
  attachLora(model, weights, { targets: ['head'], name: 'one', rank: 2, seed: 1 });
  attachLora(model, weights, { targets: ['head'], name: 'two', rank: 1, seed: 2 });
  const leaf = weights.head.weight;
  if (!isLowRankSum(leaf)) throw new Error('no sum');
  for (const part of Object.values(leaf.parts)) {
    const before = part.up;
    part.up = tensor(
      Array.from({ length: before.size }, (_, i) => i / 10),
      before.shape,
    );
    before.dispose();
  }
  const differences = async (names: string[]) => {
    useLora(model, weights, []);
    const plain = await logitsOf(weights);
    useLora(model, weights, names);
    return (await logitsOf(weights)).map((logit, i) => logit - plain[i]!);
  };
  const [one, two, both] = [await differences(['one']), await differences(['two']), await differences(['one', 'two'])];
  expect(Math.max(...one.map(Math.abs))).toBeGreaterThan(0.01);
  expect(one).not.toEqual(two);
  await expectClose(
    both,
    one.map((value, i) => value + two[i]!),
    { absolute: 1e-4 },
  );
  scaleLora(model, weights, 'one', 0.5);
  await expectClose(
    await differences(['one']),
    one.map(value => value / 2),
    { absolute: 1e-4 },
  );
  expect(loraParts(model, weights, 'two').map(({ path, part }) => [path, (part.down as Tensor).shape])).toEqual([
    ['head', [1, 8]],
  ]);
  dispose(weights);
});

test.each<[string, (weights: Tree) => unknown, string]>([
  [
    'a pattern that fits nothing',
    w => attachLora(model, w, { targets: ['**.gate'] }),
    "attachLora: '**.gate' fits no linear; there are decoder.layers.*.attention.query, " +
      'decoder.layers.*.attention.key, decoder.layers.*.attention.value, decoder.layers.*.attention.output, ' +
      'decoder.layers.*.mlp.up, decoder.layers.*.mlp.down, head',
  ],
  ['an embedding', w => attachLora(model, w, { targets: ['embedding'] }), "attachLora: 'embedding' fits no linear"],
  [
    'a rank',
    w => attachLora(model, w, { targets, rank: 0 }),
    'attachLora: rank is 0; it must be a whole number, 1 or more',
  ],
  [
    'a name that is not there',
    w => useLora(model, w, ['mine']),
    "useLora: there is no 'mine' beside these weights; there is none",
  ],
  [
    'a name that is taken',
    w => [1, 2].map(() => attachLora(model, w, { targets })),
    "attachLora: decoder.layers.0.attention.query has a 'default' beside it already; detach it or choose another name",
  ],
])('invalid arguments are errors: %s', async (_, use, message) => {
  const weights = fresh();
  expect(() => use(weights)).toThrow(message);
  expect(model(weights, tensor(ids, [1, 5], 'int32'), emptyScope).shape).toEqual([1, 5, vocab]);
  dispose(weights);
});
