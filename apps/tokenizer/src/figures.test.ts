import { tokenizerFromJson } from '@residual/tokenizer';
import { expect, test } from 'vitest';
import { tokenizeText } from './figures.js';

const tokenizer = tokenizerFromJson({
  added_tokens: [{ id: 0, content: '<s>', special: true }],
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
  model: { type: 'BPE', vocab: { '<s>': 0, a: 1, Ã: 2, '©': 3 }, merges: [] },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } },
  },
  decoder: { type: 'ByteLevel' },
});

test('tokens have offsets, special tokens are marked, and sizes are counted', () => {
  const { tokens, figures, back } = tokenizeText(tokenizer, 'aé', true);
  expect(tokens).toEqual([
    { id: 0, token: '<s>', offset: [0, 0], isSpecial: true },
    { id: 1, token: 'a', offset: [0, 1], isSpecial: false },
    { id: 2, token: 'Ã', offset: [1, 2], isSpecial: false },
    { id: 3, token: '©', offset: [1, 2], isSpecial: false },
  ]);
  expect(figures).toBe('4 tokens · 2 code points · 2 UTF-16 units · 3 bytes of UTF-8 · 0.75 bytes per token');
  expect(back).toBe('Decoding the tokens gives the same text.');
});

test('a text that decoding changes is shown', () => {
  expect(tokenizeText(tokenizer, 'ab', false).back).toBe('Decoding the tokens gives: a');
  expect(tokenizeText(tokenizer, '', false).figures).toBe(
    '0 tokens · 0 code points · 0 UTF-16 units · 0 bytes of UTF-8',
  );
});
