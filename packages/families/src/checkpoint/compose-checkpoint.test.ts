import '@residual/testkit/wasm';
import { flatten, init, load, weightNeeds } from '@residual/layers';
import { dense, dispose } from '@residual/tensor';
import { expect, test } from 'vitest';
import {
  type Composition,
  type Config,
  composeCheckpoint,
  type Family,
  families,
  familyOf,
  fromCheckpoint,
  llamaConfig,
  marianConfig,
  t5Config,
  toCheckpoint,
  vit,
  withComputedTensors,
} from '../index.js';

type File = Map<string, { shape: number[]; values: Float32Array }>;

const sizes = { vocab: 11, modelDim: 6, heads: 1, depth: 1, maxPositions: 5 };
const { maxPositions: _, ...withoutMaximum } = sizes; // relative positions
const tokens = { eos: 1, pad: 0 };
const fairseq = (model_type: string): Config => ({ ...marianConfig({ ...sizes, specialTokens: tokens }), model_type });
const configs: Record<string, Config> = {
  gpt2: { model_type: 'gpt2', n_embd: 6, n_head: 1, n_layer: 1, n_positions: 5, vocab_size: 11 },
  llama: llamaConfig({ ...sizes, tieWordEmbeddings: true }),
  t5: t5Config({ ...withoutMaximum, specialTokens: tokens }),
  mt5: {
    ...t5Config({ ...withoutMaximum, gated: true, specialTokens: tokens }),
    model_type: 'mt5',
    tie_word_embeddings: true,
  },
  marian: fairseq('marian'),
  ...Object.fromEntries(
    ['bart', 'mbart', 'm2m_100', 'pegasus'].map(name => {
      const {
        static_position_embeddings: _,
        share_encoder_decoder_embeddings: _s,
        decoder_vocab_size: _d,
        ...config
      } = fairseq(name);
      return [name, config];
    }),
  ),
};

/** The file of a model with random weights. */
const fileOf = async (family: Family, { model }: Composition, seed = 1): Promise<File> => {
  const weights = init(model as { needs: unknown }, { seed });
  const leaves = flatten(model as { needs: unknown }, weights as never);
  const file = await toCheckpoint(family, model, async path => (await dense(leaves.get(path)!).data()) as Float32Array);
  dispose(weights as never);
  return withComputedTensors(family, model, file, (_, shape, values) => ({ shape: [...shape], values: values() }));
};
const arraysOf = (file: File) => ({
  names: file.keys(),
  shapeOf: (name: string) => file.get(name)?.shape,
  readFloat32: async (name: string) => file.get(name)!.values,
});
const roundTrip = async (family: Family, { model }: Composition, file: File): Promise<File> => {
  const weights = await load(model as { needs: unknown }, fromCheckpoint(family, model, arraysOf(file)));
  const leaves = flatten(model as { needs: unknown }, weights as never);
  const saved = await toCheckpoint(
    family,
    model,
    async path => (await dense(leaves.get(path)!).data()) as Float32Array,
  );
  dispose(weights as never);
  return withComputedTensors(family, model, saved, (_, shape, values) => ({ shape: [...shape], values: values() }));
};
const checkpointFor = async (name: string) => {
  const config = configs[name]!;
  const family = familyOf(config, families);
  return { config, family, file: await fileOf(family, family.compose(config)) };
};

test.each(Object.keys(configs))(
  '%s: a head that is stored once, or twice with equal values, stays tied',
  async name => {
    const { config, family, file } = await checkpointFor(name);
    const embedding = [...file].find(([, { shape }]) => shape.join() === '11,6')![1];
    for (const more of [[], [['lm_head.weight', embedding] as const]]) {
      const checkpoint = await composeCheckpoint(family, config, arraysOf(new Map([...file, ...more])));
      expect(checkpoint.changes).toEqual({});
      expect(checkpoint.config).toBe(config);
    }
  },
);

test.each(Object.keys(configs))(
  '%s: a head that differs from the embedding is untied, and is saved untied',
  async name => {
    const { config, family, file } = await checkpointFor(name);
    const head = { shape: [11, 6], values: Float32Array.from({ length: 66 }, (_, i) => i / 7) };
    const whole = new Map([...file, ['lm_head.weight', head] as const]);
    const { composition, changes, config: changed } = await composeCheckpoint(family, config, arraysOf(whole));
    expect(changes.tie_word_embeddings).toBe(false);
    const again = await roundTrip(family, composition, whole);
    expect(again.get('lm_head.weight')).toEqual(head);
    // The config that is saved means the same, without a file beside it.
    expect(await roundTrip(family, family.compose(changed), again)).toEqual(again);
    // The reference unties the embeddings of both sides, too.
    if (family.copies)
      for (const side of ['encoder', 'decoder'])
        expect(again.get(`model.${side}.embed_tokens.weight`)).toEqual(file.get('model.shared.weight'));
  },
);

test.each([
  [{}, true],
  [{ scale_decoder_outputs: false }, false],
  [{ tie_word_embeddings: true, scale_decoder_outputs: true }, true],
])('whether T5 scales its output does not change with the head: %j', async (fields, scaled) => {
  const {
    config: { tie_word_embeddings: _, ...rest },
    family,
    file,
  } = await checkpointFor('t5');
  const whole = new Map([...file, ['lm_head.weight', { shape: [11, 6], values: new Float32Array(66) }] as const]);
  const { changes } = await composeCheckpoint(family, { ...rest, ...fields }, arraysOf(whole));
  expect(changes).toEqual({ tie_word_embeddings: false, scale_decoder_outputs: scaled });
});

