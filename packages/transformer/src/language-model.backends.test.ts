import { Cache, causal, keyRange, padding, selfAttention } from '@residual/attention';
import { alibi, learnedPositions, rotary, tokenEmbedding } from '@residual/embeddings';
import { emptyScope, layerNorm, linear, load, record, rmsNorm, save, stepPositions } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { crossEntropy, dispose, gradients, reshape, sliceAxis, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf, type Rows } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logits64, losses64, plainTree, randomWeights } from '../test/float64.js';
import { languageModel, logitPositions, stack, transformerBlock } from './index.js';

const [vocab, modelDim, heads, depth, maxPositions, batch, length] = [13, 6, 2, 2, 11, 2, 7];
const norm = layerNorm({ dim: modelDim });
const block = transformerBlock({
  norm,
  attention: selfAttention({ modelDim, heads, mask: causal() }),
  mlp: mlp({ modelDim, hiddenDim: 7 }),
});
const parts = {
  embedding: tokenEmbedding({ vocab, dim: modelDim }),
  positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
  decoder: stack({ block, depth, norm }),
};
const tied = languageModel(parts);
const own = languageModel({ ...parts, head: linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }) });

const rows = [
  [3, 1, 4, 1, 5, 9, 2],
  [12, 0, 7, 7, 8, 10, 6],
];
const close = { absolute: 5e-5 };
let ids: Tensor;
let weights: Parameters<typeof tied>[0];
beforeEach(() => {
  ids = tensor(rows.flat(), [batch, length], 'int32');
  weights = randomWeights(tied);
});
afterEach(() => dispose([ids, weights]));

test('ids to logits with the head tied to the embedding', async () => {
  const y = tied(weights, ids);
  const plain = await plainTree(weights);
  await expectClose(
    y,
    rows.map(row => logits64(row, plain, heads)),
    close,
  );
  expect({ vocab: tied.vocab, dim: tied.dim }).toEqual({ vocab, dim: modelDim });
  await expectNoLeak(() => tied(weights, ids).dispose());
  y.dispose();
});

test('ids without a token or of another rank are refused before anything runs', () => {
  for (const shape of [[1, 0], [2], [1, 1, 1]]) {
    const none = tensor(Array(shape.reduce((a, b) => a * b)).fill(0), shape, 'int32');
    const message = `languageModel: ids [${shape.join(', ')}] are not [batch, length] of one token or more`;
    expect(() => tied(weights, none)).toThrow(message);
    none.dispose();
  }
});

test('the input of the head may be scaled, and a tied head may have a bias', async () => {
  const scaled = languageModel({ ...parts, headScale: 0.25, logitsBias: true });
  const weightTree = randomWeights(scaled);
  const y = scaled(weightTree, ids);
  const plain = await plainTree(weightTree);
  const bias = await nestedOf(weightTree.logitsBias!);
  const plainRows = rows.map(row => logits64(row, plain, heads) as Rows);
  await expectClose(
    y,
    plainRows.map(row => row.map(logits => logits.map((logit, i) => logit / 4 + (bias as number[])[i]!))),
    close,
  );
  dispose([weightTree, y]);
});

test('ids to logits with an untied head', async () => {
  const weightTree = randomWeights(own);
  const y = own(weightTree, ids);
  const plain = await plainTree(weightTree);
  expect(weightTree.head.weight.shape).toEqual([vocab, modelDim]);
  await expectClose(
    y,
    rows.map(row => logits64(row, plain, heads)),
    close,
  );
  dispose([weightTree, y]);
});

test('taps are paths of the tree of uses', async () => {
  const recorder = record(['**']);
  tied(weights, ids, recorder.scope).dispose();
  const layerAt = (path: string, ...inside: string[]) => ['input', ...inside, 'output'].map(name => `${path}.${name}`);
  const within = (path: string, ...names: string[]) => names.map(name => `${path}.${name}`);
  const block = (path: string) => [
    `${path}.input`,
    ...layerAt(`${path}.attentionNorm`),
    `${path}.attention.input`,
    ...['query', 'key', 'value'].flatMap(name => layerAt(`${path}.attention.${name}`)),
    ...within(`${path}.attention`, 'queryBeforePositions', 'keyBeforePositions', 'query', 'key'),
    ...within(`${path}.attention`, 'value', 'scores', 'weights', 'headOutputs'),
    ...layerAt(`${path}.attention.output`),
    `${path}.attention.output`,
    ...layerAt(`${path}.mlpNorm`),
    `${path}.mlp.input`,
    ...layerAt(`${path}.mlp.up`),
    ...within(`${path}.mlp`, 'preActivation', 'hidden'),
    ...layerAt(`${path}.mlp.down`),
    ...within(path, 'mlp.output', 'output'),
  ];
  expect([...recorder.values.keys()]).toEqual([
    'input',
    ...layerAt('embedding'),
    ...['positions.embedding', 'embedded', 'decoder.input'],
    ...block('decoder.layers.0'),
    ...block('decoder.layers.1'),
    ...layerAt('decoder.norm'),
    ...['decoder.output', 'logits', 'output'],
  ]);
  recorder.dispose();
});

