import '@residual/testkit/wasm';
import { gpt2Config, marianConfig } from '@residual/families';
import { byteTokenizerJson } from '@residual/testkit';
import { tokenizerFromJson } from '@residual/tokenizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createModel, type GenerateOptions, type Model } from '../../index.js';

const sizes = { vocab: 263, modelDim: 8, heads: 2, depth: 1, maxPositions: 32 };
const tokenizer = (...special: string[]) => tokenizerFromJson(byteTokenizerJson(special));
const mamba = {
  ...{ model_type: 'mamba', vocab_size: 263, hidden_size: 8, num_hidden_layers: 1, state_size: 4 },
  ...{ architectures: ['MambaForCausalLM'], time_step_rank: 1 },
};

const models: Record<string, Model> = {};
beforeAll(async () => {
  models.gpt2 = await createModel(gpt2Config(sizes), { seed: 1, tokenizer: tokenizer('<a>') });
  models.renamed = await createModel(gpt2Config(sizes), { seed: 1, tokenizer: tokenizer('<b>') });
  models.larger = await createModel(gpt2Config(sizes), { seed: 1, tokenizer: tokenizer('<a>', '<b>') });
  models.nameless = await createModel(gpt2Config({ ...sizes, vocab: 11 }), { seed: 1 });
  models.recurrent = await createModel(mamba, { seed: 1, tokenizer: tokenizer('<a>') });
  models.pair = await createModel(marianConfig({ ...sizes, encoderDepth: 1, specialTokens: { eos: 0, pad: 1 } }), {
    seed: 1,
    tokenizer: tokenizer('<a>'),
  });
});
afterAll(() => {
  for (const model of Object.values(models)) model.dispose();
});

test.each<[string, string, (models: Record<string, Model>) => GenerateOptions]>([
  ['gpt2', 'promptLookupNumTokens is 0; it must be a whole number from 1 to 63', () => ({ promptLookupNumTokens: 0 })],
  [
    'gpt2',
    'promptLookupNumTokens and assistantModel both draft; give one of them',
    ({ gpt2 }) => ({ promptLookupNumTokens: 3, assistantModel: gpt2! }),
  ],
  [
    'gpt2',
    'numAssistantTokens and assistantConfidenceThreshold are settings of an assistantModel',
    () => ({ promptLookupNumTokens: 3, numAssistantTokens: 3 }),
  ],
  [
    'gpt2',
    'maxMatchingNgramSize is a setting of promptLookupNumTokens',
    ({ gpt2 }) => ({ assistantModel: gpt2!, maxMatchingNgramSize: 3 }),
  ],
  [
    'gpt2',
    'maxMatchingNgramSize needs promptLookupNumTokens or an assistantModel, which draft',
    () => ({ maxMatchingNgramSize: 3 }),
  ],
  [
    'gpt2',
    'assistantConfidenceThreshold is 2; it must be a number from 0 to 1',
    ({ gpt2 }) => ({ assistantModel: gpt2!, assistantConfidenceThreshold: 2 }),
  ],
  ['gpt2', 'assistantModel is no model that was loaded in this thread', () => ({ assistantModel: {} as Model })],
  [
    'gpt2',
    'taps see the tokens of each pass, and a pass with drafts has several; leave one of them out',
    () => ({ promptLookupNumTokens: 3, taps: ['decoder.output'] }),
  ],
  [
    'gpt2',
    'drafts are checked without guidance; leave guidanceScale or them out',
    () => ({ promptLookupNumTokens: 3, guidanceScale: 2 }),
  ],
  [
    'gpt2',
    'the assistantModel calls token 256 "<b>", the model "<a>"; both must have the same tokens',
    ({ renamed }) => ({ assistantModel: renamed! }),
  ],
  [
    'gpt2',
    'the assistantModel has a tokenizer of 258 tokens, the model one of 257; both must have the same tokens',
    ({ larger }) => ({ assistantModel: larger! }),
  ],
  [
    'nameless',
    'the assistantModel has 263 tokens, the model 11; both must have the same tokens',
    ({ gpt2 }) => ({ assistantModel: gpt2! }),
  ],
  [
    'gpt2',
    'the assistantModel is an encoder-decoder, the model a decoder alone; both must be of one kind',
    ({ pair }) => ({ assistantModel: pair! }),
  ],
  [
    'gpt2',
    'the assistantModel keeps recurrent states, which cannot go back',
    ({ recurrent }) => ({ assistantModel: recurrent! }),
  ],
  [
    'recurrent',
    'this model keeps recurrent states, which cannot go back to the tokens that were accepted; leave drafts out',
    () => ({ promptLookupNumTokens: 3 }),
  ],
])('%s: %s', async (name, message, options) => {
  const run = models[name]!.generate([1, 2, 1], { temperature: 0, ...options(models) }).result();
  await expect(run).rejects.toThrow(`generate: ${message}`);
});

test('several prompts have no drafts', async () => {
  const run = models.gpt2!.generateBatch([[1], [2]], { promptLookupNumTokens: 3 }).result();
  await expect(run).rejects.toThrow(
    'generate: drafts are made for one prompt at a time, not for 2; generate them one by one',
  );
});
