import { describe, expect, test } from 'vitest';
import { type LoadOptions, tokenizerFromJson } from './load.js';

/** A word-level tokenizer of the given words with some parts of the file replaced, to show what those parts do. */
const tokenizer = (words: readonly string[], parts: object) =>
  tokenizerFromJson({
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(['?', ...words].map((word, id) => [word, id])),
      unk_token: '?',
    },
    ...parts,
  });
const slices = (parts: object, text: string) =>
  tokenizer([], parts)
    .encode(text)
    .offsets.map(([start, end]) => text.slice(start, end));

describe('pre-tokenizers split', () => {
  test.each([
    [{ type: 'BertPreTokenizer' }, "it's a-b", ['it', "'", 's', 'a', '-', 'b']],
    [{ type: 'Whitespace' }, "it's a-b", ['it', "'", 's', 'a', '-', 'b']],
    [{ type: 'WhitespaceSplit' }, " it's\ta-b ", ["it's", 'a-b']],
    [{ type: 'Digits' }, 'a12b', ['a', '12', 'b']],
    [{ type: 'Digits', individual_digits: true }, 'a12b', ['a', '1', '2', 'b']],
    [{ type: 'Punctuation' }, 'a!?b', ['a', '!', '?', 'b']],
    [{ type: 'Punctuation', behavior: 'Contiguous' }, 'a!?b', ['a', '!?', 'b']],
    [{ type: 'CharDelimiterSplit', delimiter: ',' }, 'a,b,,c', ['a', 'b', 'c']],
    [{ type: 'FixedLength', length: 2 }, 'a🙂b日c', ['a🙂', 'b日', 'c']],
    [{ type: 'FixedLength' }, 'abcdefg', ['abcde', 'fg']],
    [{ type: 'UnicodeScripts' }, 'どこで生れ。Yes', ['どこで生れ', '。', 'Yes']],
    [{ type: 'UnicodeScripts' }, 'Apples are りんご 林檎', ['Apples are ', 'りんご 林檎']],
    [{ type: 'UnicodeScripts' }, ' да б', ['да б']],
    [{ type: 'Metaspace' }, 'a bc', ['a', ' bc']],
    [{ type: 'Metaspace', split: false }, 'a bc', ['a bc']],
    [{ type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious' }, 'a b', ['a ', 'b']],
    [{ type: 'Split', pattern: { Regex: '\\b' }, behavior: 'Isolated' }, 'ab cd', ['ab', ' ', 'cd']],
    [
      { type: 'Split', pattern: { Regex: '(?<=[a-z])(?=[A-Z])' }, behavior: 'Removed' },
      'camelCaseText',
      ['camel', 'Case', 'Text'],
    ],
    [{ type: 'Split', pattern: { Regex: '(?=🙂)' }, behavior: 'MergedWithNext' }, 'a🙂🙂b', ['a', '🙂', '🙂b']],
    [{ type: 'Split', pattern: { Regex: 'a*' }, behavior: 'Isolated' }, 'aabba', ['aa', 'b', 'b', 'a']],
    [{ type: 'Split', pattern: { Regex: 'a*' }, behavior: 'Removed', invert: true }, 'aabba', ['aa', 'a']],
    [
      { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'ByteLevel', use_regex: false }] },
      'é 🙂',
      ['é', '🙂'],
    ],
  ])('%j', (pre_tokenizer, text, expected) => {
    expect(slices({ pre_tokenizer }, text)).toEqual(expected);
  });
});

test('Metaspace adds a space in front: always, never, or only at the start of the text', () => {
  const tokens = (prepend_scheme: string) => {
    const parts = { pre_tokenizer: { type: 'Metaspace', prepend_scheme }, added_tokens: [{ id: 9, content: '#' }] };
    const encoding = tokenizer(['a', '▁a'], parts).encode('#a#a');
    expect(encoding.offsets.length).toBe(encoding.ids.length);
    return encoding.tokens.join(' ');
  };
  expect(tokens('always')).toBe('# ▁a # ▁a');
  expect(tokens('never')).toBe('# a # a');
  expect(tokens('first')).toBe('# a # a');
  const alone = (text: string) =>
    tokenizer(['a', '▁a'], {
      normalizer: { type: 'Strip' },
      pre_tokenizer: { type: 'Metaspace', prepend_scheme: 'first' },
    }).encode(text);
  expect(alone('a').tokens).toEqual(['▁a']);
  expect(alone('  a').tokens).toEqual(['a']); // which is not at the start of the text
  expect(alone('  a').offsets).toEqual([[2, 3]]);
});

