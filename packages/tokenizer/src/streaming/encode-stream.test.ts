import { workRatio } from '@residual/testkit/processor-time';
import { readFixture, readFixtureText } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { saveTokenizer } from '../formats/json/save.js';
import { sentencePieceTokenizer } from '../formats/sentencepiece/index.js';
import { tiktokenEncodings } from '../formats/tiktoken/encodings.js';
import { tiktokenTokenizer } from '../formats/tiktoken/index.js';
import { encodeModelProto } from '../testing/model-bytes.js';
import type { Tokenizer } from '../tokenizer.js';
import { boundaryOf, lastBoundary } from './boundary.js';
import { encodeStream } from './encode-stream.js';
import type { Boundary } from './space-rule.js';

const read = (name: string) => readFixtureText(`tokenizers/${name}/tokenizer.json`);
const corpus =
  'The miller’s daughter, who spun straw into gold, 1,234 times over.\nAnd then: once upon a time…\n\n“Who?”  ' +
  'she said. ';
const texts = fc
  .array(
    fc.constantFrom(
      ...[
        'The',
        ' the',
        'a',
        ' ',
        '  ',
        '\n',
        '\r\n',
        '\t',
        'é',
        'e\u0301',
        ' \u0301x',
        '日本',
        '。',
        "'s",
        ' 12',
        '3 a',
        '.',
        '🙂',
        '\ud83d',
      ],
      ...[
        '<s>',
        '<|endoftext|>',
        '[MASK]',
        ' x',
        'ำ',
        ' ำ',
        '▁',
        ' ▁',
        'ﬁ',
        'Σ',
        'ΑΣ ',
        '\u1100',
        '\u1161',
        'x y z',
        'n\nm',
        '\0',
        '\ufeff',
      ],
    ),
    { maxLength: 30 },
  )
  .map(parts => parts.join(''));

