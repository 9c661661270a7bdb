import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { fixtureJson } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { parity } from '../parity/index.js';
import { fixtureFiles } from '../testing/fixture-files.js';

interface Stories {
  greedy: {
    prompt: string;
    prompt_ids: number[];
    greedy_ids: number[];
    greedy_text: string;
    next_token_top10: unknown;
  }[];
  documents: { text: string; ids: number[]; nll_per_token: number }[];
}

test('the tokens and losses of the story model equal those of the reference', async () => {
  const golden = await fixtureJson<Stories>('models/stories/golden.json');
  const before = memoryUsage();
  const model = await loadModel(fixtureFiles('packages/model-stories/model'));
  for (const { prompt, prompt_ids, greedy_ids } of golden.greedy) {
    expect(model.tokensOf(prompt)).toEqual(prompt_ids);
    const maxNewTokens = greedy_ids.length - prompt_ids.length;
    const { tokens } = await model.generate(prompt, { temperature: 0, eosTokenId: [], maxNewTokens }).result();
    expect(tokens).toEqual(greedy_ids);
  }
  for (const { text, ids, nll_per_token } of golden.documents) {
    expect(model.tokensOf(text)).toEqual(ids.slice(-model.tokensOf(text).length));
    const { logits, tokens } = await model.forward(ids);
    const vocab = model.vocab;
    let sum = 0;
    for (let i = 0; i + 1 < tokens.length; i++) {
      const row = logits.data.subarray(i * vocab, (i + 1) * vocab);
      const largest = row.reduce((a, b) => Math.max(a, b));
      sum +=
        Math.log(row.reduce((total, logit) => total + Math.exp(logit - largest), 0)) + largest - row[tokens[i + 1]!]!;
    }
    expect(sum / (tokens.length - 1)).toBeCloseTo(nll_per_token, 3);
  }
  model.dispose();
  expect(memoryUsage()).toEqual(before);
});

test.each([
  ['as shipped', {}],
  ['as float32', { weights: 'f32' as const }],
])(
  'the logits, hidden states and attention weights of the story model, %s, equal those of the reference',
  async (_, options) => {
    const report = await parity(fixtureFiles('packages/model-stories/model', 'fixtures/models/stories'), options);
    expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
    expect(report.checks.length).toBeGreaterThan(10);
  },
);

test('stories260k generates the text that its author expects', async () => {
  const golden = await fixtureJson<{ greedy_ids: number[]; greedy_text: string }>('models/stories260k/golden.json');
  const model = await loadModel(fixtureFiles('fixtures/models/stories260k'));
  const { tokens, text } = await model
    .generate('', { temperature: 0, eosTokenId: [], maxNewTokens: golden.greedy_ids.length - 1 })
    .result();
  expect(tokens).toEqual(golden.greedy_ids);
  expect(text.trim()).toBe(golden.greedy_text.trim());
  model.dispose();
});

test('greedy choices from the largest logits have the numbers of those from whole rows, bit for bit', async () => {
  const model = await loadModel(fixtureFiles('packages/model-stories/model'));
  const stepsWith = async (options: object) => {
    const steps: object[] = [];
    for await (const { token, logprob, topLogprobs } of model.generate('Once upon a time', {
      maxNewTokens: 6,
      ...options,
    }))
      steps.push({ token, logprob, topLogprobs: topLogprobs.map(({ token, logprob }) => ({ token, logprob })) });
    return steps;
  };
  for (const topLogprobs of [0, 4]) {
    const options = { temperature: 0, topLogprobs };
    const wholeRows = { ...options, processors: [(logits: Float32Array) => logits] };
    expect(await stepsWith(options)).toEqual(await stepsWith(wholeRows));
  }
  model.dispose();
});
