import '@residual/backend-cpu';
import { causal, lowRankValueAttention, selfAttention } from '@residual/attention';
import { learnedPositions, rotary, tokenEmbedding } from '@residual/embeddings';
import { type Config, t5 } from '@residual/families';
import { init, layerNorm, linear, rmsNorm } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { dispose, memoryUsage, normalValues, type Tensor, tensor, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak, fixtureJson } from '@residual/testkit';
import { addAdapter } from '@residual/train';
import { languageModel, parallelBlock, postNormBlock, stack, transformerBlock } from '@residual/transformer';
import { beforeAll, expect, test } from 'vitest';
import { ablate, attributeLogits, type BoundLayer, decomposeResidual, run, type Split } from '../index.js';
import { expectAttribution } from '../testing/expect-attribution.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import { tinyGpt2 } from '../testing/tiny-model.js';

beforeAll(() => useBackend('cpu'));

const [modelDim, heads, vocab] = [14, 2, 11];
const norm = rmsNorm({ dim: modelDim });
const embedding = tokenEmbedding({ vocab, dim: modelDim, scale: 3 });
const positionEncoding = rotary({ headDim: 7 - 1 });
const attention = selfAttention({ modelDim, heads, headDim: 6, mask: causal(), positionEncoding });
const plain = mlp({ modelDim, hiddenDim: 13 });

/** The model with weights of a size that makes every component matter. */
const withWeights = (layer: BoundLayer['layer'], seed = 1): BoundLayer => ({ layer, weights: init(layer, { seed }) });

const models: Readonly<Record<string, () => BoundLayer | Promise<BoundLayer>>> = {
  't5, which scales the input of its head': () => loadCheckpoint('fixtures/checkpoints/t5'),
  'mbart, which normalizes its embedding and has a bias of logits': () => loadCheckpoint('fixtures/checkpoints/mbart'),
  'm2m100, with sinusoidal positions': () => loadCheckpoint('fixtures/checkpoints/m2m100'),
  'parallel blocks': () =>
    withWeights(
      languageModel({
        embedding,
        decoder: stack({ block: parallelBlock({ norm, attention, mlp: plain }), depth: 2, norm }),
      }),
    ),
  'low-rank values, a head of its own with a bias, and no final norm': () => {
    const lowRank = lowRankValueAttention({ modelDim, heads, mask: causal() });
    const block = transformerBlock({ norm, attention: lowRank, mlp: gatedMlp({ modelDim, hiddenDim: 5 }) });
    const positions = learnedPositions({ maxPositions: 17, dim: modelDim });
    const head = linear({ in: modelDim, out: vocab });
    return withWeights(
      languageModel({
        embedding,
        positionEncoding: positions,
        decoder: stack({ block, depth: 2 }),
        head,
        headScale: 0.3,
      }),
    );
  },
  'adapters beside the matrices': () => {
    const block = transformerBlock({ norm: layerNorm({ dim: modelDim }), attention, mlp: plain });
    const layer = languageModel({ embedding, decoder: stack({ block, depth: 2, norm }), logitsBias: true });
    const { weights } = withWeights(layer);
    for (const [path, out, width] of [
      ['decoder.layers.0.attention.output', modelDim, heads * 6],
      ['decoder.layers.1.mlp.down', modelDim, 13],
    ] as const) {
      const values = (rows: number, columns: number) =>
        tensor(normalValues(5, `${path}.${rows}`, rows * columns), [rows, columns]);
      addAdapter(layer, weights, path, 'style', {
        down: values(2, width),
        up: values(out, 2),
        scale: 0.5,
        active: true,
      });
    }
    return { layer, weights };
  },
  't5 with dropout after its final norm': async () => {
    const config = await fixtureJson<Config>('checkpoints/t5/config.json');
    return withWeights(t5.compose({ ...config, dropout_rate: 0.1 }).model as never);
  },
};

const isPair = ({ layer }: BoundLayer) => 'encode' in layer;

test.each(['gpt2', 'llama'] as const)('%s: a logit splits as on the reference', name =>
  expectNoLeak(() => expectAttribution(name, ['block', 'head', 'neuron'])),
);

/** Expects that contributions add up to the logit and vectors to the stream, for some splits. */
async function expectSums(model: BoundLayer, splits: readonly Split[]) {
  const input = isPair(model) ? { source: [5, 7, 9, 2], target: [3, 6, 8] } : [3, 6, 8];
  const last = model.layer.needs.decoder.needs.layers.length - 1;
  const path = `decoder.layers.${last}.output`;
  using result = run(model, input, { names: [path] });
  const [logits, stream] = [await result.output.data(), await result.activation(path).data()];
  const width = result.output.shape[2]!;
  const difference = logits[width + 4]! - logits[width + 9]!;
  for (const by of splits) {
    const { logit, components } = await attributeLogits(model, input, { target: 4, against: 9, position: 1, by });
    expect(logit).toBeCloseTo(difference, 5);
    const sum = components.reduce((total, { contribution }) => total + contribution, 0);
    const scale = components.reduce((total, { contribution }) => total + Math.abs(contribution), 0);
    expect(Math.abs(sum - logit)).toBeLessThan(2e-6 * scale);
    expect(new Set(components.map(({ path }) => path)).size).toBe(components.length);
    if (by === 'neuron') continue;
    const { components: vectors, residual } = await decomposeResidual(model, input, { position: -2, by });
    const dim = residual.length;
    expect([...residual]).toEqual([...stream.slice(dim, 2 * dim)]);
    await expectClose(
      residual.map((_, i) => vectors.reduce((total, { vector }) => total + vector[i]!, 0)),
      residual,
      { absolute: 1e-5 * Math.max(...residual.map(Math.abs)) },
    );
  }
}