const inChunks = (text: string, sizes: readonly number[]) => {
  const chunks: string[] = [];
  for (let at = 0, index = 0; at < text.length; index++) {
    const size = sizes[index % sizes.length]!;
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return chunks;
};

const kinds = {
  'bpe-gpt2': 'lines',
  'bpe-llama3': 'lines',
  'wordpiece-bert': 'words',
  'unigram-t5': 'words',
  'real-unigram-nmt-nfkc': 'words',
  'bpe-llama2': undefined,
  'bpe-clip': 'words',
};
const pieces = (name: string) => readFixture(`sentencepiece/own/${name}.model`);
const saved = (name: string) => JSON.parse(saveTokenizer(sentencePieceTokenizer(pieces(name))));
const bytes = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`);
const ranks = [
  ...bytes,
  ...['th', ' t', ' th', 'he', 'x ', ' x'].map((token, index) => `${btoa(token)} ${256 + index}`),
].join('\n');
const { pattern } = tiktokenEncodings.cl100k_base;

/** Tokenizers of other files, and the boundary of each. */
const others: Readonly<Record<string, readonly [Tokenizer, Boundary | undefined]>> = {
  'Llama 2, whose pieces stay in words': [tokenizerFromJson({ ...saved('bpe-llama'), pre_tokenizer: null }), 'words'],
  'Llama 2 with Metaspace that does not cut': [
    tokenizerFromJson({
      ...saved('bpe-llama'),
      normalizer: null,
      pre_tokenizer: { type: 'Metaspace', prepend_scheme: 'first', split: false },
    }),
    'words',
  ],
  'a saved SentencePiece BPE': [tokenizerFromJson(saved('bpe-llama')), 'words'],
  'a saved SentencePiece unigram': [tokenizerFromJson(saved('unigram-nmt-nfkc')), 'words'],
  'a SentencePiece BPE': [sentencePieceTokenizer(pieces('bpe-bytefallback')), 'words'],
  'a SentencePiece BPE that reads across words': [sentencePieceTokenizer(pieces('bpe-across-words')), undefined],
  'a SentencePiece unigram': [sentencePieceTokenizer(pieces('unigram-nmt-nfkc')), 'words'],
  'a SentencePiece unigram that puts no space in front': [sentencePieceTokenizer(pieces('unigram-no-prefix')), 'words'],
  'a SentencePiece unigram with bytes': [sentencePieceTokenizer(pieces('unigram-byte-fallback')), 'words'],
  'a SentencePiece unigram that reads across words': [
    sentencePieceTokenizer(pieces('unigram-across-words')),
    undefined,
  ],
  'a SentencePiece unigram with spaces behind': [sentencePieceTokenizer(pieces('unigram-suffix')), undefined],
  'tiktoken ranks': [tiktokenTokenizer(ranks, { encoding: { pattern, specialTokens: {} } }), 'lines'],
  'tiktoken ranks with a pattern of your own': [
    tiktokenTokenizer(ranks, { encoding: { pattern: '\\S+|\\s+', specialTokens: {} } }),
    undefined,
  ],
  'byte-level BPE that puts a space first': [
    tokenizerFromJson({
      ...JSON.parse(read('bpe-gpt2')),
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true, use_regex: true },
    }),
    'words',
  ],
  'byte-level BPE with a token that takes the lines before it along': [
    tokenizerFromJson({
      ...JSON.parse(read('bpe-gpt2')),
      added_tokens: [{ id: 90_000, content: 'The', lstrip: true, normalized: true }],
    }),
    'words',
  ],
  'words of which some are cut': [
    tokenizerFromJson({
      ...JSON.parse(read('wordpiece-bert')),
      pre_tokenizer: { type: 'Split', pattern: { Regex: "'s|'t|x+" }, behavior: 'Isolated' },
    }),
    undefined,
  ],
  'byte-level BPE that cuts nothing': [
    tokenizerFromJson({
      ...JSON.parse(read('bpe-gpt2')),
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true, use_regex: false },
    }),
    'words',
  ],
};

const all = [
  ...Object.entries(kinds).map(([name, boundary]) => [name, tokenizerFromJson(read(name)), boundary] as const),
  ...Object.entries(others).map(([name, [tokenizer, boundary]]) => [name, tokenizer, boundary] as const),
];

describe.each(all)('%s', (_, tokenizer, boundary) => {
  test('chunks of any sizes have the tokens of the whole text', () => {
    expect(boundaryOf(tokenizer.parts)).toBe(boundary);
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (text, sizes, addSpecialTokens) => {
          const stream = encodeStream(tokenizer, { addSpecialTokens });
          const ids = inChunks(text, sizes).flatMap(chunk => stream.push(chunk));
          expect([...ids, ...stream.flush()]).toEqual(tokenizer.encode(text, { addSpecialTokens }).ids);
        },
      ),
      { numRuns: 600 },
    );
  });

  test('counting to a limit counts all tokens up to the limit', () => {
    const text = corpus.repeat(200);
    const all = tokenizer.encode(text, { addSpecialTokens: false }).length;
    expect([tokenizer.count(text), tokenizer.count(text, 17), tokenizer.count(text, 4321)]).toEqual([
      all,
      Math.min(all, 17),
      Math.min(all, 4321),
    ]);
    expect([tokenizer.count(text, all), tokenizer.count(text, all + 5), tokenizer.count(text, 0)]).toEqual([
      all,
      all,
      0,
    ]);
  });
});

test('ids are returned as soon as a word has certainly ended', () => {
  const tokenizer = tokenizerFromJson(read('bpe-gpt2'));
  const stream = encodeStream(tokenizer);
  const outputs = ['the mil', 'ler ', 'sp', 'un'].map(chunk => tokenizer.decode(stream.push(chunk)));
  expect(outputs).toEqual(['the', '', ' miller', '']);
  expect(tokenizer.decode(stream.flush())).toBe(' spun');
});

test('the empty stream has the special tokens alone, and a chunk must be text', () => {
  const tokenizer = tokenizerFromJson(read('wordpiece-bert'));
  expect(encodeStream(tokenizer).flush()).toEqual(tokenizer.encode('').ids);
  const stream = encodeStream(tokenizer);
  expect(stream.push('')).toEqual([tokenizer.tokenToId('[CLS]')]);
  expect(() => stream.push(3 as never)).toThrow('encodeStream: a chunk must be a string, it is a number');
});

test('a tokenizer that may read across words waits for the end', () => {
  const model = {
    type: 'BPE',
    vocab: { a: 0, ' ': 1, b: 2, 'a b': 3, 'a ': 4 },
    merges: [
      ['a', ' '],
      ['a ', 'b'],
    ],
  };
  const across = tokenizerFromJson({ model });
  const stream = encodeStream(across);
  expect([stream.push('a b'), stream.push(' a b'), stream.flush()]).toEqual([[], [], [3, 1, 3]]);
  const splits = { type: 'Split', pattern: { Regex: '\\w+ \\w+' }, behavior: 'Isolated' };
  for (const changes of [
    { pre_tokenizer: splits },
    { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Whitespace' }, splits] } },
    { pre_tokenizer: { type: 'Metaspace', split: false } },
    { pre_tokenizer: { type: 'Whitespace' }, normalizer: { type: 'Replace', pattern: { Regex: 'a b' }, content: 'c' } },
    { pre_tokenizer: { type: 'Whitespace' }, normalizer: { type: 'Replace', pattern: { String: ' ' }, content: 'c' } },
    { pre_tokenizer: { type: 'Whitespace' }, added_tokens: [{ id: 3, content: 'a b' }] },
    { pre_tokenizer: { type: 'Whitespace' }, normalizer: { type: 'Replace', pattern: { Regex: '\\s+' }, content: '' } },
    { pre_tokenizer: { ...splits, pattern: { Regex: '[a-z]+|\\s' } } },
    { pre_tokenizer: { ...splits, pattern: { Regex: '[a-z ]+' } } },
  ]) {
    expect(boundaryOf(tokenizerFromJson({ model, ...changes }).parts)).toBeUndefined();
  }
  expect(boundaryOf(tokenizerFromJson({ model, pre_tokenizer: { type: 'Whitespace' } }).parts)).toBe('words');
});

test('a stream of small chunks takes linear time, with or without boundaries', async () => {
  const tokenizer = tokenizerFromJson(read('bpe-gpt2'));
  const write = (text: string) => () => {
    const stream = encodeStream(tokenizer);
    for (let at = 0; at < text.length; at += 2) stream.push(text.slice(at, at + 2));
    stream.flush();
  };
  for (const unit of ['日', 'a', 'the ']) {
    write(unit.repeat(3000))();
    // Usually about 16; quadratic time takes 256 times as long.
    const [long, short] = [unit.repeat(48_000), unit.repeat(3000)];
    expect(await workRatio(write(long), write(short), { below: 80 })).toBeLessThan(80);
  }
});

test('a boundary is a space between letters, and for some tokenizers a line end before a letter', () => {
  expect(lastBoundary('ab cd ef', 0, 'words')).toBe(5);
  expect(lastBoundary('ab cd ef', 5, 'words')).toBe(-1);
  expect(lastBoundary('ab  cd 1', 0, 'words')).toBe(-1);
  expect(lastBoundary('ab.\ncd', 0, 'lines')).toBe(4);
  expect(lastBoundary('ab.\n\ncd', 0, 'lines')).toBe(-1);
  expect(lastBoundary('ab.\ncd', 0, 'words')).toBe(-1);
});

test('a BPE encodes words separately only if no token, whole pre-token or affix spans them', () => {
  const apart = { type: 'BPE', vocab: { a: 0, b: 1, ' ': 2, ' a': 3, '  ': 4, '  a': 5 }, merges: [] };
  const of = (changes: object) => boundaryOf(tokenizerFromJson({ model: { ...apart, ...changes } }).parts);
  expect(of({})).toBe('words');
  expect(of({ vocab: { ...apart.vocab, ' a ': 6 } })).toBeUndefined();
  expect(of({ vocab: { a: 0, b: 1 } })).toBeUndefined();
  expect(of({ ignore_merges: true })).toBeUndefined();
  expect(of({ end_of_word_suffix: '</w>' })).toBeUndefined();
  expect(of({ continuing_subword_prefix: '##' })).toBeUndefined();
  expect(of({ dropout: 0.5 })).toBeUndefined();
});

test('a SentencePiece unigram streams word by word, also if two segmentations of a word are equally probable', () => {
  const pieces = [
    ['<unk>', 0, 2],
    ['▁', -1],
    ['a', -1.1],
    ['aa', -1.7],
    ['b', -1],
  ] as const;
  const tokenizer = sentencePieceTokenizer(encodeModelProto({ pieces }));
  const text = 'aaab aaaaa '.repeat(400);
  const whole = tokenizer.encode(text).ids;
  const stream = encodeStream(tokenizer);
  const early = inChunks(text, [7, 3]).flatMap(chunk => stream.push(chunk));
  expect(early.length).toBeGreaterThan(whole.length - 20);
  expect([...early, ...stream.flush()]).toEqual(whole);
});
