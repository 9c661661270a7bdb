import '@residual/testkit/wasm';
import { causal, crossAttention, selfAttention } from '@residual/attention';
import { learnedPositions, rotary, tokenEmbedding } from '@residual/embeddings';
import { composedFamily, gpt2Config } from '@residual/families';
import { init, layerNorm, linear, rmsNorm, sequential } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { memoryUsage } from '@residual/tensor';
import { byteTokenizerJson, expectClose, expectNoLeak } from '@residual/testkit';
import { tokenizerFromJson } from '@residual/tokenizer';
import {
  crossBlock,
  crossStack,
  encoderDecoder,
  firstToken,
  languageModel,
  stack,
  textEncoder,
  transformerBlock,
  withHead,
} from '@residual/transformer';
import { expect, test } from 'vitest';
import { asModel, createModel, loadModel } from '../index.js';
import { connectModels, serveModels } from '../worker/index.js';

const [vocab, modelDim, heads, depth, maxPositions] = [263, 12, 3, 2, 41];

/** GPT-2, composed by hand. */
const gpt = ({ heads = 3 } = {}) => {
  const norm = layerNorm({ dim: modelDim });
  const attention = selfAttention({ modelDim, heads, mask: causal() });
  const block = transformerBlock({
    norm,
    attention,
    mlp: mlp({ modelDim, hiddenDim: 4 * modelDim, activation: 'geluTanh' }),
  });
  return languageModel({
    embedding: tokenEmbedding({ vocab, dim: modelDim }),
    positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
    decoder: stack({ block, depth, norm }),
  });
};

/** What no published family is: parallel widths, RMS norms, rotary positions on every second block only. */
const ownLayer = () => {
  const norm = rmsNorm({ dim: modelDim });
  const gated = gatedMlp({ modelDim, hiddenDim: 17, activation: 'silu' });
  const block = [rotary({ headDim: 4 }), undefined].map(positionEncoding =>
    transformerBlock({
      norm,
      attention: selfAttention({
        modelDim,
        heads,
        kvHeads: 1,
        mask: causal(),
        ...(positionEncoding && { positionEncoding }),
      }),
      mlp: gated,
    }),
  );
  return languageModel({ embedding: tokenEmbedding({ vocab, dim: modelDim }), decoder: stack({ block, norm }) });
};

const tokenizer = tokenizerFromJson(byteTokenizerJson(['<s>', '</s>']));
const config = { max_position_embeddings: 64, eos_token_id: 257, bos_token_id: 256 };
const chatTemplate = '{% for m in messages %}{{ m.role }} {{ m.content }} {% endfor %}assistant ';

