import { readFixtureText } from '@residual/testkit/read-fixture';
import { describe, expect, test } from 'vitest';
import type { Encoding } from '../../encoding.js';
import { tokenizerFromJson } from './load.js';

/** The reference's result for a text: lists of digits are one text, offsets one list. */
interface Plain {
  readonly ids: number[];
  readonly tokens: string[];
  readonly offsets: number[];
  readonly words: (number | null)[];
  readonly special: string;
  readonly types: string;
  readonly mask: string;
}

interface OddFile {
  readonly file: object;
  readonly cases: readonly {
    readonly text: string;
    readonly pair?: string;
    readonly special?: boolean;
    /** The encoding, then up to three overflowing encodings. */
    readonly encodings: Plain[];
    /** Without and with special tokens. */
    readonly decoded: [string, string];
  }[];
}

const plain = (encoding: Encoding): Plain => ({
  ids: [...encoding.ids],
  tokens: [...encoding.tokens],
  offsets: encoding.codePointOffsets.flat(),
  words: [...encoding.wordIds],
  special: encoding.specialTokensMask.join(''),
  types: encoding.typeIds.join(''),
  mask: encoding.attentionMask.join(''),
});

const files: OddFile[] = readFixtureText('tokenizers/odd/files.jsonl')
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line));

/**
 * The encodings are of Hugging Face tokenizers 0.22.2, whose truncation reads the whole text. The decoded texts are of
 * 0.23.3; special tokens are left out by their ids.
 */
describe('files with random settings give the results of Hugging Face tokenizers', () => {
  test('there are many', () => expect(files.length).toBeGreaterThan(100));

  test.each(files.map(({ file, cases }, index) => [index, file, cases] as const))('file %i', (_, file, cases) => {
    const tokenizer = tokenizerFromJson(file);
    for (const { text, pair, special = true, encodings, decoded } of cases) {
      const { truncation, padding } = tokenizer;
      const options = { truncation, padding, addSpecialTokens: special };
      const encoding = tokenizer.encode(text, { ...options, ...(pair !== undefined && { pair }) });
      expect([encoding, ...encoding.overflowing.slice(0, 3)].map(plain)).toEqual(encodings);
      const { ids } = encodings[0]!;
      expect([true, false].map(skipSpecialTokens => tokenizer.decode(ids, { skipSpecialTokens }))).toEqual(decoded);
    }
  });
});
