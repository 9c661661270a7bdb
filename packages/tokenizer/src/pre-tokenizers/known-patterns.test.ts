import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tiktokenEncodings } from '../formats/tiktoken/index.js';
import { scanOfPattern } from '../formats/tiktoken/tiktoken-tokenizer.js';
import { fancyRegex, oniguruma } from '../regex/dialect.js';
import { regexMatcher } from '../text/pattern.js';
import { toWellFormed } from '../text/unicode.js';
import { scanKnownPattern } from './known-patterns.js';
import { splitByScan } from './run-pre-tokenizer.js';
import { splitAtMatches } from './split.js';

const ofFiles = {
  'GPT-2': "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  'Llama 3':
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" +
    '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
  'Qwen 2':
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" +
    '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
};
const ofTiktoken = {
  r50k: tiktokenEncodings.r50k_base.pattern,
  cl100k: tiktokenEncodings.cl100k_base.pattern,
  o200k: tiktokenEncodings.o200k_base.pattern,
};
const patterns = [
  ...Object.entries(ofFiles).map(([name, source]) => [name, source, oniguruma] as const),
  ...Object.entries(ofTiktoken).map(([name, source]) => [name, source, fancyRegex] as const),
];

const characters = [
  ..."aZéßſ日'stTrReEvVlLmMdD ",
  ...' \t\n\r\u0085\u00a0\u2028\u3000\ufeff\u200b123٣½ǅʰ/ªABC𝟙𝔘🙂-_.,!\u0301\0',
];
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(...characters), maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map(toWellFormed),
);

test.each(patterns)('the hand-written scan of %s splits where the regular expression does', (_, source, dialect) => {
  const cut = splitByScan((scanKnownPattern(source) ?? scanOfPattern(source))!);
  const byRegex = splitAtMatches(regexMatcher(source, 'here', dialect), 'Isolated');
  fc.assert(
    fc.property(texts, fc.nat(3), (text, skipped) => {
      const start = toWellFormed(text.slice(0, skipped)).length === skipped ? skipped : 0;
      const whole = toWellFormed(text);
      const cuts: number[] = [];
      const expected: number[] = [];
      cut(whole, start, whole.length, cuts);
      byRegex(whole, start, whole.length, expected);
      expect(cuts).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});

test('an unknown pattern has no hand-written scan', () => {
  expect(scanKnownPattern('\\s+')).toBeUndefined();
});