test.each(Object.keys(models))('%s: every split adds up to the logit and to the stream', name =>
  expectNoLeak(async () => {
    const model = await models[name]!();
    await expectSums(model, ['block', 'head', 'neuron']);
    dispose(model.weights);
  }),
);

test('the story model: heads add up to the logit and to the stream', async () => {
  const model = await loadCheckpoint('packages/model-stories/model');
  await expectSums(model, ['head']);
  dispose(model.weights);
});

test('components have the paths of what made them, in the order in which they are added', () =>
  expectNoLeak(async () => {
    const pathsOf = async (model: BoundLayer, by: 'head' | 'neuron', input: never) => {
      const { components } = await attributeLogits(model, input, { target: 1, by, neurons: 1 });
      dispose(model.weights);
      return components.map(({ path }) => path);
    };
    const ids = [3, 6] as never;
    const lowRank = await models['low-rank values, a head of its own with a bias, and no final norm']!();
    expect(await pathsOf(lowRank, 'head', ids)).toEqual([
      'embedding',
      'positions',
      'decoder.layers.0.attention.heads.0',
      'decoder.layers.0.attention.heads.1',
      'decoder.layers.0.mlp',
      'decoder.layers.1.attention.heads.0',
      'decoder.layers.1.attention.heads.1',
      'decoder.layers.1.mlp',
      'head.bias',
    ]);
    const adapters = await models['adapters beside the matrices']!();
    expect((await pathsOf(adapters, 'neuron', ids)).slice(-6)).toEqual([
      'decoder.layers.0.mlp.down.bias',
      'decoder.layers.1.attention',
      expect.stringMatching(/^decoder\.layers\.1\.mlp\.neurons\.\d+$/),
      'decoder.layers.1.mlp.neurons.rest',
      'decoder.layers.1.mlp.down.bias',
      'logitsBias',
    ]);
    const mbart = await loadCheckpoint('fixtures/checkpoints/mbart');
    const paths = await pathsOf(mbart, 'head', { source: [5, 2], target: [3] } as never);
    expect(paths.slice(0, 2)).toEqual(['target.embedded', 'decoder.layers.0.attention.heads.0']);
    expect(paths).toContain('decoder.layers.1.crossAttention.output.bias');
    expect(paths.slice(-2)).toEqual(['decoder.norm.bias', 'logitsBias']);
  }));

test('an ablated head contributes nothing', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const hooks = [ablate('decoder.layers.1.attention.headOutputs', { heads: [1] })];
    const of = async (hooks: readonly ReturnType<typeof ablate>[]) => {
      const { components } = await attributeLogits(model, [3, 1, 4], { target: 2, by: 'head', hooks });
      return components.find(({ path }) => path === 'decoder.layers.1.attention.heads.1')!.contribution;
    };
    expect(await of(hooks)).toBe(0);
    expect(await of([])).not.toBe(0);
    dispose(model.weights);
  }));

test('what does not add up or does not fit is refused, and everything is freed', () =>
  expectNoLeak(async () => {
    const postNorm = withWeights(
      languageModel({ embedding, decoder: stack({ block: postNormBlock({ norm, attention, mlp: plain }), depth: 2 }) }),
    );
    const marian = await loadCheckpoint('fixtures/checkpoints/marian');
    const gpt2 = tinyGpt2();
    const before = memoryUsage().tensors;
    const refused = (call: Promise<unknown>, message: string | RegExp) => expect(call).rejects.toThrow(message);
    const reason =
      'decoder.layers.0 is a postNormBlock: its norms act on the stream itself, so that the stream is no sum of what ' +
      'its parts gave';
    await refused(
      decomposeResidual(postNorm, [1, 2]),
      new RegExp(
        `^decomposeResidual: the components add up to a vector of length [\\d.]+, the residual stream at position 1 ` +
          `has length [\\d.]+, and they differ by [\\d.]+; ${reason}$`,
      ),
    );
    await refused(attributeLogits(postNorm, [1, 2], { target: 0 }), reason);
    await refused(attributeLogits(marian, { source: [5, 2], target: [0] }, { target: 0 }), 'postNormCrossBlock');
    await refused(
      attributeLogits(gpt2, [1, 2], { target: 13 }),
      'target is 13; it must be a whole number from 0 to 12',
    );
    await refused(attributeLogits(gpt2, [1, 2], { target: 1, against: -1 }), 'against is -1;');
    await refused(attributeLogits(gpt2, [1, 2], { target: 1, position: 2 }), 'position 2 does not exist, there are 2');
    await refused(
      decomposeResidual(gpt2, [1, 2], { by: 'neuron' as never }),
      `decomposeResidual: by is "neuron"; it must be 'block' or 'head'`,
    );
    const changed = [ablate('decoder.layers.1.input')];
    await refused(
      decomposeResidual(gpt2, [1, 2], { hooks: changed }),
      'a layer or a hook changes the stream between the components',
    );
    const abort = new AbortController();
    const pending = attributeLogits(gpt2, [1, 2], { target: 1, by: 'neuron', signal: abort.signal });
    abort.abort(new Error('enough'));
    await refused(pending, 'enough');
    expect(memoryUsage().tensors).toBe(before);
    dispose([postNorm.weights, marian.weights, gpt2.weights] as Tensor[]);
  }));
