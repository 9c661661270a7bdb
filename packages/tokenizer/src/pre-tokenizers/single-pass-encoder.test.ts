import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allComponents } from '../formats/json/all-components.js';
import { readComponent } from '../formats/json/components.js';
import type { Model } from '../models/model.js';
import { Vocabulary } from '../models/vocabulary.js';
import type { Normalizer } from '../normalizers/normalizer.js';
import { Pipeline } from '../pipeline/pipeline.js';
import { textOf } from '../text/unicode.js';
import type { PreTokenizer } from './pre-tokenizer.js';

/** Each pre-token is one token, whose id is its index among the pre-tokens so far. */
const numbers = new Map<string, number>();
const idOf = (piece: string) => {
  if (!numbers.has(piece)) numbers.set(piece, numbers.size);
  return numbers.get(piece)!;
};
const plainModel: Model = {
  vocabulary: new Vocabulary(),
  acceptsBytes: false,
  tokenize: (text, start, end, _bytes, ids) => ids.push(idOf(text.slice(start, end))),
};
const singlePass: Model = {
  ...plainModel,
  preTokenEncoder: {
    encode: (units, from, to, ids) => ids.push(idOf(textOf(units, from, to))),
  },
};

const pipelines = (normalizer: object | null, stages: readonly object[], added: readonly string[] = []) => {
  const parts = {
    addedTokens: added.map((content, id) => ({
      id: -1 - id,
      content,
      singleWord: false,
      lstrip: false,
      rstrip: false,
      normalized: true,
      special: false,
    })),
    normalizer: normalizer
      ? readComponent<Normalizer>('normalizer', allComponents.normalizers, normalizer, 'normalizer')
      : undefined,
    preTokenizer: stages.flatMap(stage =>
      readComponent<PreTokenizer>('pre_tokenizer', allComponents.preTokenizers, stage, 'pre_tokenizer'),
    ),
  };
  return [new Pipeline({ ...parts, model: plainModel }), new Pipeline({ ...parts, model: singlePass })] as const;
};

const characters = [
  ...'aAbZ.,-_$^`~"1٣½ éÉßſΣςΑİıǅﬁÅ',
  ...[' ', ' ', '\t', '\n', '\r', '\u0085', '\u00a0', '\u3000', '\u200b', '\ufeff', '\0', '\u00ad', '\ufffd', '▁'],
  ...[
    '日',
    '本',
    '。',
    '한',
    '\u1112',
    '\u1161',
    '\u11ab',
    'か\u3099',
    'が',
    'ำ',
    'क्षि',
    '🙂',
    '👨‍👩‍👧',
    '𝔘',
    '𠀋',
    '豈',
  ],
  ...['\u0301', '\u0323', '\u0344', '\u302e', '\u{1d165}', '\u{1d15e}', '\u0345', '\u20dd', '\ue000'],
];
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...characters), maxLength: 40 }) },
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map(units => String.fromCharCode(...units)),
);
const limits = fc.constantFrom(Number.POSITIVE_INFINITY, 0, 1, 2, 5);

const bertNormalizer = fc
  .tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.constantFrom(null, true, false))
  .map(([clean_text, handle_chinese_chars, lowercase, strip_accents]) => ({
    type: 'BertNormalizer',
    clean_text,
    handle_chinese_chars,
    lowercase,
    strip_accents,
  }));
const normalizers = fc.oneof(
  bertNormalizer,
  fc.constantFrom(null, { type: 'NFKC' }, { type: 'Lowercase' }, { type: 'Strip' }),
);
const kinds = fc.constantFrom<object>(
  { type: 'BertPreTokenizer' },
  { type: 'Whitespace' },
  { type: 'WhitespaceSplit' },
  { type: 'Digits' },
  { type: 'Digits', individual_digits: true },
  { type: 'Punctuation' },
  { type: 'CharDelimiterSplit', delimiter: 'a' },
);
const metaspaces = fc
  .record({
    replacement: fc.constantFrom('▁', '.', '🙂'),
    prepend_scheme: fc.constantFrom('always', 'never', 'first'),
    split: fc.boolean(),
  })
  .map(settings => ({ type: 'Metaspace', ...settings }));
const stages = fc.oneof(
  fc.array(kinds, { minLength: 1, maxLength: 3 }),
  fc.tuple(fc.array(kinds, { maxLength: 2 }), metaspaces).map(([before, last]) => [...before, last]),
);

describe('a single pass gives the same ids as normalizer, pre-tokenizer and model one after another', () => {
  test('for any text and any components', () => {
    fc.assert(
      fc.property(
        normalizers,
        stages,
        fc.array(texts, { minLength: 1, maxLength: 6 }),
        limits,
        (normalizer, list, all, limit) => {
          const [slow, fast] = pipelines(normalizer, list);
          for (const text of all) expect(fast.encodeIds(text, limit)).toEqual(slow.encodeIds(text, limit));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('with tokens that are found in the normalized text', () => {
    const [slow, fast] = pipelines({ type: 'BertNormalizer' }, [{ type: 'BertPreTokenizer' }], ['E\u0301a', 'b']);
    fc.assert(
      fc.property(texts, text => {
        expect(fast.encodeIds(text)).toEqual(slow.encodeIds(text));
      }),
    );
  });

  test('for each character alone and among others', () => {
    const [slow, fast] = pipelines({ type: 'BertNormalizer' }, [{ type: 'BertPreTokenizer' }]);
    for (let code = 0; code < 0x20000; code += 7) {
      const text = `ab${String.fromCodePoint(code)}c ${String.fromCodePoint(code)}`;
      expect({ code, ids: fast.encodeIds(text) }).toEqual({ code, ids: slow.encodeIds(text) });
    }
  });
});

test('only reordered characters and very long pre-tokens take the general path', () => {
  let singlePassCount = 0;
  let generalCount = 0;
  const counting: Model = {
    ...singlePass,
    preTokenEncoder: { encode: () => singlePassCount++ },
    tokenize: () => generalCount++,
  };
  const counts = (text: string) => {
    [singlePassCount, generalCount] = [0, 0];
    pipelines({ type: 'BertNormalizer' }, [{ type: 'BertPreTokenizer' }])[1].encodeIds(text, undefined, counting);
    return { singlePassCount, generalCount };
  };
  expect(counts('Ein Wörtchen, 日本 한 🙂')).toEqual({ singlePassCount: 7, generalCount: 0 });
  expect(counts('a \u{1d165}\u302e b')).toEqual({ singlePassCount: 1, generalCount: 3 });
  expect(counts('é'.repeat(20_000))).toEqual({ singlePassCount: 0, generalCount: 1 });
  expect(counts('A few\nwords.')).toEqual({ singlePassCount: 4, generalCount: 0 });
});
