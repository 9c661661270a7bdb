import { expect, test } from 'vitest';
import { encodeStream } from '../../index.js';
import { tokenizerFromJson } from './load.js';
import { saveTokenizer } from './save.js';

const special = ['<unk>', '<s>', '</s>', '<cls>', '<sep>', '<pad>', '<mask>'];
const pieces = ['▁', '"', '▁"', 'creme', '▁creme', '▁able', '▁un', 'able', '.', 'a'];
const id = (token: string) => [...special, ...pieces].indexOf(token);
const replaced = (pattern: object, content: string) => ({ type: 'Replace', pattern, content });
const items = (template: string) =>
  template.split(' ').map(item => {
    const [name, type] = item.split(':') as [string, string];
    const type_id = Number(type);
    return name.startsWith('$')
      ? { Sequence: { id: name.slice(1), type_id } }
      : { SpecialToken: { id: name, type_id } };
  });

/**
 * The structure of XLNet's tokenizer: quotes, accents and case are normalized, and the special tokens come last, the
 * very last with a type of its own.
 */
const json = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: special.map((content, index) => ({
    id: index,
    content,
    special: true,
    normalized: false,
    lstrip: content === '<mask>',
  })),
  normalizer: {
    type: 'Sequence',
    normalizers: [
      replaced({ String: '``' }, '"'),
      replaced({ String: "''" }, '"'),
      { type: 'NFKD' },
      { type: 'StripAccents' },
      { type: 'Lowercase' },
      { type: 'Strip', strip_left: false, strip_right: true },
      replaced({ Regex: ' {2,}' }, ' '),
    ],
  },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: {
    type: 'TemplateProcessing',
    single: items('$A:0 <sep>:0 <cls>:2'),
    pair: items('$A:0 <sep>:0 $B:1 <sep>:1 <cls>:2'),
    special_tokens: Object.fromEntries(
      ['<cls>', '<sep>'].map(token => [token, { id: token, ids: [id(token)], tokens: [token] }]),
    ),
  },
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: [...special.map(token => [token, 0]), ...pieces.map((piece, index) => [piece, -1 - index / 10])],
    byte_fallback: false,
  },
};
const tokenizer = tokenizerFromJson(json, { config: { pad_token: '<pad>', bos_token: '<s>', eos_token: '</s>' } });
const ids = (...tokens: string[]) => tokens.map(id);

test('a text is normalized and tokenized, then <sep> and <cls> with type 2 follow', () => {
  const text = "``Crème''  unable.  ";
  const encoding = tokenizer.encode(text);
  expect(encoding.tokens).toEqual(['▁"', 'creme', '"', '▁un', 'able', '.', '<sep>', '<cls>']);
  expect(encoding.ids).toEqual(ids('▁"', 'creme', '"', '▁un', 'able', '.', '<sep>', '<cls>'));
  expect(encoding.typeIds).toEqual([0, 0, 0, 0, 0, 0, 0, 2]);
  expect(encoding.specialTokensMask).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  expect(encoding.offsets.slice(0, 6).map(([start, end]) => text.slice(start, end))).toEqual([
    '`', // a replacement of several characters has the offsets of the last one, as in the reference
    'Crème',
    "'",
    ' un',
    'able',
    '.',
  ]);
  expect(tokenizer.decode(encoding.ids)).toBe('"creme" unable.');
});

test('pairs, truncation and padding on the left keep the special tokens at the end', () => {
  const pair = tokenizer.encode('creme', { pair: 'able able' });
  expect(pair.ids).toEqual(ids('▁creme', '<sep>', '▁able', '▁able', '<sep>', '<cls>'));
  expect(pair.typeIds).toEqual([0, 0, 1, 1, 1, 2]);
  const options = { padding: { length: 6, direction: 'left', typeId: 3 }, truncation: { maxLength: 4 } } as const;
  const short = tokenizer.encode('able able able', options);
  expect(short.ids).toEqual(ids('<pad>', '<pad>', '▁able', '▁able', '<sep>', '<cls>'));
  expect(short.typeIds).toEqual([3, 3, 0, 0, 0, 2]);
  expect(short.attentionMask).toEqual([0, 0, 1, 1, 1, 1]);
});

test('the mask token includes the space before it', () => {
  const { tokens, offsets } = tokenizer.encode('able <mask> able', { addSpecialTokens: false });
  expect(tokens).toEqual(['▁able', ' <mask>', '▁able']);
  expect(offsets[1]).toEqual([4, 11]);
});

test('a stream ends with the special tokens, and the saved file is the same', () => {
  const stream = encodeStream(tokenizer);
  expect([stream.push('Crème ab'), stream.push('le able'), stream.flush()]).toEqual([
    ids('▁creme'),
    ids('▁able'),
    ids('▁able', '<sep>', '<cls>'),
  ]);
  expect(JSON.parse(saveTokenizer(tokenizerFromJson(saveTokenizer(tokenizer))))).toEqual(
    JSON.parse(saveTokenizer(tokenizer)),
  );
});
