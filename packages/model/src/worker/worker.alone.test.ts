import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { repositoryFile, smallBertConfig, wordPieceJson } from '@residual/testkit';
import { tokenizerFromJson } from '@residual/tokenizer';
import { expect, test } from 'vitest';
import { createModel } from '../load/create-model.js';
import { loadModel } from '../load/load-model.js';
import type { PaintStep } from '../paint/painting-result.js';
import { chatFiles } from '../testing/chat-checkpoint.js';
import { paintingModel } from '../testing/painting-model.js';
import { connectModels, serveModels } from './index.js';
import { callMethods } from './methods.js';

const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];
const files = async (folder = 'fixtures/models/stories260k', of = names) =>
  new Map(await Promise.all(of.map(async name => [name, await repositoryFile(`${folder}/${name}`)] as const)));

test('sounds are named over a port as by the model itself', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const source = await files('fixtures/architectures/ast', ['config.json', 'model.safetensors']);
  const [local, remote] = [await loadModel(source), await models.load(source)];
  const [sound, other] = [1, 2].map(k => Float32Array.from({ length: 900 }, (_, i) => Math.sin(0.1 * k * i)));
  const done: number[] = [];
  const options = { batch: 1, onProgress: (progress: { readonly done: number }) => done.push(progress.done) };
  expect(await remote.classifySound([sound!, other!], options)).toEqual(await local.classifySound([sound!, other!]));
  expect(await remote.classifySound(sound!)).toEqual(await local.classifySound(sound!));
  expect([done, remote.labels]).toEqual([
    [1, 2],
    ['yes', 'no', 'up', 'down'],
  ]);
  local.dispose();
  await remote.dispose();
  models.close();
});

test('pictures are painted over a port as by the model itself', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const local = await paintingModel();
  const remote = await models.load(await local.save());
  const options = { temperature: 0.9, seed: 5, previewEvery: 3, codes: [4, ...Array<number>(8).fill(-1)] };
  const [steps, own] = [[] as PaintStep[], [] as PaintStep[]];
  for await (const step of remote.paint('red cat', options)) steps.push(step);
  for await (const step of local.paint('red cat', options)) own.push(step);
  expect(steps).toEqual(own);
  const painted = await remote.paint('red cat', options).result();
  expect(painted).toEqual(await local.paint('red cat', options).result());
  expect(await remote.decodeImage(painted.codes)).toEqual(painted.image);
  local.dispose();
  await remote.dispose();
  models.close();
});

test('a speech over a port, with a vocoder there, is that of the model itself', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const [source, other] = await Promise.all(
    ['speecht5-tts', 'speecht5-hifigan'].map(name =>
      files(`fixtures/architectures/${name}`, ['config.json', 'model.safetensors']),
    ),
  );
  const [local, vocoder] = [await loadModel(source!), await loadModel(other!)];
  const [remote, remoteVocoder] = [await models.load(source!), await models.load(other!)];
  const options = { speakerEmbedding: new Float32Array(8).fill(0.3), maxLengthRatio: 4, seed: 1 };
  const said = await remote.speak([5, 6, 7], { ...options, vocoder: remoteVocoder }).result();
  expect(said).toEqual(await local.speak([5, 6, 7], { ...options, vocoder }).result());
  expect(said.samples.length).toBeGreaterThan(16);
  await expect(remote.speak([5], { ...options, vocoder }).result()).rejects.toThrow(
    'speak: vocoder is no model of this connection; load it with the same connectModels',
  );
  local.dispose();
  vocoder.dispose();
  await remote.dispose();
  await remoteVocoder.dispose();
  models.close();
});

