import '@residual/testkit/wasm';
import { tensor } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { expect, test, vi } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import type { GenerateOptions } from './options.js';

const story = () => loadModel(fixtureFiles('packages/model-stories/model'));
const schema = {
  type: 'object',
  properties: { name: { type: 'string', maxLength: 12 }, age: { type: 'integer', minimum: 0, maximum: 120 } },
  required: ['name', 'age'],
  additionalProperties: false,
};
const prompt = 'Once upon a time there was a girl.';

test('greedy, sampled and batched texts obey a schema, and end when they are complete', async () => {
  const model = await story();
  await expectNoLeak(async () => {
    const all = { schema, maxNewTokens: 100 };
    const sampled = { ...all, temperature: 1.5, seed: 5 };
    const outputs = [
      await model.generate(prompt, { ...all, temperature: 0 }).result(),
      ...(await model.generateBatch([prompt, 'The cat', ''], sampled).result()),
    ];
    for (const { text, finishReason, newTokens } of outputs) {
      const { name, age } = JSON.parse(text);
      expect(text).toBe(`{"name": ${JSON.stringify(name)}, "age": ${age}}`);
      expect(Array.from(name as string).length).toBeLessThanOrEqual(12);
      expect(Number.isInteger(age) && age >= 0 && age <= 120).toBe(true);
      expect(finishReason).toBe('complete');
      expect(newTokens.length).toBeLessThan(100);
    }
    const cut = await model.generate(prompt, { ...sampled, maxNewTokens: 4 }).result();
    expect([cut.finishReason, cut.newTokens.length]).toEqual(['length', 4]);
  });
  model.dispose();
});

test('greedy texts, alone, in a batch and at once, are what whole rows of logits give, and read none', async () => {
  const model = await story();
  const prompts = [prompt, 'The cat'];
  const one = tensor([1]);
  const reads = vi.spyOn(Object.getPrototypeOf(one), 'data');
  one.dispose();
  const run = async (options: GenerateOptions) => {
    reads.mockClear();
    const all = { schema, maxNewTokens: 100, temperature: 0, topLogprobs: 2, ...options };
    const alone = await model.generate(prompt, all).result();
    const batched = await model.generateBatch(prompts, all).result();
    const atOnce = await Promise.all(prompts.map(each => model.generate(each, all).result()));
    return { outputs: [alone, ...batched, ...atOnce], reads: reads.mock.calls.length };
  };
  const fromRows = await run({ minNewTokens: 0 }); // a processor that changes nothing
  expect(fromRows.reads).toBeGreaterThan(20);
  expect(await run({})).toEqual({ ...fromRows, reads: 0 });
  reads.mockRestore();
  model.dispose();
});

test('a text without an own end goes on until an end token, which is allowed only where it is complete', async () => {
  const model = await story();
  const { text, finishReason } = await model
    .generate(prompt, { regex: ' (?:red|blue)(?: and (?:red|blue))*', temperature: 1, seed: 3, maxNewTokens: 60 })
    .result();
  expect(finishReason === 'length' || finishReason === 'eos').toBe(true);
  expect(finishReason === 'length' ? `${text} and red` : text).toMatch(/^ (?:red|blue)/);
  model.dispose();
});

test('drafts change nothing of a text that obeys, also where it is sampled', async () => {
  const model = await story();
  const repeated = '{"name": "Tom", "age": 7} {"name": "Tom", "age": 7} '; // drafts are copied from it
  for (const choice of [{ temperature: 0 }, { temperature: 1, seed: 8 }]) {
    const options = { schema, maxNewTokens: 100, ...choice };
    const plain = await model.generate(repeated, options).result();
    const drafted = await model.generate(repeated, { ...options, promptLookupNumTokens: 4 }).result();
    expect([drafted.text, drafted.finishReason]).toEqual([plain.text, 'complete']);
    expect(drafted.draftedTokens).toBeGreaterThan(0);
  }
  model.dispose();
});

test('the beams of a search obey a grammar each', async () => {
  const model = await story();
  const grammar = 'root ::= " " animal (" and " animal){1,2} "."\nanimal ::= "a cat" | "a dog" | "a big bird"';
  const results = await model
    .beamSearch(prompt, { grammar, numBeams: 3, numReturnSequences: 3, maxNewTokens: 40 })
    .result();
  expect(new Set(results.map(({ text }) => text)).size).toBe(3);
  for (const { text } of results)
    expect(text).toMatch(/^ a (?:cat|dog|big bird)(?: and a (?:cat|dog|big bird)){1,2}\.$/);
  model.dispose();
});

test('what cannot be obeyed is refused before anything is computed', async () => {
  const model = await story();
  const message = (options: object) =>
    model
      .generate(prompt, options)
      .result()
      .then(String, error => error.message);
  expect(await message({ schema: { type: 'text' } })).toBe(
    'grammar: schema: #/type is "text"; types are null, boolean, integer, number, string, array, object',
  );
  expect(await message({ regex: 'a', grammar: 'root ::= "a"' })).toBe(
    'grammar: regex and grammar is given; exactly one of schema, regex and grammar',
  );
  expect(await message({ schema: true, skipSpecialTokens: false })).toBe(
    'generate: skipSpecialTokens is false; the text of schema holds no special tokens',
  );
  expect(await message({ regex: 'a', tokenMask: () => new Uint32Array(1) })).toBe(
    'generate: tokenMask and regex are given; one of them decides which tokens may come',
  );
  model.dispose();
});
