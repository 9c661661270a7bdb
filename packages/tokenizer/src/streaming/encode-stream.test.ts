import { existsSync, readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from '../load.js';
import { boundaryOf, lastBoundary } from './boundary.js';
import { encodeStream } from './encode-stream.js';

const read = (name: string): string => {
  const url = new URL(`../../../../fixtures/tokenizers/${name}/tokenizer.json`, import.meta.url);
  return existsSync(url)
    ? readFileSync(url, 'utf8')
    : brotliDecompressSync(readFileSync(new URL(`${url}.br`))).toString();
};
const corpus =
  'The miller’s daughter, who spun straw into gold, 1,234 times over.\nAnd then: once upon a time…\n\n“Who?”  she said. ';
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
  'bpe-clip': undefined,
};

describe.each(Object.entries(kinds))('%s', (name, boundary) => {
  const tokenizer = tokenizerFromJson(read(name));

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
      { numRuns: 1500 },
    );
  });

  test('counting to a limit counts what there is, up to the limit', () => {
    const text = corpus.repeat(200);
    const all = tokenizer.encode(text, { addSpecialTokens: false }).length;
    expect([tokenizer.count(text), tokenizer.count(text, 17), tokenizer.count(text, 4321)]).toEqual([all, 17, 4321]);
    expect([tokenizer.count(text, all), tokenizer.count(text, all + 5), tokenizer.count(text, 0)]).toEqual([
      all,
      all,
      0,
    ]);
  });
});

test('ids come as soon as a word has ended for certain', () => {
  const tokenizer = tokenizerFromJson(read('bpe-gpt2'));
  const stream = encodeStream(tokenizer);
  const came = ['the mil', 'ler ', 'sp', 'un'].map(chunk => tokenizer.decode(stream.push(chunk)));
  expect(came).toEqual(['the', '', ' miller', '']);
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
  ]) {
    expect(boundaryOf(tokenizerFromJson({ model, ...changes }).parts)).toBeUndefined();
  }
  expect(boundaryOf(tokenizerFromJson({ model, pre_tokenizer: { type: 'Whitespace' } }).parts)).toBe('words');
});

test('a stream of small chunks takes time in proportion to its length, boundaries or none', () => {
  const tokenizer = tokenizerFromJson(read('bpe-gpt2'));
  const time = (text: string) => {
    const begun = performance.now();
    const stream = encodeStream(tokenizer);
    for (let at = 0; at < text.length; at += 2) stream.push(text.slice(at, at + 2));
    stream.flush();
    return performance.now() - begun;
  };
  for (const unit of ['日', 'a', 'the ']) {
    time(unit.repeat(5000));
    expect(time(unit.repeat(40_000))).toBeLessThan(16 * time(unit.repeat(10_000)) + 300);
  }
});

test('a boundary is a space between letters, and for some a line end before one', () => {
  expect(lastBoundary('ab cd ef', 0, 'words')).toBe(5);
  expect(lastBoundary('ab cd ef', 5, 'words')).toBe(-1);
  expect(lastBoundary('ab  cd 1', 0, 'words')).toBe(-1);
  expect(lastBoundary('ab.\ncd', 0, 'lines')).toBe(4);
  expect(lastBoundary('ab.\n\ncd', 0, 'lines')).toBe(-1);
  expect(lastBoundary('ab.\ncd', 0, 'words')).toBe(-1);
});