describe('normalizers write', () => {
  test.each([
    [{ type: 'Lowercase' }, 'ΑΣ İ', 'ας i̇'.replace('ς', 'σ')],
    [{ type: 'Strip' }, '\u0085 a b\u3000', 'a b'],
    [{ type: 'Strip', strip_left: false }, ' a ', ' a'],
    [{ type: 'StripAccents' }, 'e\u0301a', 'ea'],
    [{ type: 'Nmt' }, 'a\u0001b\u200bc', 'ab c'],
    [{ type: 'Prepend', prepend: '_' }, 'a', '_a'],
    [{ type: 'Replace', pattern: { Regex: '\\s+' }, content: '-' }, 'a \n b', 'a-b'],
    [{ type: 'Replace', pattern: { Regex: '(?<=a)' }, content: '-' }, 'aba', 'a-ba-'],
    [{ type: 'Replace', pattern: { Regex: '\\A' }, content: '-' }, 'ab', '-ab'],
    [{ type: 'ByteLevel' }, 'é ', 'Ã©Ġ'],
    [{ type: 'BertNormalizer' }, 'É\u0000中x', 'e 中 x'],
    [{ type: 'BertNormalizer', strip_accents: false }, 'É', 'é'],
    [{ type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'StripAccents' }] }, 'é', 'e'],
  ])('%j on %j: %j', (normalizer, text, expected) => {
    const instance = tokenizer([expected], { normalizer });
    expect(instance.encode(text).tokens).toEqual([expected]);
    expect(instance.encode(text).offsets.every(([start, end]) => start <= end && end <= text.length)).toBe(true);
  });
});

describe('decoders join', () => {
  test.each([
    [undefined, ['a', 'b'], 'a b'],
    [{ type: 'WordPiece' }, ['it', '##em', "'s", ','], "item's,"],
    [{ type: 'WordPiece', cleanup: false }, ['a', ','], 'a ,'],
    [{ type: 'BPEDecoder' }, ['a', 'b</w>', 'c</w>'], 'ab c'],
    [{ type: 'CTC' }, ['a', 'a', '<pad>', 'a', '|', 'b'], 'aa b'],
    [{ type: 'Metaspace' }, ['▁a', '▁b'], 'a b'],
    [{ type: 'Metaspace', prepend_scheme: 'never' }, ['▁a', '▁b'], ' a b'],
    [{ type: 'Fuse' }, ['a', 'b'], 'ab'],
    [{ type: 'Replace', pattern: { String: 'ab' }, content: '-' }, ['ab', 'xab'], '-x-'],
    [{ type: 'Replace', pattern: { Regex: 'a+' }, content: '-' }, ['aab', 'a'], '-b-'],
    [{ type: 'Strip', content: ' ', start: 1, stop: 1 }, ['  a  ', ' b '], ' a b'],
    [{ type: 'ByteFallback' }, ['<0xC3>', '<0xA9>', 'a', '<0xC3>', 'b'], 'éa\ufffdb'],
  ])('%j', (decoder, tokens, expected) => {
    const instance = tokenizer([...new Set(tokens)], { decoder });
    const ids = tokens.map(token => instance.tokenToId(token)!);
    const stream = instance.decodeStream();
    expect(instance.decode(ids)).toBe(expected);
    expect(ids.map(id => stream.push(id)).join('') + stream.flush()).toBe(expected);
  });
});

describe('added tokens', () => {
  const added = (flags: object) => tokenizer([], { added_tokens: [{ id: 9, content: 'tok', ...flags }] });
  const found = (flags: object, text: string) => {
    const encoding = added(flags).encode(text);
    return encoding.offsets
      .filter((_, index) => encoding.ids[index] === 9)
      .map(([start, end]) => text.slice(start, end));
  };

  test.each([
    [{}, 'a tok tokb', ['tok', 'tok']],
    [{ single_word: true }, 'atok tok tokb tok', ['tok', 'tok']],
    [{ lstrip: true }, 'a  tok b', ['  tok']],
    [{ rstrip: true }, 'a tok  b', ['tok  ']],
    [{ special: true }, 'tok', ['tok']],
  ])('%j in %j', (flags, text, expected) => {
    expect(found(flags, text)).toEqual(expected);
  });

  test('the leftmost match wins, and at one index the longest', () => {
    const instance = tokenizer([], {
      added_tokens: [
        { id: 5, content: 'ab' },
        { id: 6, content: 'abc' },
        { id: 7, content: 'bcd' },
      ],
    });
    expect(instance.encode('abcd').ids).toEqual([6, 0]);
  });

  test('normalized tokens are found in the normalized text, others in the raw text', () => {
    const parts = (normalized: boolean) => ({
      normalizer: { type: 'Lowercase' },
      added_tokens: [{ id: 9, content: 'Tok', normalized }],
    });
    expect(tokenizer([], parts(true)).encode('TOK').ids).toEqual([9]);
    expect(tokenizer([], parts(false)).encode('TOK').ids).toEqual([0]);
    expect(tokenizer([], parts(false)).encode('Tok').ids).toEqual([9]);
  });
});