const message = async (use: () => unknown): Promise<string> => {
  try {
    await use();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

test('a GPT-2 composed by hand gives the numbers of the family, and its files open again', () =>
  expectNoLeak(async () => {
    using published = await createModel(gpt2Config({ vocab, modelDim, heads, depth, maxPositions }), { seed: 3 });
    const layer = gpt();
    using model = asModel(layer, { weights: init(layer, { seed: 3 }) });
    expect([model.depth, model.heads, model.maxPositions, model.openEnded, model.vocab]).toEqual([
      2,
      3,
      41,
      false,
      vocab,
    ]);
    const prompt = [5, 7, 11, 13];
    const expected = await published.forward(prompt);
    await expectClose((await model.forward(prompt)).logits.data, expected.logits.data, { absolute: 1e-6 });
    const options = { temperature: 1, seed: 9, maxNewTokens: 6 };
    const text = await published.generate(prompt, options).result();
    expect(await model.generate(prompt, options).result()).toEqual(text);
    expect(await model.embed(prompt)).toEqual(await published.embed(prompt));
    using again = await loadModel(await model.save(), { layer });
    expect(await again.generate(prompt, options).result()).toEqual(text);
  }));

test('a layer of no family generates, chats and saves, and its tokenizer, template and settings come back', () =>
  expectNoLeak(async () => {
    const layer = ownLayer();
    const generationConfig = { do_sample: true, temperature: 0.5, max_new_tokens: 7 };
    using model = asModel(layer, {
      weights: init(layer, { seed: 1 }),
      tokenizer,
      config,
      chatTemplate,
      generationConfig,
    });
    expect([model.openEnded, model.maxPositions, model.eosTokenIds]).toEqual([true, 64, [257]]);
    const files = await model.save();
    expect(JSON.parse(new TextDecoder().decode(files.get('config.json')))).toMatchObject({
      model_type: 'composed',
      architectures: ['ComposedForCausalLM'],
      num_hidden_layers: 2,
      num_attention_heads: 3,
    });
    using again = await loadModel(files, { layer });
    const messages = [{ role: 'user', content: 'hello' }];
    const answer = await model.chat(messages, { seed: 5 }).result();
    expect(answer.newTokens).toHaveLength(7);
    expect(await again.chat(messages, { seed: 5 }).result()).toMatchObject({
      text: answer.text,
      tokens: answer.tokens,
    });
    expect([...(await again.save()).keys()].sort()).toEqual([...files.keys()].sort());
  }));

test('a composed encoder-decoder and a composed classifier are models too', () =>
  expectNoLeak(async () => {
    const norm = layerNorm({ dim: modelDim });
    const parts = { norm, mlp: mlp({ modelDim, hiddenDim: 19, activation: 'relu' }) };
    const encoder = stack({
      block: transformerBlock({ ...parts, attention: selfAttention({ modelDim, heads }) }),
      depth: 1,
    });
    const embedding = tokenEmbedding({ vocab, dim: modelDim });
    const pair = encoderDecoder({
      source: { embedding, positionEncoding: learnedPositions({ maxPositions, dim: modelDim }) },
      encoder,
      decoder: crossStack({
        block: crossBlock({
          ...parts,
          attention: selfAttention({ modelDim, heads, mask: causal() }),
          crossAttention: crossAttention({ modelDim, heads: 2 }),
        }),
        depth: 3,
      }),
    });
    const start = { decoder_start_token_id: 256 };
    using writer = asModel(pair, { weights: init(pair, { seed: 2 }), config: start, tokenizer });
    expect([writer.depth, writer.heads, writer.encoderDepth, writer.encoderHeads]).toEqual([3, 3, 1, 3]);
    const options = { temperature: 0, maxNewTokens: 5 };
    using rewriter = await loadModel(await writer.save(), { layer: pair });
    expect(await rewriter.generate('a', options).result()).toEqual(await writer.generate('a', options).result());

    const head = sequential({ pool: firstToken(), score: linear({ in: modelDim, out: 2 }) });
    const judge = withHead(textEncoder({ embedding, encoder }), head);
    const labels = { id2label: { 0: 'bad', 1: 'good' }, max_position_embeddings: 50 };
    const weights = init(judge, { seed: 2 });
    expect(await message(() => asModel(judge, { weights, config: labels, tokenizer }))).toBe(
      'composed: config field architectures is undefined; it must be a list of one of ' +
        'ComposedForSequenceClassification, ComposedForTokenClassification, ComposedForQuestionAnswering',
    );
    const architectures = ['ComposedForSequenceClassification'];
    using critic = asModel(judge, { weights, config: { ...labels, architectures }, tokenizer });
    using reread = await loadModel(await critic.save(), { layer: judge });
    expect((await critic.classify('a')).map(({ label }) => label).sort()).toEqual(['bad', 'good']);
    expect(await reread.classify('a')).toEqual(await critic.classify('a'));
  }));

test('a worker that imports the layer serves its models', async () => {
  const layer = ownLayer();
  using model = asModel(layer, {
    weights: init(layer, { seed: 1 }),
    tokenizer,
    config: { ...config, model_type: 'own' },
  });
  const { port1, port2 } = new MessageChannel();
  const before = memoryUsage();
  serveModels(port1, { families: [composedFamily(layer, 'own')] });
  const models = connectModels(port2);
  const remote = await models.load(await model.save());
  expect(remote.family).toBe('own');
  const options = { temperature: 0, maxNewTokens: 4 };
  expect(await remote.generate('ab', options).result()).toEqual(await model.generate('ab', options).result());
  await remote.dispose();
  models.close();
  port1.close();
  expect(memoryUsage()).toEqual(before);
});

test('what does not fit is refused', () =>
  expectNoLeak(async () => {
    const layer = gpt();
    const weights = init(layer, { seed: 3 });
    const own = ownLayer();
    const { norm } = layer.needs.decoder.needs as never as { norm: ReturnType<typeof layerNorm> };
    expect(await message(() => asModel(norm as never, { weights } as never))).toBe(
      'composedFamily: layerNorm is no whole model that reads tokens; a languageModel, encoderDecoder, textEncoder, ' +
        'textDecoder, maskedLanguageModel or withHead of @residual/transformer is one',
    );
    expect(await message(() => asModel(layer, { weights, config: { max_position_embeddings: 42 } }))).toBe(
      'composed: config field max_position_embeddings is 42; it must be at most 41, the positions of the layer',
    );
    expect(await message(() => asModel(own, { weights: weights as never }))).toBe(
      'composed: config field max_position_embeddings is undefined; it must be a whole number from 1 to 2147483647',
    );
    expect(await message(() => asModel(own, { weights: weights as never, config }))).toContain(
      'key.weight needs [4, 12], decoder.layers.0.attention.key.weight holds [12, 12]',
    );
    using model = asModel(layer, { weights });
    const files = await model.save();
    expect(await message(() => loadModel(files))).toBe(
      'familyOf: model_type "composed" was composed by hand, which no family describes; code that has its layer ' +
        'opens it: loadModel(source, { layer }), or { families: [composedFamily(layer)] }',
    );
    expect(await message(() => loadModel(files, { layer: gpt({ heads: 2 }) }))).toBe(
      'composed: config field num_attention_heads is 3; it must be 2 or absent',
    );
    using published = await createModel(gpt2Config({ vocab, modelDim, heads, depth, maxPositions }), { seed: 3 });
    const gpt2Files = await published.save();
    expect(await message(() => loadModel(gpt2Files, { layer }))).toBe(
      'gpt2: config field architectures is ["GPT2LMHeadModel"]; it must be a list of one of ComposedForCausalLM',
    );
    const gguf = new Map([['model.gguf', new Uint8Array(4)]]);
    expect(await message(() => loadModel(gguf, { layer }))).toBe(
      'loadModel: a GGUF file names its own family; a layer opens the files of a model of asModel',
    );
  }));
