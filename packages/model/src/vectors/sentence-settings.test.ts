import { expect, test } from 'vitest';
import type { PlainTensor } from '../plain-tensor.js';
import { type Pooling, pool } from './pooling.js';
import { poolingFile, sentenceSettings } from './sentence-settings.js';

const modules = (...types: string[]) =>
  types.map((type, idx) => ({
    idx,
    type: `sentence_transformers.models.${type}`,
    path: idx === 0 ? '' : `${idx}_${type}`,
  }));
const pooling = { '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false } };

test('settings come from the modules and the files that they name', () => {
  const files = { 'modules.json': modules('Transformer', 'Pooling', 'Normalize'), ...pooling };
  expect(poolingFile(files['modules.json'])).toBe('1_Pooling/config.json');
  expect(sentenceSettings(files)).toEqual({
    pooling: 'cls',
    normalize: true,
    maxTokens: undefined,
    prompts: {},
    defaultPrompt: undefined,
    includePrompt: true,
  });
  expect(
    sentenceSettings({
      'modules.json': modules('Transformer', 'Pooling'),
      '1_Pooling/config.json': { pooling_mode: 'lasttoken', include_prompt: false },
      'sentence_bert_config.json': { max_seq_length: 512 },
      'config_sentence_transformers.json': { prompts: { query: 'query: ' }, default_prompt_name: 'query' },
    }),
  ).toEqual({
    pooling: 'last',
    normalize: false,
    maxTokens: 512,
    prompts: { query: 'query: ' },
    defaultPrompt: 'query',
    includePrompt: false,
  });
  expect(sentenceSettings({})).toBeUndefined();
});

test.each<[string, Record<string, unknown>]>([
  ['modules.json is "Dense"; Transformer, Pooling and Normalize would fit', { 'modules.json': modules('Dense') }],
  ['modules.json is 3; a list would fit', { 'modules.json': 3 }],
  [
    'modules.json is {"type":"Pooling","path":"../x"}; a list of types and folders would fit',
    { 'modules.json': [{ type: 'Pooling', path: '../x' }] },
  ],
  [
    'prompt query is 3; a text would fit',
    { 'modules.json': [], 'config_sentence_transformers.json': { prompts: { query: 3 } } },
  ],
  [
    'default_prompt_name is "x"; one of query would fit',
    {
      'modules.json': [],
      'config_sentence_transformers.json': { prompts: { query: 'q' }, default_prompt_name: 'x' },
    },
  ],
  [
    'max_seq_length is 0; a whole number above 2 would fit',
    { 'modules.json': [], 'sentence_bert_config.json': { max_seq_length: 0 } },
  ],
])('%s', (message, files) => {
  expect(() => sentenceSettings(files)).toThrow(`embed: ${message}`);
});

test('two ways to pool at once are refused', () => {
  const files = {
    'modules.json': modules('Transformer', 'Pooling'),
    '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: true },
  };
  expect(() => sentenceSettings(files)).toThrow(
    'embed: the pooling is ["pooling_mode_cls_token","pooling_mode_mean_tokens"]; one of pooling_mode_cls_token,',
  );
});

test.each<[Pooling, number[]]>([
  ['cls', [3, 4]],
  ['last', [7, -2]],
  ['mean', [5, 1]],
  ['max', [7, 4]],
  ['meanSqrtLength', [10 / Math.SQRT2, 2 / Math.SQRT2]],
  ['weightedMean', [17 / 3, 0]],
])('%s of rows 1 to 3', (mode, expected) => {
  const states: PlainTensor = { shape: [4, 2], data: Float32Array.of(9, 9, 3, 4, 7, -2, 9, 9) };
  for (const [k, x] of pool(states, [1, 3], mode).entries()) expect(x).toBeCloseTo(expected[k]!, 6);
});