test('the configuration names special tokens, and may ask for clean-up and for a bos token', () => {
  const json = {
    model: { type: 'WordLevel', vocab: { '?': 0, a: 1, '.': 2 }, unk_token: '?' },
    added_tokens: [{ id: 5, content: '<s>', special: true }],
  };
  const config = {
    bos_token: { content: '<s>' },
    eos_token: '.',
    add_bos_token: true,
    clean_up_tokenization_spaces: true,
  };
  const instance = tokenizerFromJson(json, { config });
  expect([
    instance.bosTokenId,
    instance.eosTokenId,
    instance.padTokenId,
    instance.unkTokenId,
    instance.vocabSize,
  ]).toEqual([5, 2, undefined, 0, 4]);
  expect(instance.encode('a').ids).toEqual([5, 1]);
  expect(instance.decode([1, 2])).toBe('a.');
  expect(tokenizerFromJson(json).decode([1, 2])).toBe('a .');
});

test('special_tokens_map.json takes precedence, unless the configuration lists its added tokens', () => {
  const json = { model: { type: 'WordLevel', vocab: { a: 0, b: 1, c: 2 }, unk_token: 'a' } };
  const [config, specialTokensMap] = [
    { eos_token: 'b', bos_token: 'a' },
    { eos_token: { content: 'c' }, pad_token: 'b' },
  ];
  const rolesOf = (options: LoadOptions) => {
    const { bosTokenId, eosTokenId, padTokenId } = tokenizerFromJson(json, options);
    return [bosTokenId, eosTokenId, padTokenId];
  };
  expect(rolesOf({ config, specialTokensMap })).toEqual([0, 2, 1]);
  expect(rolesOf({ specialTokensMap: JSON.stringify(specialTokensMap) })).toEqual([undefined, 2, 1]);
  expect(rolesOf({ config: { ...config, added_tokens_decoder: {} }, specialTokensMap })).toEqual([0, 1, undefined]);
  expect(() => rolesOf({ specialTokensMap: '{' })).toThrow('special_tokens_map.json is not JSON');
});

test('truncation and padding in a file apply if a call asks for them', () => {
  const instance = tokenizer(['a'], {
    pre_tokenizer: { type: 'WhitespaceSplit' },
    truncation: { max_length: 2, strategy: 'LongestFirst', stride: 0, direction: 'Left' },
    padding: { strategy: { Fixed: 4 }, direction: 'Left', pad_id: 7, pad_type_id: 3, pad_token: '?' },
  });
  expect(instance.encode('a b a').ids).toEqual([1, 0, 1]);
  expect(instance.encodeBatch(['a b a', 'a'], {}).map(({ ids }) => ids)).toEqual([[1, 0, 1], [1]]);
  expect(instance.encode('a b a', { truncation: null, padding: null }).ids).toEqual([1, 0, 1]);
  const { truncation, padding } = instance;
  expect(truncation).toEqual({ maxLength: 2, strategy: 'longest-first', stride: 0, direction: 'left' });
  expect(padding).toEqual({ length: 4, multipleOf: 1, id: 7, token: '?', typeId: 3, direction: 'left' });
  const cut = instance.encode('a b a', { truncation, padding });
  expect(cut.ids).toEqual([7, 7, 0, 1]);
  expect(cut.tokens.slice(0, 2)).toEqual(['?', '?']);
  expect(tokenizer(['a'], {}).padding).toBeUndefined();
  const long = instance.encode('a b a', {
    pair: 'a a',
    truncation: { maxLength: 3, strategy: 'only-first' },
    padding: null,
  });
  expect(long.ids).toEqual([1, 1, 1]);
  expect(long.overflowing.map(each => each.ids)).toEqual([
    [0, 1, 1],
    [1, 1, 1],
  ]);
  expect(() => instance.encode('a', { truncation: { maxLength: 0, strategy: 'only-second' } })).not.toThrow();
  expect(() => instance.encode('a b a', { truncation: { maxLength: 2, stride: 2 } })).toThrow(
    'encode: stride 2 does not fit in windows of 2 tokens; at most 1',
  );
});

test('a batch is padded to its longest encoding', () => {
  const instance = tokenizer(['a'], { pre_tokenizer: { type: 'WhitespaceSplit' } });
  const batch = instance.encodeBatch(['a', 'a a a', ['a', 'a']], {
    padding: { length: 'longest', multipleOf: 2, id: 9 },
  });
  expect(batch.map(each => each.ids)).toEqual([
    [1, 9, 9, 9],
    [1, 1, 1, 9],
    [1, 1, 9, 9],
  ]);
  expect(batch.map(each => each.attentionMask)).toEqual([
    [1, 0, 0, 0],
    [1, 1, 1, 0],
    [1, 1, 0, 0],
  ]);
  expect(batch[2]!.typeIds).toEqual([0, 1, 0, 0]);
});