test('a later token changes no earlier logit', async () => {
  const before = tied(weights, ids);
  for (const place of [6, 1]) {
    const changed = tensor(
      rows.flatMap(row => row.map((id, i) => (i >= place ? (id + 5) % vocab : id))),
      [batch, length],
      'int32',
    );
    const after = tied(weights, changed);
    const [kept, expected] = [sliceAxis(after, 1, 0, place), sliceAxis(before, 1, 0, place)];
    await expectClose(kept, expected, { absolute: 1e-6 });
    const [later, others] = [sliceAxis(after, 1, place, length - place), sliceAxis(before, 1, place, length - place)];
    await expect(expectClose(later, others, { absolute: 1e-2 })).rejects.toThrow('differ');
    dispose([changed, after, kept, expected, later, others]);
  }
  before.dispose();
});

test('one pass gives the loss at every position', async () => {
  const row = rows[0]!;
  const labels = tensor(row.slice(1), [length - 1], 'int32');
  const inputs = tensor(row.slice(0, -1), [1, length - 1], 'int32');
  const logits = tied(weights, inputs);
  const losses = crossEntropy(reshape(logits, [length - 1, vocab]), labels);
  const plain = await plainTree(weights);
  await expectClose(losses, losses64(logits64(row.slice(0, -1), plain, heads), row.slice(1)), close);
  const one: number[] = [];
  const places = [1, 2, 5];
  for (const i of places) {
    const prefix = tensor(row.slice(0, i), [1, i], 'int32');
    const alone = tied(weights, prefix);
    const [last] = ((await nestedOf(alone)) as Rows[])[0]!.slice(-1);
    one.push(losses64([last!], [row[i]!])[0]!);
    dispose([prefix, alone]);
  }
  const all = await losses.data();
  await expectClose(
    places.map(i => all[i - 1]!),
    one,
    close,
  );
  dispose([labels, inputs, logits, losses]);
});

test('logitPositions gives the logits of some positions only', async () => {
  const [whole, chosen] = [tied(weights, ids), tensor([6, 2], [2], 'int32')];
  const y = tied(weights, ids, emptyScope.with(logitPositions, chosen));
  const expected = ((await nestedOf(whole)) as Rows[]).map(row => [row[6]!, row[2]!]);
  await expectClose(y, expected, { absolute: 1e-6 });
  dispose([whole, chosen, y]);
});

const rotating = (kvHeads: number) =>
  languageModel({
    embedding: parts.embedding,
    decoder: stack({
      block: transformerBlock({
        norm: rmsNorm({ dim: modelDim }),
        attention: selfAttention({
          modelDim,
          heads,
          kvHeads,
          headDim: 4,
          mask: causal(),
          bias: false,
          positionEncoding: rotary({ headDim: 4, storedPositions: maxPositions }),
        }),
        mlp: gatedMlp({ modelDim, hiddenDim: 7 }),
      }),
      depth,
      norm: rmsNorm({ dim: modelDim }),
    }),
  });
const biased = languageModel({
  embedding: parts.embedding,
  decoder: stack({
    block: transformerBlock({
      norm,
      attention: selfAttention({ modelDim, heads, mask: causal(), positionEncoding: alibi({ heads }) }),
      mlp: mlp({ modelDim }),
    }),
    depth,
  }),
});

test('logits of one position, which the last block computes alone, are those of the whole pass', async () => {
  for (const model of [tied, rotating(1), biased]) {
    const run = model as typeof tied;
    const [weightTree, only] = [randomWeights(run), tensor([4], [1], 'int32')];
    const [whole, cache] = [run(weightTree, ids), new Cache({ maxPositions })];
    const y = cache.step(length, scope => run(weightTree, ids, scope.with(logitPositions, only)));
    const expected = ((await nestedOf(whole)) as Rows[]).map(row => [row[4]!]);
    await expectClose(y, expected, close);
    dispose([weightTree, only, whole, cache, y]);
  }
});

