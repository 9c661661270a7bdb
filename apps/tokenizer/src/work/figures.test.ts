import { tokenizerFromJson } from '@residual/tokenizer';
import { expect, test } from 'vitest';
import { tokenizeText } from './figures.js';

const tokenizer = tokenizerFromJson({
  added_tokens: [{ id: 0, content: '<s>', special: true }],
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
  model: { type: 'BPE', vocab: { '<s>': 0, a: 1, Ã: 2, '©': 3, '?': 4 }, merges: [], unk_token: '?' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } },
  },
  decoder: { type: 'ByteLevel' },
});

test('tokens have offsets, special tokens are marked, and characters and bytes are counted', () => {
  expect(tokenizeText(tokenizer, 'aé', true)).toEqual({
    tokens: [
      { id: 0, token: '<s>', offset: [0, 0], isSpecial: true },
      { id: 1, token: 'a', offset: [0, 1], isSpecial: false },
      { id: 2, token: 'Ã', offset: [1, 2], isSpecial: false },
      { id: 3, token: '©', offset: [1, 2], isSpecial: false },
    ],
    characters: 2,
    bytes: 3,
    decoded: 'aé',
    unknown: 0,
  });
});

test('unknown characters are counted, and decoding shows that they are lost', () => {
  const { unknown, decoded, tokens } = tokenizeText(tokenizer, 'abab', false);
  expect([unknown, decoded, tokens.length]).toEqual([2, 'a?a?', 4]);
  expect(tokenizeText(tokenizer, '👩‍👩‍👧', false)).toMatchObject({ characters: 5, bytes: 18 });
});