const table = (
  name: string,
  config: Config,
  offset = 0,
): readonly [string, { shape: number[]; values: Float32Array }] => {
  const { model } = familyOf(config, families).compose(config) as unknown as {
    model: { needs: { source: { positions: { needs: { table: { values: () => Float32Array } } } } } };
  };
  const values = Float32Array.from([
    ...new Float32Array(offset * 6),
    ...model.needs.source.positions.needs.table.values(),
  ]);
  return [name, { shape: [values.length / 6, 6], values }];
};

test('a position table equal to its formula is not a weight; Pegasus writes it again', async () => {
  for (const name of ['pegasus', 'marian']) {
    const { config, family, file } = await checkpointFor(name);
    const names = ['encoder', 'decoder'].map(side => `model.${side}.embed_positions.weight`);
    expect(names.map(each => file.has(each))).toEqual([name === 'pegasus', name === 'pegasus']);
    const whole = new Map([...file, ...names.map(each => table(each, config))]);
    const { composition } = await composeCheckpoint(family, config, arraysOf(whole));
    expect(await roundTrip(family, composition, whole)).toEqual(file);
  }
});

test('a position table that differs from its formula is used, and written again', async () => {
  for (const name of ['pegasus', 'marian']) {
    const { config, family, file } = await checkpointFor(name);
    const whole: File = new Map(file);
    for (const side of ['encoder', 'decoder']) {
      const [each, entry] = table(`model.${side}.embed_positions.weight`, config);
      entry.values[7] = side === 'encoder' ? 3 : entry.values[7]!;
      whole.set(each, entry);
    }
    const { composition, changes } = await composeCheckpoint(family, config, arraysOf(whole));
    expect(changes).toEqual({});
    expect(await roundTrip(family, composition, whole)).toEqual(whole);
  }
});

test('a number that is no weight is written beside each block that has its weights', async () => {
  const config = { ...llamaConfig(sizes), model_type: 'apertus', hidden_act: 'xielu' };
  const numbers = async (fields: Config) => {
    const family = familyOf(fields, families);
    const file = await fileOf(family, family.compose(fields));
    return [...file].filter(([name]) => name.endsWith('.act_fn.eps'));
  };
  const written = { shape: [], values: Float32Array.of(-1e-6) };
  expect(await numbers({ ...config, num_hidden_layers: 2 })).toEqual(
    [0, 1].map(block => [`model.layers.${block}.mlp.act_fn.eps`, written]),
  );
  expect(await numbers({ ...config, hidden_act: 'silu' })).toEqual([]);
});

test('a buffer that differs from its computed values is an error with both numbers', async () => {
  const failure = async (
    name: string,
    more: readonly (readonly [string, { shape: number[]; values: Float32Array }])[],
  ) => {
    const { config, family, file } = await checkpointFor(name);
    return composeCheckpoint(family, config, arraysOf(new Map([...file, ...more]))).then(
      () => 'no error',
      (error: Error) => error.message,
    );
  };
  const mask = (values: number[]) => ({ shape: [1, 1, 2, 2], values: Float32Array.from(values) });
  expect(await failure('gpt2', [['h.0.attn.bias', mask([1, 0, 1, 1])]])).toBe('no error');
  expect(await failure('gpt2', [['h.0.attn.bias', mask([1, 1, 1, 1])]])).toBe(
    'load: h.0.attn.bias of this gpt2 holds 1 at 1, where 0 is computed; such a model cannot be composed',
  );
  const number = (value: number) => ({ shape: [], values: Float32Array.of(value) });
  expect(await failure('gpt2', [['h.0.attn.masked_bias', number(-1e9)]])).toBe('no error');
  expect(await failure('gpt2', [['h.0.attn.masked_bias', number(-1)]])).toContain(
    'holds -1 at 0, where -10000 is computed',
  );
  const angles = (values: number[]) => ({ shape: [3], values: Float32Array.from(values) });
  const inverse = 'model.layers.0.self_attn.rotary_emb.inv_freq';
  expect(await failure('llama', [[inverse, angles([1, 0.0464, 0.00215])]])).toBe('no error');
  expect(await failure('llama', [[inverse, angles([1, 0.0464, 0.5])]])).toMatch(
    /inv_freq of this llama holds 0.5 at 2, where 0.00215\d* is computed/,
  );
  const [name, entry] = table('model.encoder.embed_positions.weights', configs.m2m_100!, 2);
  expect(await failure('m2m_100', [[name, entry]])).toBe('no error');
  entry.values[13] = 9;
  expect(await failure('m2m_100', [[name, entry]])).toMatch(
    /weights of this m2m100 holds 9 at 13, where \S+ is computed/,
  );
});

test.each([
  ['with the pooler, under names without a prefix', ['pooler.dense.weight', 'pooler.dense.bias'], ['weight', 'bias']],
  ['without one that the file lacks', ['embeddings.cls_token'], []],
])('a model of pictures has a head %s', async (_, names, leaves) => {
  const config = {
    ...{ model_type: 'vit', architectures: ['ViTModel'], image_size: 8, patch_size: 4 },
    ...{ hidden_size: 4, num_attention_heads: 2, num_hidden_layers: 1, intermediate_size: 4 },
  };
  const stored = { names, shapeOf: () => [4], readFloat32: async () => new Float32Array(4) };
  const { composition } = await composeCheckpoint(vit, config, stored);
  const head = weightNeeds(composition.model)
    .map(({ path }) => path)
    .filter(path => path.startsWith('head.'));
  expect(head).toEqual(leaves.map(leaf => `head.pooler.${leaf}`));
});