test.each([
  ['learned positions', tied],
  ['rotary positions, one head of keys and values', rotating(1)],
  ['rotary positions', rotating(2)],
  ['ALiBi', biased],
] as const)('steps through a cache give the logits of one pass: %s', async (_, model) => {
  const weightTree = randomWeights(model as typeof tied);
  const run = model as typeof tied;
  const whole = run(weightTree, ids);
  const cache = new Cache({ maxPositions, initialCapacity: 2 });
  for (const [start, count] of [
    [0, 3],
    [3, 1],
    [4, 2],
    [6, 1],
  ] as const) {
    const next = sliceAxis(ids, 1, start, count);
    const y = cache.step(count, scope => run(weightTree, next, scope));
    const expected = sliceAxis(whole, 1, start, count);
    await expectClose(y, expected, close);
    dispose([next, y, expected]);
  }
  cache.dispose();
  dispose([weightTree, whole]);
});

test('a padded sequence gives the same logits as alone', async () => {
  const alone = tensor(rows[1]!.slice(2), [1, 5], 'int32');
  const expected = tied(weights, alone);
  const [where, batchIds] = [
    padding({ left: [0, 2] }),
    tensor([...rows[0]!, 0, 0, ...rows[1]!.slice(2)], [2, 7], 'int32'),
  ];
  const standing = tensor([0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 1, 2, 3, 4], [2, 7], 'int32');
  const y = tied(
    weights,
    batchIds,
    emptyScope.with(keyRange, where).with(stepPositions, { positionIds: standing, totalLength: 7 }),
  );
  const [, padded] = (await nestedOf(y)) as Rows[];
  await expectClose(padded!.slice(2), ((await nestedOf(expected)) as Rows[])[0]!, close);
  dispose([alone, expected, where, batchIds, standing, y]);
});

test('more tokens than positions throw with both numbers', () => {
  const long = tensor(Array(12).fill(1), [1, 12], 'int32');
  expect(() => tied(weights, long)).toThrow(
    'learnedPositions: a sequence of 12 tokens is longer than the 11 positions',
  );
  long.dispose();
  const cache = new Cache({ maxPositions: 64 });
  cache.step(7, scope => tied(weights, ids, scope)).dispose();
  expect(() => cache.step(7, scope => tied(weights, ids, scope))).toThrow('a sequence of 14 tokens');
  cache.dispose();
});

test('saved and loaded, it gives the same; another composition refuses the file and says what differs', async () => {
  const bytes = await save(tied, weights);
  const again = await load(tied, bytes);
  const [one, other] = [tied(weights, ids), tied(again, ids)];
  await expectClose(other, one, { absolute: 0 });
  const deeper = languageModel({ ...parts, decoder: stack({ block, depth: 3, norm }), head: own.needs.head });
  await expect(load(deeper, bytes)).rejects.toThrow(
    'load: decoder.layers.2.attentionNorm.weight needs [6], decoder.layers.2.attentionNorm.weight is missing; ',
  );
  await expect(load(deeper, bytes)).rejects.toThrow('head.weight needs [13, 6], head.weight is missing');
  dispose([again, one, other]);
});

test('the embedding of a tied model gets the gradient of both its uses', async () => {
  const labels = tensor([1], [1], 'int32');
  const inputs = tensor([3], [1, 1], 'int32');
  const found = gradients(
    () => sum(crossEntropy(reshape(tied(weights, inputs), [1, vocab]), labels)),
    weights.embedding,
  );
  const gradient: Rows = await nestedOf(found.gradients.weight!);
  // Every row gets one as a row of the head; row 3 also as what was looked up.
  expect(gradient.every(row => row.some(value => Math.abs(value) > 1e-6))).toBe(true);
  const plain = await plainTree(weights);
  const loss = (change: number, row: number) => {
    plain.embedding.weight[row][2] += change;
    const [value] = losses64(logits64([3], plain, heads), [1]);
    plain.embedding.weight[row][2] -= change;
    return value!;
  };
  for (const row of [3, 5]) {
    const slope = (loss(1e-5, row) - loss(-1e-5, row)) / 2e-5;
    await expectClose(gradient[row]![2]!, slope, { absolute: 1e-5, relative: 1e-3 });
  }
  dispose([labels, inputs, found]);
});