test('a model over a port does what the model itself does', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const before = memoryUsage();
  const local = await loadModel(await files());
  const remote = await models.load(await files());
  const options = {
    temperature: 0.8,
    topP: 0.9,
    seed: 7,
    maxNewTokens: 20,
    topLogprobs: 3,
    taps: ['decoder.layers.0.attention.weights'],
  };
  const steps = [];
  for await (const step of remote.generate('Once upon', options)) steps.push(step);
  const own = [];
  for await (const step of local.generate('Once upon', options)) own.push(step);
  expect(steps).toEqual(own);
  expect(await remote.generate('Once upon', options).result()).toEqual(
    await local.generate('Once upon', options).result(),
  );
  const { seed, ...unseeded } = options;
  const obeying = { schema: { type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 3 }, temperature: 0 };
  expect(await remote.generate('Once', obeying).result()).toEqual(await local.generate('Once', obeying).result());
  const sample = await remote.generate('Once upon', unseeded).result();
  expect(await local.generate('Once upon', { ...options, seed: sample.seed! }).result()).toEqual(sample);
  expect((await remote.generate('Once upon', unseeded).result()).seed).not.toBe(sample.seed);
  const taps = { taps: ['decoder.layers.*.attention.weights'] };
  expect(await remote.forward('Once upon', taps)).toEqual(await local.forward('Once upon', taps));
  const { ids, tokens, offsets, specialTokensMask } = local.tokenizer!.encode('Once upon');
  expect(await remote.encode('Once upon')).toEqual({ ids, tokens, offsets, specialTokensMask });
  expect(await remote.embed('Once')).toEqual(await local.embed('Once'));
  const settings = { pooling: 'last', layer: 1, normalize: true } as const;
  expect(await remote.embedBatch(['Once', 'upon a'], settings)).toEqual(
    await local.embedBatch(['Once', 'upon a'], settings),
  );
  expect(await remote.contextual('Once', { lens: 2 })).toEqual(await local.contextual('Once', { lens: 2 }));
  const [expected, actual] = [await local.tokenVectors(), await remote.tokenVectors()];
  expect([actual.words, actual.data]).toEqual([expected.words, expected.data]);
  expect(await remote.describe()).toEqual(local.describe());
  expect([remote.maxPositions, remote.openEnded]).toEqual([512, true]);
  await remote.dispose();
  await expect(remote.forward('Once')).rejects.toThrow('there is no model 0; it was disposed');
  local.dispose();
  expect(memoryUsage()).toEqual(before);
  models.close();
  port1.close();
  expect(warnings).toEqual([]); // 20 steps leave no 20 listeners
  process.off('warning', onWarning);
});

test('a model of the same connection drafts; another one is refused', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const local = await loadModel(await files());
  const [remote, assistantModel] = [await models.load(await files()), await models.load(await files())];
  const options = { temperature: 0, maxNewTokens: 12 };
  const { tokens } = await local.generate('Once upon', options).result();
  const drafted = await remote.generate('Once upon', { ...options, assistantModel }).result();
  expect(drafted.tokens).toEqual(tokens);
  expect(drafted.acceptedTokens).toBeGreaterThan(0);
  await expect(remote.generate('Once', { assistantModel: local }).result()).rejects.toThrow(
    'generate: assistantModel is no model of this connection; load it with the same connectModels',
  );
  local.dispose();
  models.close();
  port1.close();
});

test('beam searches and translations cross a port too', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const translator = await files('packages/model-en-fr/model');
  const local = await loadModel(translator);
  const remote = await models.load(translator);
  expect([remote.kind, remote.family, remote.encoderDepth, remote.encoderHeads]).toEqual([
    'seq2seq-lm',
    'marian',
    4,
    4,
  ]);
  const text = 'I am here. You are there.';
  const taps = ['decoder.layers.1.crossAttention.weights'];
  for (const options of [{ taps }, { numBeams: 3, alignments: true }]) {
    const [own, steps] = [[], []] as unknown[][];
    for await (const step of local.translate(text, options)) own!.push(step);
    for await (const step of remote.translate(text, options)) steps!.push(step);
    expect(steps).toEqual(own);
    expect(await remote.translate(text, options).result()).toEqual(await local.translate(text, options).result());
  }
  expect(await remote.translate([text]).result()).toEqual(await local.translate([text]).result());
  expect(await remote.beamSearch(text).result()).toEqual(await local.beamSearch(text).result());
  expect(await remote.beamSearchBatch([text]).result()).toEqual(await local.beamSearchBatch([text]).result());
  const functions = remote.translate(text, { processors: [row => row] });
  await expect(functions.result()).rejects.toThrow(
    'translate: functions (processors) cannot cross a port; call translate in the thread that loaded the model',
  );
  await remote.dispose();
  local.dispose();
  models.close();
  port1.close();
});

