import { expect, test } from 'vitest';
import { loadModel } from '../../load/load-model.js';
import { fixtureFiles } from '../../testing/fixture-files.js';

test('greedy text with drafts is that of plain decoding', async () => {
  const model = await loadModel(fixtureFiles('fixtures/checkpoints/llama'));
  const prompt = [3, 5, 7, 11, 3, 5];
  const options = { eosTokenId: [], temperature: 0, maxNewTokens: 12 };
  const { newTokens } = await model.generate(prompt, options).result();
  const lookup = await model.generate(prompt, { ...options, promptLookupNumTokens: 3 }).result();
  expect(lookup.newTokens).toEqual(newTokens);
  expect(lookup.draftedTokens).toBeGreaterThan(0);
  const assistant = { assistantModel: model, numAssistantTokens: 3, assistantConfidenceThreshold: 0 };
  const self = await model.generate(prompt, { ...options, ...assistant }).result();
  expect(self.newTokens).toEqual(newTokens);
  expect([self.draftedTokens, self.acceptedTokens]).toEqual([8, 8]); // 1 token, then 3 drafts and 1 more a pass
  model.dispose();
});
