import '@residual/testkit/wasm';
import { repositoryFile } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Prompt } from '../loaded-model.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import type { GenerateOptions } from './options.js';
import type { Step } from './sampling-policy.js';

let model: Model;
beforeAll(async () => {
  model = await loadModel(fixtureFiles('fixtures/models/stories260k'));
});
afterAll(() => model.dispose());

const greedy = { temperature: 0, eosTokenId: [], maxNewTokens: 24 };
const stepsOf = async (prompt: Prompt, options: GenerateOptions): Promise<Step[]> => {
  const steps: Step[] = [];
  for await (const step of model.generate(prompt, options)) steps.push(step);
  return steps;
};
const whole = (prompt: Prompt, options: GenerateOptions) => model.generate(prompt, options).result();

test('each step has its log-probability, the most likely tokens and the probability of the draw', async () => {
  const options = { temperature: 0.7, topK: 5, seed: 3, eosTokenId: [], maxNewTokens: 9, topLogprobs: 4 };
  const steps = await stepsOf('Once', options);
  const prompt = model.tokensOf('Once');
  const tokens = [...prompt, ...steps.map(({ token }) => token)];
  const { logits } = await model.forward(tokens);
  for (const { index, token, logprob, probability, topLogprobs } of steps) {
    const position = prompt.length + index - 1;
    const row = [...logits.data.subarray(position * model.vocab, (position + 1) * model.vocab)];
    const logSum = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    const order = [...row.keys()].sort((a, b) => row[b]! - row[a]!);
    const candidates = order.slice(0, 5);
    const unnormalized = (id: number) => Math.exp(row[id]! / 0.7);
    const total = candidates.reduce((sum, id) => sum + unnormalized(id), 0);
    expect(candidates).toContain(token);
    expect(logprob).toBeCloseTo(row[token]! - logSum, 4);
    expect(probability).toBeCloseTo(unnormalized(token) / total, 4);
    expect(topLogprobs.map(choice => choice.token)).toEqual(order.slice(0, 4));
    for (const choice of topLogprobs) {
      expect(choice.logprob).toBeCloseTo(row[choice.token]! - logSum, 4);
      expect(choice.probability).toBeCloseTo(unnormalized(choice.token) / total, 4);
    }
  }
  const { logprob } = await whole('Once', options);
  expect(logprob).toBeCloseTo(
    steps.reduce((sum, step) => sum + step.logprob, 0),
    10,
  );
});

test('without a seed each run picks a new one, which every step and the result report', async () => {
  const options = { temperature: 1.5, eosTokenId: [], maxNewTokens: 12 };
  const generation = model.generate('Once', options);
  const runs = [await generation.result(), await generation.result(), await whole('Once', options)];
  expect(new Set(runs.map(({ seed }) => seed)).size).toBe(3);
  expect(new Set(runs.map(({ text }) => text)).size).toBe(3);
  for (const run of runs) {
    expect(await whole('Once', { ...options, seed: run.seed! })).toEqual(run);
    const steps = await stepsOf('Once', { ...options, seed: run.seed! });
    expect(steps.map(({ seed }) => seed)).toEqual(Array(12).fill(run.seed));
  }
  const seeds: unknown[] = [];
  const batch = model.generateBatch(['Once', 'The end of'], options)[Symbol.asyncIterator]();
  let step = await batch.next();
  for (; !step.done; step = await batch.next()) seeds.push(step.value.seed);
  seeds.push(...step.value.map(({ seed }) => seed));
  expect(new Set(seeds).size).toBe(1);
  expect(seeds[0]).toEqual(expect.any(Number));
  const [likeliest] = await stepsOf('Once', greedy);
  expect([likeliest!.seed, (await whole('Once', greedy)).seed]).toEqual([undefined, undefined]);
});

test('among equal logits the lowest id is chosen', async () => {
  const even = (row: Float32Array) => row.map((_, id) => (id < 5 ? 0 : 1));
  const [step] = await stepsOf('Once', { ...greedy, maxNewTokens: 1, processors: [even] });
  expect(step!.token).toBe(5);
  const samples = await stepsOf('Once', {
    temperature: 1,
    topP: 1e-9,
    eosTokenId: [],
    maxNewTokens: 3,
    processors: [even],
  });
  expect(samples.map(({ token }) => token)).toEqual([5, 5, 5]);
});

test('a bias moves the choice, and a custom processor decides it from the context', async () => {
  const { newTokens } = await whole('Once', greedy);
  expect((await whole('Once', { ...greedy, sequenceBias: [[411, 1000]] })).newTokens).toEqual(Array(24).fill(411));
  const without = await whole('Once', { ...greedy, sequenceBias: [[newTokens[3]!, -1000]] });
  expect(without.newTokens.slice(0, 3)).toEqual(newTokens.slice(0, 3));
  expect(without.newTokens).not.toContain(newTokens[3]);
  const lengths: number[][] = [];
  const processor = (
    row: Float32Array,
    { tokens, promptLength }: { tokens: ArrayLike<number>; promptLength: number },
  ) => {
    lengths.push([tokens.length, promptLength]);
    return row.map((_, id) => (id === 100 + tokens.length ? 0 : Number.NEGATIVE_INFINITY));
  };
  const output = await whole('Once', { ...greedy, maxNewTokens: 3, processors: [processor] });
  expect(output.newTokens).toEqual([102, 103, 104]);
  expect(lengths).toEqual([
    [2, 2],
    [3, 2],
    [4, 2],
  ]);
});

