import { readFixtureText } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { toWellFormed } from '../text/unicode.js';

const read = (name: string) => tokenizerFromJson(readFixtureText(`tokenizers/${name}/tokenizer.json`));

/** Texts of all kinds: any code points, lone surrogates, runs of few letters, spaces and special tokens. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map(units => String.fromCharCode(...units)),
  fc.string({
    unit: fc.constantFrom('a', 'b', ' ', "'", 's', '1', '\n', '\r', '\t', 'é', '🙂', '日', '\u0301', '\0'),
    maxLength: 80,
  }),
  fc
    .array(fc.constantFrom('<|endoftext|>', '<s>', '<0x41>', '<unk>', ' the', 'The', ' ', '▁', '\ufeff'), {
      maxLength: 12,
    })
    .map(parts => parts.join('')),
);
const ids = fc.array(fc.integer({ min: 0, max: 1600 }), { maxLength: 40 });

const all = [
  'bpe-clip',
  'bpe-gpt2',
  'bpe-llama2',
  'bpe-llama3',
  'real-unigram-nmt-nfkc',
  'unigram-t5',
  'wordpiece-bert',
];

describe.each(all)('%s', name => {
  const tokenizer = read(name);

  test('a stream of any ids gives the same text as decoding at once, and never half a character', () => {
    fc.assert(
      fc.property(ids, fc.boolean(), (given, skipSpecialTokens) => {
        const stream = tokenizer.decodeStream({ skipSpecialTokens });
        const pieces = [...given.map(id => stream.push(id)), stream.flush()];
        expect(pieces.join('')).toBe(tokenizer.decode(given, { skipSpecialTokens }));
        for (const piece of pieces) expect(piece).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
      }),
      { numRuns: 500 },
    );
  });

  test('offsets are within the text, ascend and split no character', () => {
    fc.assert(
      fc.property(texts, text => {
        let last = 0;
        const whole = toWellFormed(text);
        for (const [start, end] of tokenizer.encode(text, { addSpecialTokens: false }).offsets) {
          expect(start).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(start).toBeGreaterThanOrEqual(last);
          expect(toWellFormed(whole.slice(start, end))).toBe(whole.slice(start, end));
          last = start;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('computing offsets does not change the ids, and a second call equals the first', () => {
    fc.assert(
      fc.property(texts, text => {
        const first = tokenizer.encode(text);
        const count = first.offsets.length;
        const second = read(name).encode(text);
        expect([second.ids, count]).toEqual([first.ids, first.ids.length]);
      }),
      { numRuns: 20 },
    );
  });
});

describe.each(['bpe-gpt2', 'bpe-llama3'])('byte-level %s', name => {
  const tokenizer = read(name);

  test('decoding restores the text, lone surrogates as U+FFFD', () => {
    fc.assert(
      fc.property(texts, text => {
        const { ids } = tokenizer.encode(text, { addSpecialTokens: false });
        expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(toWellFormed(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('each token of whole characters equals the slice of its offsets', () => {
    // bpe-llama3 trims spaces from its offsets, so spaces at the ends are ignored.
    fc.assert(
      fc.property(texts, text => {
        const encoding = tokenizer.encode(text, { addSpecialTokens: false });
        for (const [index, [start, end]] of encoding.offsets.entries()) {
          const token = tokenizer.decode([encoding.ids[index]!], { skipSpecialTokens: false });
          if (token.includes('\ufffd')) continue;
          expect(toWellFormed(text).slice(start, end).trim()).toBe(token.trim());
        }
      }),
      { numRuns: 500 },
    );
  });
});
