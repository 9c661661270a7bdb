import '@residual/testkit/wasm';
import { marianConfig } from '@residual/families';
import { expectNoLeak, repositoryFile } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChatMessage, createModel, type GenerateOptions, loadModel, type Model } from '../../index.js';
import { chatModel } from '../../testing/chat-checkpoint.js';

const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];
const files = async () =>
  new Map(
    await Promise.all(
      names.map(async name => [name, await repositoryFile(`fixtures/models/stories260k/${name}`)] as const),
    ),
  );

let model: Model;
let rounded: Model;
beforeAll(async () => {
  model = await loadModel(await files());
  rounded = await loadModel(await files(), { weights: 'int4' }); // another model with the same tokens
});
afterAll(() => {
  model.dispose();
  rounded.dispose();
});

const prompt = 'Once upon a time, there was a little girl. Once upon a time';

/** A generation, plain and with drafts: steps and results but for what tells of the drafts. */
const bothOf = async (options: GenerateOptions, drafts: GenerateOptions) => {
  const plain = await model.generate(prompt, options).result();
  const steps = [];
  const run = model.generate(prompt, { ...options, ...drafts })[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await run.next();
    if (!done) steps.push(value);
    else return { plain, steps, drafted: value[0]! };
  }
};
const drafters = {
  'prompt lookup': () => ({ promptLookupNumTokens: 7 }),
  'a model': () => ({ assistantModel: rounded }),
};

test.each(Object.entries(drafters))('greedy text by %s is that of plain decoding', (_, drafts) =>
  expectNoLeak(async () => {
    const options = { temperature: 0, maxNewTokens: 60, topLogprobs: 2 };
    const { plain, steps, drafted } = await bothOf(options, drafts());
    expect(drafted.tokens).toEqual(plain.tokens);
    expect([drafted.text, drafted.finishReason]).toEqual([plain.text, plain.finishReason]);
    expect(drafted.logprob).toBeCloseTo(plain.logprob, 3);
    expect(steps.map(({ token }) => token)).toEqual(plain.newTokens);
    expect(steps.map(({ index }) => index)).toEqual(plain.newTokens.map((_, i) => i));
    expect(steps.every(({ topLogprobs }) => topLogprobs.length === 2)).toBe(true);
    expect(drafted.acceptedTokens).toBe(steps.filter(({ drafted }) => drafted).length);
    expect(drafted.acceptedTokens).toBeGreaterThan(5);
    expect(drafted.draftedTokens).toBeGreaterThanOrEqual(drafted.acceptedTokens!);
  }),
);

test.each(Object.entries(drafters))('with a seed, sampled text by %s is that of plain decoding', async (_, drafts) => {
  const own = (row: Float32Array, { tokens }: { tokens: ArrayLike<number> }) => {
    row[tokens.length % 100]! += 1; // differs at each position
    return row;
  };
  const options = {
    ...{ temperature: 0.9, topP: 0.95, seed: 3, maxNewTokens: 40 },
    ...{ repetitionPenalty: 1.1, noRepeatNgramSize: 4, processors: [own] },
  };
  const { plain, drafted } = await bothOf(options, drafts());
  expect(drafted.tokens).toEqual(plain.tokens);
  expect(drafted.seed).toBe(3);
  expect(drafted.draftedTokens).toBeGreaterThan(0);
});

test('limits, stop strings and end tokens end a text with drafts where they end it without', async () => {
  const options = { temperature: 0, maxNewTokens: 40 };
  const { newTokens } = await model.generate(prompt, options).result();
  const drafts = { promptLookupNumTokens: 7 };
  for (const end of [
    { maxNewTokens: 11 },
    { maxLength: 31 },
    { eosTokenId: [newTokens[9]!] },
    { stopStrings: ['mom', 'was'] },
  ]) {
    const { plain, drafted } = await bothOf({ ...options, ...end }, drafts);
    expect([drafted.tokens, drafted.text, drafted.finishReason]).toEqual([
      plain.tokens,
      plain.text,
      plain.finishReason,
    ]);
  }
});

test('leaving early and aborting free all tensors', () =>
  expectNoLeak(async () => {
    for (const drafts of [{ promptLookupNumTokens: 7 }, { assistantModel: rounded, numAssistantTokens: 3 }]) {
      let count = 0;
      for await (const { drafted } of model.generate(prompt, { temperature: 0, ...drafts }))
        if (drafted && count++) break;
      const controller = new AbortController();
      const run = model.generate(prompt, { temperature: 0, ...drafts, signal: controller.signal });
      const aborted = (async () => {
        for await (const { index } of run) if (index === 5) controller.abort(new Error('enough'));
      })();
      await expect(aborted).rejects.toThrow('enough');
    }
  }));

test('an encoder-decoder copies from its source, and its own kind drafts for it', () =>
  expectNoLeak(async () => {
    const sizes = { vocab: 23, modelDim: 8, heads: 2, depth: 1, encoderDepth: 1, maxPositions: 64 };
    const config = marianConfig({ ...sizes, specialTokens: { eos: 0, pad: 1 } });
    using writer = await createModel(config, { seed: 1 });
    using assistantModel = await createModel(config, { seed: 1 });
    const options = { temperature: 0, maxNewTokens: 20, eosTokenId: [] };
    const plain = await writer.generate([5, 6, 7, 8], options).result();
    for (const drafts of [{ promptLookupNumTokens: 4 }, { assistantModel, assistantConfidenceThreshold: 0 }]) {
      const drafted = await writer.generate([5, 6, 7, 8], { ...options, ...drafts }).result();
      expect(drafted.tokens).toEqual(plain.tokens);
      expect(drafted.acceptedTokens).toBeGreaterThan(0);
    }
  }));

test('a conversation with drafts answers as one without', () =>
  expectNoLeak(async () => {
    const template = '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:';
    using talker = await chatModel(template);
    using plain = talker.conversation();
    using drafted = talker.conversation();
    const messages: ChatMessage[] = [{ role: 'user', content: 'hello hello' }];
    for (let turn = 0; turn < 2; turn++) {
      const options = { temperature: 0, maxNewTokens: 12, eosTokenId: [] };
      const expected = await plain.chat(messages, options).result();
      const drafts = { assistantModel: talker, assistantConfidenceThreshold: 0 };
      const answer = await drafted.chat(messages, { ...options, ...drafts }).result();
      expect(answer.tokens).toEqual(expected.tokens);
      expect(answer.cachedTokens).toBe(expected.cachedTokens);
      expect(answer.draftedTokens).toBeGreaterThan(0);
      messages.push(answer.message, { role: 'user', content: 'and hello' });
    }
  }));
