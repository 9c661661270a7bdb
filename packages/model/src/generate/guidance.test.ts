import '@residual/testkit/wasm';
import { expectNoLeak } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

let model: Model;
beforeAll(async () => {
  model = await loadModel(fixtureFiles('fixtures/models/stories260k'));
});
afterAll(() => model.dispose());

const logSoftmax = (row: readonly number[]) => {
  const sum = Math.log(row.reduce((total, logit) => total + Math.exp(logit), 0));
  return row.map(logit => logit - sum);
};

/** The log-probabilities of the next token after a sequence, by a pass without a cache. */
async function nextOf(tokens: readonly number[]): Promise<number[]> {
  const { logits } = await model.forward(tokens);
  return logSoftmax([...logits.data.subarray(-model.vocab)]);
}

test('each token is chosen from u + scale · (c - u), in batches of unequal prompts too', async () => {
  const prompts = ['Once upon a time', 'The dog'].map(text => [...model.tokensOf(text)]);
  const options = { temperature: 0, eosTokenId: [], maxNewTokens: 5, guidanceScale: 2.5 };
  for (const negativePromptIds of [undefined, [1, 40, 41, 42, 43, 44, 45, 46]]) {
    const given = negativePromptIds && { negativePromptIds };
    const outputs = await model.generateBatch(prompts, { ...options, ...given }).result();
    for (const [i, { newTokens, logprob }] of outputs.entries()) {
      const negative = negativePromptIds ?? prompts[i]!.slice(-1);
      let sum = 0;
      for (const [at, token] of newTokens.entries()) {
        const so = newTokens.slice(0, at);
        const [c, u] = [await nextOf([...prompts[i]!, ...so]), await nextOf([...negative, ...so])];
        const guided = c.map((value, id) => u[id]! + 2.5 * (value - u[id]!));
        expect(guided[token]!).toBeGreaterThan(Math.max(...guided) - 1e-3);
        sum += c[token]!; // the evidence is that of the model itself
      }
      expect(logprob).toBeCloseTo(sum, 2);
    }
  }
});

test('a scale of 1 changes nothing, and each seed gives its own text in a batch as alone', async () => {
  const options = { temperature: 0.8, seed: 5, eosTokenId: [], maxNewTokens: 8 };
  const plain = await model.generate('Once', options).result();
  expect(await model.generate('Once', { ...options, guidanceScale: 1 }).result()).toEqual(plain);
  const guided = await model.generate('Once', { ...options, guidanceScale: 3 }).result();
  expect(guided.tokens).not.toEqual(plain.tokens);
  const [first] = await model.generateBatch(['Once', 'Then'], { ...options, guidanceScale: 3 }).result();
  expect(first!.tokens).toEqual(guided.tokens);
});

test('guidance leaves no tensors behind', async () => {
  const options = { temperature: 0, eosTokenId: [], maxNewTokens: 4, guidanceScale: 2 };
  await model.generate('Once', options).result(); // captures its steps
  await expectNoLeak(() => model.generate('Once', options).result());
});

test('what does not fit is refused', async () => {
  const refusal = (options: object) =>
    model
      .generate('Once', options as never)
      .result()
      .catch(error => (error as Error).message);
  expect(await refusal({ guidanceScale: -1 })).toBe('sampling: guidance.scale is -1; it must be a number, 0 or more');
  expect(await refusal({ negativePromptIds: [3] })).toBe(
    'generate: negativePromptIds is given without guidanceScale, which uses it',
  );
  expect(await refusal({ guidanceScale: 2, negativePromptIds: [] })).toContain('generate: ');
  expect(await refusal({ guidanceScale: 2, negativePromptIds: [1e6] })).toBe(
    'generate: prompt id 1000000 is outside the vocabulary of 512',
  );
});
