import { expect, test } from 'vitest';
import { Fields } from '../formats/json/fields.js';
import { bert } from './bert.js';
import { normalizeText } from './normalizer.js';

/**
 * The characters around which the reference's BertNormalizer (tokenizers 0.23.3) puts spaces, over every code point.
 */
const ideographs = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0x2f800, 0x2fa1f],
];

test('puts spaces around the ideographs of the reference and no other character', () => {
  const flags = { clean_text: false, handle_chinese_chars: true, strip_accents: false, lowercase: false };
  const normalize = bert.fromJson(new Fields(flags, 'normalizer'), []);
  const codes = Array.from({ length: 0x110000 - 0x800 }, (_, index) => (index < 0xd800 ? index : index + 0x800));
  const parts = normalizeText(`|${codes.map(code => String.fromCodePoint(code)).join('|')}|`, normalize).split('|');
  parts.splice(1 + '|'.charCodeAt(0), 2, '|'); // the separator itself
  const ranges: number[][] = [];
  for (const [index, code] of codes.entries()) {
    const char = String.fromCodePoint(code);
    const normal = parts[index + 1];
    if (normal === char) continue;
    if (normal !== ` ${char} `) throw new Error(`U+${code.toString(16)} becomes ${JSON.stringify(normal)}`);
    if (ranges.at(-1)?.[1] === code - 1) ranges.at(-1)![1] = code;
    else ranges.push([code, code]);
  }
  expect(ranges).toEqual(ideographs);
});