test('recordings cross a port, one or several, and so do their steps', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const listener = await files('fixtures/architectures/whisper-generate', [
    'config.json',
    'model.safetensors',
    'generation_config.json',
  ]);
  const [local, remote] = [await loadModel(listener), await models.load(listener)];
  expect([remote.kind, remote.encoderDepth]).toEqual(['speech-seq2seq', 2]);
  const values = Float32Array.from({ length: 16 * 57 }, (_, i) => Math.sin(0.37 * i));
  const features = { values, shape: [16, 57] };
  const options = { temperature: 0, seed: 1, maxNewTokens: 8 } as const;
  const [own, steps] = [[], []] as unknown[][];
  for await (const step of local.transcribe(features, options)) own!.push(step);
  for await (const step of remote.transcribe(features, options)) steps!.push(step);
  expect(steps).toEqual(own);
  const both = [features, { values: values.slice(0, 16 * 20), shape: [16, 20] }];
  expect(await remote.transcribe(both, options).result()).toEqual(await local.transcribe(both, options).result());
  const samples = new Float32Array(3200).map((_, i) => Math.sin(i));
  expect(await remote.transcribe(samples, options).result()).toEqual(await local.transcribe(samples, options).result());
  await remote.dispose();
  local.dispose();
  models.close();
  port1.close();
});

test('a model chats over a port, with and without a conversation', async () => {
  const before = memoryUsage();
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const template =
    '{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if ' +
    'add_generation_prompt %}<|im_start|>assistant\n{% endif %}';
  const source = await chatFiles(template);
  const [local, remote] = [await loadModel(source), await models.load(source)];
  expect(remote.chatTemplates).toEqual(['default']);
  const messages = [{ role: 'user', content: 'Hi' }];
  const options = { temperature: 0, maxNewTokens: 4, topLogprobs: 2, eosTokenId: [] } as const;
  expect(await remote.renderChat(messages)).toEqual(await local.renderChat(messages));
  const [own, deltas] = [[], []] as unknown[][];
  for await (const delta of local.chat(messages, options)) own!.push(delta);
  for await (const delta of remote.chat(messages, options)) deltas!.push(delta);
  expect(deltas).toEqual(own);
  const expected = await local.chat(messages, options).result();
  expect(await remote.chat(messages, options).result()).toEqual(expected);
  const conversation = await remote.conversation();
  expect(await conversation.chat(messages, options).result()).toEqual(expected);
  const again = await conversation.chat(messages, options).result();
  expect([again.cachedTokens, again.newTokens]).toEqual([expected.promptLength - 1, expected.newTokens]);
  await conversation.dispose();
  await expect(conversation.chat(messages).result()).rejects.toThrow('there is no conversation 1; it was disposed');
  const { processors } = { processors: [(row: Float32Array) => row] };
  await expect(remote.chat(messages, { processors }).result()).rejects.toThrow(
    'chat: functions (processors) cannot cross a port; call chat in the thread that loaded the model',
  );
  await remote.conversation(); // ends with its model
  await remote.dispose();
  local.dispose();
  expect(memoryUsage()).toEqual(before);
  models.close();
  port1.close();
});

/** A random BERT of this class here, the same model over a port, and their end. */
async function onBothSides(name: string, more = {}, files: Readonly<Record<string, object>> = {}) {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const tokenizer = tokenizerFromJson(wordPieceJson as never);
  using made = await createModel(smallBertConfig(name, more), { seed: 2, tokenizer });
  const others = Object.entries(files).map(([path, json]) => [path, new TextEncoder().encode(JSON.stringify(json))]);
  const source = new Map([...(await made.save()), ...(others as [string, Uint8Array<ArrayBuffer>][])]);
  const [local, remote] = [await loadModel(source), await models.load(source)];
  const end = async () => {
    await remote.dispose();
    local.dispose();
    models.close();
    port1.close();
  };
  return { local, remote, end };
}

