import { ResidualError } from '@residual/base';
import { readFixture } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sentencePieceTokenizer } from './index.js';

/** A field of a message: a number, a text or a nested message. */
function field(number: number, value: number | string | readonly number[]): number[] {
  if (typeof value === 'number') return [number << 3, value & 127];
  const bytes = typeof value === 'string' ? [...new TextEncoder().encode(value)] : value;
  return [(number << 3) | 2, bytes.length, ...bytes];
}
const piece = (text: string, type = 1) => field(1, [...field(1, text), ...field(3, type)]);
const trainer = (...fields: number[][]) => [0x12, fields.flat().length, ...fields.flat()];
const unknown = piece('<unk>', 2);

const message = (...fields: readonly number[][]) => {
  try {
    sentencePieceTokenizer(Uint8Array.from(fields.flat()));
  } catch (error) {
    return ResidualError.is(error) ? `${error.code} ${error.message}` : error;
  }
  return 'no error';
};

test.each([
  ['nothing', [], 'the SentencePiece model holds no pieces'],
  ['a text', [[...new TextEncoder().encode('{"model": {}}')]], /wire type 3 at byte 0; it is no protobuf message$/],
  ['a field 0', [[0, 0]], 'the SentencePiece model holds field 0 at byte 0; it is no protobuf message'],
  ['a length beyond the end', [[0x0a, 9, 1]], 'the SentencePiece model says that 9 bytes follow at byte 2, 1 do'],
  [
    'an enormous length',
    [[0x0a, 255, 255, 255, 255, 15]],
    'the SentencePiece model says that 4294967295 bytes follow at byte 6, 0 do',
  ],
  ['half a number', [[0x08, 128]], 'the SentencePiece model ends within a number, after 2 bytes'],
  [
    'a number that does not end',
    [[0x08, ...new Array<number>(12).fill(255)]],
    'the SentencePiece model holds a number of more than ten bytes before byte 11',
  ],
  ['no unknown piece', [piece('a')], 'the SentencePiece model has 0 unknown pieces; it must have one'],
  ['two unknown pieces', [unknown, piece('u', 2)], 'the SentencePiece model has 2 unknown pieces; it must have one'],
  ['an empty piece', [unknown, piece('')], 'piece 1 of the SentencePiece model is empty'],
  ['a piece twice', [unknown, piece('a'), piece('a')], 'the SentencePiece model gives "a" the ids 1 and 2'],
  [
    'a type that there is not',
    [unknown, piece('a', 7)],
    'piece 1 of the SentencePiece model, "a", is of type 7; types are 1 to 6',
  ],
  [
    'a score that is no number',
    [unknown, field(1, [...field(1, 'a'), 0x15, 0, 0, 0xc0, 0x7f])],
    'piece 1 of the SentencePiece model, "a", has a score that is not a number',
  ],
  [
    'a broken text',
    [unknown, field(1, field(1, [0xc3]))],
    'piece 1 of the SentencePiece model holds text that is not UTF-8',
  ],
  [
    'a piece of 8000 bytes',
    [unknown, [0x0a, 0xc3, 0x3e, 0x0a, 0xc0, 0x3e, ...new Array<number>(8000).fill(97)]],
    'piece 1 of the SentencePiece model has 8000 bytes; at most 7999 can be read',
  ],
  [
    'a kind that there is not',
    [unknown, trainer(field(3, 5))],
    'the SentencePiece model is of type 5; known are 1 (unigram), 2 (BPE), 3 (word), 4 (char)',
  ],
  [
    'bytes without byte fallback',
    [unknown, piece('<0x00>', 6)],
    'the SentencePiece model has 1 byte pieces; with byte_fallback false it must have 0',
  ],
  [
    'byte fallback without bytes',
    [unknown, trainer([0x98, 0x02, 1])],
    'the SentencePiece model has 0 byte pieces; with byte_fallback true it must have 256',
  ],
  [
    'other names for bytes',
    [unknown, trainer([0x98, 0x02, 1]), ...Array.from({ length: 256 }, (_, byte) => piece(`b${byte}`, 6))],
    'the SentencePiece model has byte_fallback, and not all pieces <0x00> to <0xFF>',
  ],
] as const)('%s is an error that says so', (_, fields, expected) => {
  const output = message(...(fields as readonly number[][]));
  if (typeof expected === 'string') expect(output).toBe(`file tokenizer: ${expected}`);
  else expect(output).toMatch(expected);
});

test('irrelevant fields are skipped, whatever their wire type', () => {
  const odd = [0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0xad, 0x0c, 1, 2, 3, 4, ...field(15, 3), ...field(14, 'text')];
  const tokenizer = sentencePieceTokenizer(Uint8Array.from([odd, unknown, piece('▁a'), odd].flat()));
  expect(tokenizer.encode('a').ids).toEqual([1]);
});

test('a truncated or corrupted model is read, or gives a readable error', () => {
  const whole = readFixture('sentencepiece/own/unigram-symbols.model');
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(255), fc.boolean(), (at, byte, cuts) => {
      const bytes = cuts ? whole.subarray(0, at) : Uint8Array.from(whole, (old, index) => (index === at ? byte : old));
      try {
        const tokenizer = sentencePieceTokenizer(bytes);
        const encoding = tokenizer.encode('Hello  wörld 🙂 <sep> abc');
        expect(encoding.offsets.length).toBe(encoding.ids.length);
        expect(typeof tokenizer.decode(encoding.ids)).toBe('string');
      } catch (error) {
        if (!ResidualError.is(error)) throw error;
        refused++;
      }
    }),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(50);
});