test('a stop string across tokens ends the text before it, and no step contains a part of it', async () => {
  const { text } = await whole('Once', greedy);
  expect(text).toContain(' little girl named Lily');
  const deltas = (await stepsOf('Once', greedy)).map(step => step.text);
  const stop = 'e girl na';
  expect(deltas.some(delta => delta.includes(stop))).toBe(false);
  const steps = await stepsOf('Once', { ...greedy, stopStrings: ['zebra', stop] });
  const streamedText = steps.map(step => step.text).join('');
  expect(streamedText).toBe(text.slice(0, text.indexOf(stop)));
  expect(steps.at(-1)!.finishReason).toBe('stop');
  expect(steps.slice(0, -1).every(step => step.finishReason === undefined)).toBe(true);
  const ended = await whole('Once', { ...greedy, stopStrings: ['zebra', stop] });
  expect([ended.text, ended.finishReason, ended.newTokens.length]).toEqual([streamedText, 'stop', steps.length]);
  const partial = await whole('Once', { ...greedy, stopStrings: [`${text.slice(-3)} and more`] });
  expect([partial.text, partial.finishReason]).toEqual([text, 'length']); // held-back text comes at the end
});

test('an end token ends a text after minNewTokens, and so does the limit of maxNewTokens', async () => {
  const { newTokens } = await whole('Once', greedy);
  const eos = [500, newTokens[5]!];
  const first = newTokens.indexOf(eos[1]!);
  const ended = await whole('Once', { ...greedy, eosTokenId: eos });
  expect([ended.newTokens, ended.finishReason]).toEqual([newTokens.slice(0, first + 1), 'eos']);
  const longer = await whole('Once', { ...greedy, eosTokenId: eos, minNewTokens: first + 4 });
  expect(longer.newTokens.slice(0, first + 4)).not.toContain(eos[1]);
  expect(longer.newTokens.length).toBeGreaterThan(first + 4);
  const capped = await whole('Once', { ...greedy, eosTokenId: eos, maxNewTokens: 2 });
  expect([capped.newTokens, capped.finishReason]).toEqual([newTokens.slice(0, 2), 'length']);
});

test('a batch of prompts of unequal lengths gives what each prompt gives alone', async () => {
  const prompts = ['Once', 'Lily and her mom went to the park. They saw', 'The'];
  const together = await model.generateBatch(prompts, greedy).result();
  for (const [i, prompt] of prompts.entries()) {
    const alone = await whole(prompt, greedy);
    expect({ ...together[i], logprob: 0 }).toEqual({ ...alone, logprob: 0 });
    expect(together[i]!.logprob).toBeCloseTo(alone.logprob, 4);
  }
  const sampling = { temperature: 0.9, topP: 0.9, seed: 5, eosTokenId: [], maxNewTokens: 12 };
  const samples = await model.generateBatch(prompts, sampling).result();
  expect(samples[0]!.newTokens).toEqual((await whole(prompts[0]!, sampling)).newTokens); // row 0 is padded here
  const eos = [together[1]!.newTokens[2]!];
  const rows = await model.generateBatch(prompts, { ...greedy, eosTokenId: eos }).result();
  expect([rows[1]!.newTokens.length, rows[1]!.finishReason]).toEqual([3, 'eos']);
  for (const [i, prompt] of prompts.entries())
    expect(rows[i]!.newTokens).toEqual((await whole(prompt, { ...greedy, eosTokenId: eos })).newTokens);
});

/** The same model with another generation_config.json. */
const withConfig = async (config: object, run: (other: Model) => Promise<void>) => {
  const files = new Map(
    await Promise.all(
      ['config.json', 'model.safetensors', 'tokenizer.json'].map(
        async name => [name, await repositoryFile(`fixtures/models/stories260k/${name}`)] as const,
      ),
    ),
  );
  files.set('generation_config.json', new TextEncoder().encode(JSON.stringify(config)) as never);
  const other = await loadModel(files);
  await run(other);
  other.dispose();
};

