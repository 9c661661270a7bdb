import { readFixtureText } from '@residual/testkit/read-fixture';
import { expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { isExemptFromNormalization } from '../text/normal-form.js';
import { NormalizedString } from '../text/normalized-string.js';
import { toNormalForm } from './unicode.js';

/** For each line the source and its NFC, NFD, NFKC and NFKD. */
const rows = readFixtureText('unicode/normalization/NormalizationTest.txt')
  .split('\n')
  .map(line =>
    line.split(';').map(codes => String.fromCodePoint(...codes.split(' ').map(code => Number.parseInt(code, 16)))),
  );
/**
 * Lines without characters that the reference leaves unchanged, because it does not know what Unicode made of them
 * after version 9.
 */
const usable = rows.filter(row => !row.some(text => Array.from(text).some(isExemptFromNormalization)));

const forms = { NFC: [1, 1, 1, 3, 3], NFD: [2, 2, 2, 4, 4], NFKC: [3, 3, 3, 3, 3], NFKD: [4, 4, 4, 4, 4] } as const;

test.each(Object.entries(forms))(
  '%s of every line of NormalizationTest.txt, with and without offsets',
  (form, columns) => {
    const wrong: string[] = [];
    for (const row of usable) {
      for (const [column, expected] of columns.entries()) {
        for (const tracked of [true, false]) {
          const text = new NormalizedString(row[column]!, tracked);
          toNormalForm(text, form as keyof typeof forms);
          if (text.text !== row[expected])
            wrong.push(`${JSON.stringify(row[column])} gives ${JSON.stringify(text.text)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect([rows.length, usable.length]).toEqual([19_074, 18_288]);
  },
);

test.each(Object.entries(forms))(
  'a tokenizer with the normalizer %s reads each line as its normal form',
  (type, columns) => {
    const model = { type: 'WordLevel', vocab: { '[UNK]': 0 }, unk_token: '[UNK]' };
    const plain = tokenizerFromJson({ model });
    const normalizing = tokenizerFromJson({ model, normalizer: { type } });
    for (const row of usable.filter((_, index) => index % 50 === 0)) {
      const last = (text: string) => [...text].length;
      const { codePointOffsets } = normalizing.encode(row[0]!);
      expect(codePointOffsets).toEqual(row[columns[0]] === '' ? [] : [[0, last(row[0]!)]]);
      expect(plain.encode(row[columns[0]]!).length).toBe(codePointOffsets.length);
    }
  },
);
