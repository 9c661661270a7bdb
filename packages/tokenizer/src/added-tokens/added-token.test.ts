import { expect, test } from 'vitest';
import { byteLevelTokenizer } from '../byte-level/index.js';
import { tokenizerFromJson } from '../formats/json/load.js';
import { byteAlphabet } from '../text/byte-alphabet.js';

const words = { type: 'WordLevel', vocab: { '[UNK]': 0, the: 1, The: 2, x: 3 }, unk_token: '[UNK]' };
const token = (id: number, content: string, flags: object) => ({ id, content, ...flags });
const added_tokens = [
  token(2, 'The', { normalized: true }),
  token(4, 'Foo Bar', { normalized: true }),
  token(5, 'RAW', { normalized: false }),
  token(6, '[CLS]', { normalized: true, special: true }),
  token(7, 'É', { normalized: true }),
];

/** The results of the reference (tokenizers 0.23.3) for the ids 2 to 7, and for [3, 4, 3]. */
test.each([
  [{ type: 'Lowercase' }, undefined, ['the', 'x', 'foo bar', 'RAW', '[cls]', 'é'], 'x foo bar x'],
  [{ type: 'Prepend', prepend: '_' }, undefined, ['_The', 'x', '_Foo Bar', 'RAW', '_[CLS]', '_É'], 'x _Foo Bar x'],
  [{ type: 'ByteLevel' }, { type: 'ByteLevel' }, ['The', 'x', 'Foo Bar', 'RAW', '[CLS]', 'É'], 'xFoo Barx'],
  [{ type: 'NFD' }, undefined, ['The', 'x', 'Foo Bar', 'RAW', '[CLS]', 'E\u0301'], 'x Foo Bar x'],
  [{ type: 'Strip' }, { type: 'WordPiece' }, ['The', 'x', 'Foo Bar', 'RAW', '[CLS]', 'É'], 'x Foo Bar x'],
])('added tokens with `normalized` decode as what %j makes of them', (normalizer, decoder, expected, three) => {
  const tokenizer = tokenizerFromJson({ normalizer, ...(decoder && { decoder }), added_tokens, model: words });
  const ids = [2, 3, 4, 5, 6, 7];
  expect(ids.map(id => tokenizer.decode([id], { skipSpecialTokens: false }))).toEqual(expected);
  expect(tokenizer.decode([3, 4, 3])).toBe(three);
  const stream = tokenizer.decodeStream();
  expect([3, 4, 3].map(id => stream.push(id)).join('') + stream.flush()).toBe(three);
  expect(ids.map(id => tokenizer.tokenToId(tokenizer.idToToken(id)!))).toEqual(ids);
});

test('special tokens with `normalized` are left out by their ids', () => {
  const tokenizer = tokenizerFromJson({ normalizer: { type: 'Lowercase' }, added_tokens, model: words });
  expect(tokenizer.decode([3, 6, 3])).toBe('x x');
});

test('the byte-level tokenizer decodes them in the same way', () => {
  const file = {
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
    decoder: { type: 'ByteLevel' },
    added_tokens: [token(256, 'и\u0306', { normalized: true }), token(257, 'И\u0306', { normalized: false })],
    model: { type: 'BPE', vocab: Object.fromEntries(byteAlphabet().map((char, id) => [char, id])), merges: [] },
  };
  for (const tokenizer of [byteLevelTokenizer(file), tokenizerFromJson(file)]) {
    expect(tokenizer.decode([256, 257])).toBe('\u0439И\u0306');
  }
});
