import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { repositoryFile } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type Fields, fileOf, idsOf, jsonFile, namedFrom, weightsOf } from '../../test/reference.js';
import { settings } from '../../test/settings.js';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';

/** A checkpoint with one block, whose keys and values depend on nothing but their own token and position. */
const oneBlock = (fields: Fields) => files({ ...fields, num_hidden_layers: 1 });
const files = (config: Fields) =>
  new Map([
    ['config.json', jsonFile(config)],
    ['model.safetensors', fileOf(weightsOf(config, 5))],
  ]);
const llamas = Object.entries(settings).filter(
  ([name, { model_type }]) => model_type === 'llama' && !name.includes('beyond the length from the start'),
);
const newer = llamas.find(([name]) => name.startsWith('llama: newer'))![1];
const greedy = { temperature: 0, eosTokenId: [] };

/** Greedy tokens of a model that reads the first `keep` tokens and the latest ones anew for each token. */
async function readAnew(model: Model, prompt: readonly number[], keep: number, length: number, count: number) {
  const block = Math.ceil((length - keep) / 2);
  let window = [...prompt];
  const tokens: number[] = [];
  for (let i = 0; i < count; i++) {
    while (window.length > length) window = [...window.slice(0, keep), ...window.slice(keep + block)];
    const { newTokens } = await model.generate(window, { ...greedy, maxNewTokens: 1, maxLength: length + 1 }).result();
    tokens.push(newTokens[0]!);
    window.push(newTokens[0]!);
  }
  return tokens;
}

test.each(llamas)('the model goes on as if it had read the tokens that are left: %s', async (_, fields) => {
  const model = await loadModel(oneBlock(fields));
  for (const [promptLength, keep] of [
    [5, 4],
    [11, 0],
    [40, 3],
  ] as const) {
    const prompt = idsOf(promptLength, promptLength, model.vocab);
    const options = {
      ...greedy,
      maxNewTokens: 30,
      maxLength: 12,
      contextOverflow: 'shift',
      contextKeep: keep,
    } as const;
    const { newTokens, finishReason } = await model.generate(prompt, options).result();
    expect([newTokens, finishReason]).toEqual([await readAnew(model, prompt, keep, 12, 30), 'length']);
  }
  model.dispose();
});

test.each([
  ['sinks', 'gpt-oss'],
  ['latent keys', 'minicpm3'],
  ['biases by distance', 'mpt'],
  ['windows', 'gemma3'],
  ['a part of the head', 'glm4'],
  ['pairs of heads', 'diffllama'],
])('so does one with %s: %s', async (_, name) => {
  const folder = `fixtures/architectures/${name}`;
  const config = JSON.parse(new TextDecoder().decode(await repositoryFile(`${folder}/config.json`)));
  for (const field of ['num_hidden_layers', 'n_layers']) if (field in config) config[field] = 1;
  if (config.layer_types) config.layer_types = config.layer_types.slice(-1);
  const weights = await namedFrom(await repositoryFile(`${folder}/model.safetensors`));
  const ofFirst = Object.entries(weights).filter(([path]) => !/\b(layers|blocks)\.[1-9]/.test(path));
  const model = await loadModel(
    new Map([
      ['config.json', jsonFile(config)],
      ['model.safetensors', fileOf(Object.fromEntries(ofFirst))],
    ]),
  );
  const prompt = idsOf(1, 10, model.vocab);
  const options = { ...greedy, maxNewTokens: 20, maxLength: 14, contextOverflow: 'shift', contextKeep: 3 } as const;
  const { newTokens } = await model.generate(prompt, options).result();
  expect(newTokens).toEqual(await readAnew(model, prompt, 3, 14, 20));
  model.dispose();
});

test('memory returns, in every form of the cache, alone, in batches and at once', async () => {
  const model = await loadModel(oneBlock(newer));
  const prompts = [idsOf(1, 9, model.vocab), idsOf(2, 6, model.vocab), idsOf(3, 30, model.vocab)];
  const options = { ...greedy, maxNewTokens: 40, maxLength: 16, contextOverflow: 'shift' } as const;
  const alone = await Promise.all(
    prompts.map(async prompt => (await model.generate(prompt, options).result()).newTokens),
  );
  const before = memoryUsage();
  for (const [i, prompt] of prompts.entries())
    expect((await model.generate(prompt, options).result()).newTokens).toEqual(alone[i]);
  const batch = await model.generateBatch(prompts.slice(0, 2), { ...options, contextKeep: 1 }).result();
  const first = await model.generate(prompts[0]!, { ...options, contextKeep: 4 }).result(); // with 3 of padding
  expect(batch[0]!.newTokens).toEqual(first.newTokens);
  for (const cache of ['f16', 'int8'] as const)
    expect((await model.generate(prompts[0]!, { ...options, cache }).result()).newTokens).toHaveLength(40);
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});

test('what does not fit is refused', async () => {
  const [model, gpt2] = await Promise.all(
    [oneBlock(newer), files(settings['gpt2: tanh']!)].map(each => loadModel(each)),
  );
  const failure = (options: object, one = model!) =>
    one
      .generate([1, 2, 3], { ...greedy, maxLength: 12, ...options })
      .result()
      .catch((error: Error) => error.message);
  expect(await failure({ contextKeep: 3 })).toBe("generate: contextKeep has no effect without contextOverflow 'shift'");
  expect(await failure({ contextOverflow: 'drop' })).toBe(`generate: contextOverflow is "drop"; it can be 'shift'`);
  expect(await failure({ contextOverflow: 'shift', contextKeep: 11 })).toBe(
    'generate: contextKeep is 11; it must be a whole number from 0 to 10',
  );
  expect(await failure({ contextOverflow: 'shift', promptLookupNumTokens: 3 })).toBe(
    "generate: contextOverflow 'shift' excludes drafts; leave one of them out",
  );
  expect(await failure({ contextOverflow: 'shift' }, gpt2)).toBe(
    "generate: contextOverflow 'shift' needs positions that are computed; this model has 40 learned ones",
  );
  const dynamic = Object.entries(settings).find(([name]) => name.includes('beyond the length from the start'))![1];
  const scaled = await loadModel(files(dynamic));
  expect(await failure({ contextOverflow: 'shift' }, scaled)).toContain(
    'needs keys that do not depend on the length of the text; here they do beyond 7 tokens, and maxLength is 12',
  );
  const far = model!.generateBatch([[1], idsOf(1, 30, 37)], { ...greedy, maxLength: 12, contextOverflow: 'shift' });
  await expect(far.result()).rejects.toThrow('whose lengths differ by 10 at most where maxLength is 12');
  for (const one of [model!, gpt2!, scaled]) one.dispose();
});