test('texts are judged over a port as in the page, with progress and aborts', async () => {
  const before = memoryUsage();
  const texts = ['Anna lives in London.', 'Paris', 'Anna lives near Paris.'];
  const labels = { id2label: { 0: 'O', 1: 'B-PLACE', 2: 'I-PLACE' } };
  const done: number[] = [];
  const settings = { batch: 2, onProgress: (progress: { readonly done: number }) => done.push(progress.done) };
  // What the other side does after an abort on this one, which does not wait for it.
  const aborted = { signal: AbortSignal.abort(new Error('stop')), emit: () => {} };

  const classes = await onBothSides('SequenceClassification', labels);
  expect([classes.remote.kind, classes.remote.labels]).toEqual([
    'sequence-classification',
    ['O', 'B-PLACE', 'I-PLACE'],
  ]);
  expect(await classes.remote.classify(texts[0]!)).toEqual(await classes.local.classify(texts[0]!));
  expect(await classes.remote.classify(texts, settings)).toEqual(await classes.local.classify(texts, { batch: 2 }));
  await expect(classes.remote.fillMask('[MASK]')).rejects.toMatchObject({
    message: 'fillMask: bert is a model for sequence-classification; this works on a model for masked-lm',
    code: 'kind',
  });
  await expect(callMethods.classify(classes.local, aborted, texts)).rejects.toThrow('stop');
  await classes.end();

  const tokens = await onBothSides('TokenClassification', labels);
  const all = { batch: 2, aggregation: 'max', ignoreLabels: [] } as const;
  const spans = await tokens.remote.classifyTokens(texts, { ...settings, ...all });
  expect(spans).toEqual(await tokens.local.classifyTokens(texts, all));
  expect(await tokens.remote.classifyTokens(texts[0]!, all)).toEqual(spans[0]);
  await expect(callMethods.classifyTokens(tokens.local, aborted, texts)).rejects.toThrow('stop');
  await tokens.end();

  const answers = await onBothSides('QuestionAnswering');
  const windows = { top: 2, maxLength: 12, stride: 3 };
  const context = texts.join(' ');
  expect(await answers.remote.answer('where?', context, { ...windows, ...settings })).toEqual(
    await answers.local.answer('where?', context, { ...windows, batch: 2 }),
  );
  await expect(callMethods.answer(answers.local, aborted, 'where?', context)).rejects.toThrow('stop');
  await answers.end();

  const ranked = await onBothSides('SequenceClassification', { num_labels: 1 });
  expect(await ranked.remote.rerank('where?', texts, settings)).toEqual(
    await ranked.local.rerank('where?', texts, { batch: 2 }),
  );
  await expect(callMethods.rerank(ranked.local, aborted, 'where?', texts)).rejects.toThrow('stop');
  await ranked.end();

  const masks = await onBothSides('MaskedLM');
  expect(masks.remote.labels).toEqual([]);
  expect(await masks.remote.fillMask('[MASK] in', { top: 2 })).toEqual(
    await masks.local.fillMask('[MASK] in', { top: 2 }),
  );
  await expect(callMethods.fillMask(masks.local, aborted, '[MASK]')).rejects.toThrow('stop');
  await masks.end();
  expect(done).toEqual([2, 3, 2, 3, 2, 3, 2, 3]); // the context has three windows
  expect(memoryUsage()).toEqual(before);
});