test('options left out follow generation_config.json, and options of the call override it', async () => {
  const sampling = { do_sample: true, temperature: 1.2, top_k: 9, top_p: 0.8, repetition_penalty: 1.3 };
  const ours = { temperature: 1.2, topK: 9, topP: 0.8, repetitionPenalty: 1.3 };
  await withConfig({ ...sampling, max_new_tokens: 17, eos_token_id: [400, 500] }, async other => {
    const output = await other.generate('Once', { seed: 4 }).result();
    expect(output.newTokens).toEqual(
      (await whole('Once', { ...ours, seed: 4, eosTokenId: [400, 500], maxNewTokens: 17 })).newTokens,
    );
    const { newTokens } = await whole('Once', { ...ours, topK: 2, seed: 4, eosTokenId: [400, 500], maxNewTokens: 3 });
    expect((await other.generate('Once', { seed: 4, topK: 2, maxNewTokens: 3 }).result()).newTokens).toEqual(newTokens);
    const plain = await whole('Once', { ...greedy, repetitionPenalty: 1.3, eosTokenId: [400, 500], maxNewTokens: 17 });
    expect((await other.generate('Once', { temperature: 0 }).result()).newTokens).toEqual(plain.newTokens);
  });
  await withConfig({ max_length: 10 }, async other => {
    expect((await other.generate('Once', { eosTokenId: [] }).result()).tokens).toHaveLength(10);
    expect((await other.generate('Once', { eosTokenId: [], maxNewTokens: 12 }).result()).newTokens).toHaveLength(12);
  });
  await withConfig({ eos_token_id: (await whole('Once', greedy)).newTokens[1] }, async other => {
    expect((await other.generate('Once').result()).finishReason).toBe('eos');
    expect((await other.generate('Once', { eosTokenId: [], maxNewTokens: 9 }).result()).newTokens).toHaveLength(9);
  });
  await withConfig({ stop_strings: 'little', max_new_tokens: 24 }, async other => {
    expect(await other.generate('Once').result()).toMatchObject({ finishReason: 'stop' });
    expect((await other.generate('Once', { stopStrings: [] }).result()).finishReason).toBe('length');
  });
});

test('unsupported config fields are refused if they would change the text, else ignored', async () => {
  const neutral = {
    num_beams: 1,
    penalty_alpha: null,
    use_cache: false,
    length_penalty: 2,
    early_stopping: true,
    pad_token_id: 3,
    new_field: 7,
  };
  await withConfig(neutral, async other => {
    expect((await other.generate('Once', greedy).result()).newTokens).toEqual((await whole('Once', greedy)).newTokens);
  });
  const refusals: [object, string][] = [
    [
      { max_time: 1.5 },
      'generate: generation_config.json asks for max_time 1.5, which is not supported; ' +
        'loadModel(source, { generationConfig }) replaces the file',
    ],
    [{ penalty_alpha: 0.6 }, 'sampling: penalty_alpha is 0.6; it must be 0 or not given; there is no processor for it'],
  ];
  for (const [config, message] of refusals)
    await withConfig(config, async other => {
      await expect(other.generate('Once', greedy).result()).rejects.toThrow(message);
    });
});

test('beamSearch follows a config that asks for beams; generate then needs an explicit temperature', async () => {
  await withConfig({ num_beams: 3, num_return_sequences: 2, length_penalty: 0.5, max_new_tokens: 6 }, async other => {
    await expect(other.generate('Once').result()).rejects.toThrow(
      'generate: generation_config.json asks for num_beams 3: ' +
        'call beamSearch, or give a temperature (0 is greedy) for one text at a time',
    );
    expect((await other.generate('Once', { temperature: 0 }).result()).newTokens).toHaveLength(6);
    const results = await other.beamSearch('Once').result();
    expect(
      results.map(({ newTokens, score, sum }) => newTokens.length === 6 && Math.abs(score - sum / 6 ** 0.5) < 1e-6),
    ).toEqual([true, true]);
  });
});

test('generation_config.json can be replaced', async () => {
  const generationConfig = { max_new_tokens: 3, eos_token_id: 2 };
  const other = await loadModel(fixtureFiles('fixtures/models/stories260k'), { generationConfig });
  expect(other.generationConfig).toEqual(generationConfig);
  expect((await other.generate('Once').result()).newTokens).toHaveLength(3);
  other.dispose();
});

test('an unknown option is refused with the list of known ones, the nearest first', async () => {
  const refusal = (options: object) => expect(model.generate('Once', options as never).result()).rejects;
  await refusal({ topk: 5 }).toThrow(
    /^generate: topk is not an option; options are topK, topP, topH, .*maxNewTokens.*, skipSpecialTokens/,
  );
  await refusal({ max_new_tokens: 5 }).toThrow(
    /^generate: max_new_tokens is not an option; options are maxNewTokens, /,
  );
  await expect(model.beamSearch('Once', { beam: 2 } as never).result()).rejects.toThrow(
    /^beamSearch: beam is not an option; options are numBeams, /,
  );
  await expect(model.forward('Once', { tap: ['logits'] } as never)).rejects.toThrow(
    'forward: tap is not an option; options are taps, ablate, hooks, signal',
  );
  await expect(model.embed('Once', { pool: 'mean' } as never)).rejects.toThrow(
    'embed: pool is not an option; options are pooling, ',
  );
});

test('an encoder-decoder can be kept from repeating what the encoder read', async () => {
  const pair = await loadModel(fixtureFiles('fixtures/checkpoints/bart'));
  const source = Array.from({ length: 40 }, (_, i) => pair.vocab - 44 + i);
  const options: GenerateOptions = { temperature: 0, eosTokenId: [], maxNewTokens: 4, encoderNoRepeatNgramSize: 1 };
  const { newTokens } = await pair.generate(source, options).result();
  expect(newTokens.filter(token => source.includes(token))).toEqual([]);
  pair.dispose();
});
