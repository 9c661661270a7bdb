import '@residual/testkit/wasm';
import { type Config, gpt2Config, llamaConfig, marianConfig, t5Config } from '@residual/families';
import { tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { tokenizerFromJson } from '@residual/tokenizer';
import { expect, test } from 'vitest';
import { causalOf, createModel, encoderDecoderOf, loadModel, type Model } from '../index.js';

const sizes = { vocab: 23, modelDim: 12, heads: 3, depth: 2, maxPositions: 16 };
const { maxPositions: _, ...openEnded } = sizes; // relative positions
const tokens = { eos: 1, pad: 0 };

const logitsOf = async (model: Model) => {
  const ids = (values: number[]) => tensor(values, [1, values.length], 'int32');
  const [source, target] = [ids([4, 5, 6]), ids([7, 8])];
  const y =
    model.composition.kind === 'causal-lm'
      ? causalOf('test', model).layer(model.weights as never, source)
      : encoderDecoderOf('test', model).layer(model.weights as never, { source, target });
  const data = [...(await y.data())];
  for (const x of [source, target, y]) x.dispose();
  return data;
};

test.each<[string, Config, string]>([
  ['GPT-2', gpt2Config({ ...sizes, specialTokens: tokens }), 'transformer.h.1.attn.c_attn.weight'],
  [
    'Llama',
    llamaConfig({ ...sizes, kvHeads: 1, specialTokens: { bos: 2, eos: 1 } }),
    'model.layers.1.self_attn.q_proj.weight',
  ],
  ['Llama with a tied head', llamaConfig({ ...sizes, tieWordEmbeddings: true }), 'model.norm.weight'],
  [
    'Marian',
    marianConfig({ ...sizes, encoderDepth: 1, specialTokens: tokens }),
    'model.decoder.layers.1.encoder_attn.q_proj.weight',
  ],
  ['T5', t5Config({ ...openEnded, specialTokens: tokens }), 'decoder.block.1.layer.1.EncDecAttention.q.weight'],
  ['T5 1.1', t5Config({ ...openEnded, gated: true, headDim: 5, specialTokens: tokens }), 'lm_head.weight'],
])('a new %s-shaped model is saved as a checkpoint, which loads as the same model', (_, config, name) =>
  expectNoLeak(async () => {
    const model = await createModel(config, { seed: 3 });
    const files = await model.save();
    expect([...files.keys()].sort()).toEqual(['config.json', 'generation_config.json', 'model.safetensors']);
    expect(new TextDecoder().decode(files.get('model.safetensors')!.subarray(0, 20_000))).toContain(`"${name}"`);
    const again = await loadModel(files);
    await expectClose(await logitsOf(again), await logitsOf(model), { absolute: 1e-6 });
    expect(again.config).toMatchObject({ ...config, dtype: 'float32' });
    model.dispose();
    again.dispose();
  }),
);

const words = tokenizerFromJson({
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: { a: 0, b: 1, c: 2 }, unk_token: 'a' },
});

test('a new model is saved with its tokenizer', async () => {
  const config = gpt2Config({ ...sizes, specialTokens: { eos: 1, bos: 1 } });
  const model = await createModel(config, { seed: 3, tokenizer: words });
  const again = await loadModel(await model.save());
  expect(again.tokenizer!.encode('b c').ids).toEqual([1, 2]);
  const settings = JSON.parse(new TextDecoder().decode((await model.save()).get('tokenizer_config.json')));
  expect(settings).toEqual({
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: 16,
    clean_up_tokenization_spaces: false,
    bos_token: 'b',
    eos_token: 'b',
    pad_token: 'b',
    unk_token: 'a',
  });
  expect(again.generationConfig).toMatchObject({ max_length: 16, pad_token_id: 1 });
  expect(again.config.pad_token_id).toBe(null); // an embedding of it would not be trained
  model.dispose();
  again.dispose();
});

test('numbers that the reference reads only as floats have a decimal point', async () => {
  const model = await createModel(t5Config({ ...openEnded, specialTokens: tokens }), { seed: 3 });
  expect(new TextDecoder().decode((await model.save()).get('config.json'))).toContain('"initializer_factor": 1.0,');
  model.dispose();
});

test('a vocabulary too small for the tokenizer is refused', async () => {
  await expect(createModel(gpt2Config({ ...sizes, vocab: 2 }), { seed: 1, tokenizer: words })).rejects.toThrow(
    'createModel: the tokenizer has 3 tokens, the config a vocabulary of 2; it must hold them all',
  );
});