test('a sentence embedder over a port knows its prompts and embeds as in the page', async () => {
  const { local, remote, end } = await onBothSides(
    'MaskedLM',
    { architectures: ['BertModel'] },
    {
      'modules.json': [
        { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
        { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
      ],
      '1_Pooling/config.json': { pooling_mode_cls_token: true },
      'config_sentence_transformers.json': { prompts: { query: 'lives in ', passage: 'near ' } },
    },
  );
  expect([remote.kind, remote.labels, remote.embeddingPrompts]).toEqual(['features', [], ['query', 'passage']]);
  const vector = await remote.embed('Paris', { prompt: 'query' });
  expect(vector).toEqual(await local.embed('Paris', { prompt: 'query' }));
  expect(vector).not.toEqual(await remote.embed('Paris'));
  await end();
});

test('an abort, or leaving an iteration, ends the generation on the other side', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const remote = await models.load(await files());
  const before = memoryUsage();
  const abort = new AbortController();
  const run = async () => {
    let count = 0;
    for await (const _ of remote.generate('Once', { maxNewTokens: 400, signal: abort.signal }))
      if (++count === 3) abort.abort();
  };
  await expect(run()).rejects.toThrow('abort');
  for await (const _ of remote.generate('Once', { maxNewTokens: 400 })) break;
  await remote.tokensOf('Once'); // the worker has had its turn
  expect(memoryUsage()).toEqual(before);
  await remote.dispose();
  models.close();
  port1.close();
});

test('functions cannot cross a port, errors keep message and code, and closing rejects running calls', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const remote = await models.load(await files());
  const functions = remote.generate('Once', { processors: [row => row] });
  await expect(functions.result()).rejects.toThrow(
    'generate: functions (processors) cannot cross a port; call generate in the thread that loaded the model',
  );
  await expect(remote.generate('Once', { hooks: [scope => scope] }).result()).rejects.toThrow(
    'generate: functions (hooks) cannot cross a port; call generate in the thread that loaded the model',
  );
  await expect(remote.generate('Once', { maxNewTokens: 1.5 }).result()).rejects.toMatchObject({
    message: 'generate: maxNewTokens is 1.5; it must be a whole number, 0 or more',
    code: 'option',
  });
  await expect(remote.generate('Once', { cache: 'int4' as 'int8' }).result()).rejects.toMatchObject({
    message: 'generate: cache is "int4"; f32, f16 or int8 would fit',
    code: 'option',
  });
  const { text } = await remote.generate('Once', { temperature: 0, maxNewTokens: 3, cache: 'int8' }).result();
  expect(text).not.toBe('');
  const withoutTokenizer = await models.load(
    new Map([...(await files())].filter(([name]) => !name.startsWith('tokenizer'))),
  );
  await expect(withoutTokenizer.encode('Once')).rejects.toThrow('encode: this model has no tokenizer');
  await withoutTokenizer.dispose();
  await expect(models.load(new Map())).rejects.toThrow('loadModel: the source has no config.json');
  const running = remote.generate('Once', { maxNewTokens: 400 }).result();
  models.close();
  await expect(running).rejects.toThrow('connectModels: the connection was closed');
  port1.close();
});

test('two connections share a port; closing one disposes its models, and the other continues', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const [one, two] = [connectModels(port2), connectModels(port2)];
  const [first, second] = await Promise.all([one.load(await files()), two.load(await files())]);
  const greedy = { temperature: 0, maxNewTokens: 8 };
  const outputs = await Promise.all([
    first.generate('Once', greedy).result(),
    second.generate('The end', greedy).result(),
  ]);
  expect(outputs.map(({ text }) => text)).toEqual([
    (await second.generate('Once', greedy).result()).text,
    (await first.generate('The end', greedy).result()).text,
  ]);
  const running = second.generate('Once', { maxNewTokens: 400 })[Symbol.asyncIterator]();
  await running.next();
  one.close();
  await expect(first.tokensOf('Once')).rejects.toThrow('connectModels: the connection was closed');
  expect((await running.next()).done).toBe(false);
  port1.close();
  await expect(running.next()).rejects.toMatchObject({
    code: 'closed',
    message: 'connectModels: the port was closed',
  });
  await expect(two.load(await files())).rejects.toThrow('connectModels: the port was closed');
  while (memoryUsage().tensors > 0) await new Promise(resolve => setTimeout(resolve));
  expect(memoryUsage()).toEqual({ tensors: 0, bytes: 0, buffers: 0 }); // the models of both were disposed
});

test('an onProgress that throws rejects the load, and nothing leaks', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const before = memoryUsage();
  const failure = new Error('failure');
  const onProgress = () => {
    throw failure;
  };
  await expect(models.load(await files(), { onProgress })).rejects.toBe(failure);
  await models.backends(); // the worker has had its turn
  await models.backends(); // and a model that arrived nevertheless is disposed
  expect(memoryUsage()).toEqual(before);
  port1.close();
});
