import { describe, expect, test } from 'vitest';
import { openDictionary, type Phone, packDictionary, pronounce, spokenText } from './index.js';

const entries: Record<string, string> = {
  cat: 'K AE1 T',
  catalogue: 'K AE1 T AH0 L AO2 G',
  cats: 'K AE1 T S',
  "cat's": 'K AE1 T S',
  ...Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [
      `word${String.fromCharCode(97 + (i % 26))}${'x'.repeat(i)}`.slice(0, 255),
      'W ER1 D',
    ]),
  ),
  apple: 'AE1 P AH0 L',
  dish: 'D IH1 SH',
  'a.': 'EY1',
};
const split = (sounds: string) => sounds.split(' ') as Phone[];
const all = Object.entries(entries).map(([word, sounds]) => [word, split(sounds)] as const);
const bytes = packDictionary(all);

test('every word has its phones, and others have none', () => {
  const dictionary = openDictionary(bytes);
  expect(dictionary.size).toBe(all.length);
  for (const [word, sounds] of all) expect(dictionary.get(word), word).toEqual(sounds);
  for (const word of ['', 'a', 'ca', 'catalog', 'zzz', 'wordaxy', '~', "cat'"])
    expect(dictionary.get(word)).toBe(undefined);
  expect(openDictionary(packDictionary([])).get('cat')).toBe(undefined);
  // bytes that begin within other ones
  const within = new Uint8Array(bytes.length + 3);
  within.set(bytes, 3);
  expect(openDictionary(within.subarray(3)).get('dish')).toEqual(split('D IH1 SH'));
});

test('sentences have the sounds of their words, with small words, plurals and letters', () => {
  const words = spokenText("The apples, the dishes' cats: A cat's zebra").words;
  const pronounced = pronounce(words, { dictionary: openDictionary(bytes) });
  expect(pronounced.map(({ word, phones }) => `${word}: ${phones.join(' ')}`)).toEqual([
    'the: DH IY0',
    'apples: AE1 P AH0 L Z',
    'the: DH AH0',
    'dishes: ',
    'cats: K AE1 T S',
    'a: AH0',
    "cat's: K AE1 T S",
    'zebra: ',
  ]);
  const [word] = pronounce(spokenText('zebra').words, {
    dictionary: openDictionary(bytes),
    lettersToSounds: letters => (letters === 'zebra' ? split('Z IY1 B R AH0') : []),
  });
  expect(word).toMatchObject({ phones: split('Z IY1 B R AH0'), isKnown: false, pause: '.' });
});

describe('what is wrong is refused', () => {
  test.each([
    [[['cat', []]], 'packDictionary: cat has 0 phones; 1 to 255 fit'],
    [[['Cat', ['K']]], 'packDictionary: Cat is no word of 1 to 255 small letters'],
    [[['cat', ['K', 'QQ']]], 'packDictionary: cat has the unknown phones QQ'],
    [
      [
        ['cat', ['K']],
        ['cat', ['T']],
      ],
      'packDictionary: cat is there twice',
    ],
  ])('%j', (wrong, message) => expect(() => packDictionary(wrong as never)).toThrow(message));

  test('damaged files are refused, or give phones or none', () => {
    expect(() => openDictionary(new Uint8Array(3))).toThrow(
      'openDictionary: the file begins with "\\u0000\\u0000\\u0000"; "RPD1" fits',
    );
    for (let length = 0; length < 400; length++)
      expect(() => openDictionary(bytes.slice(0, length)).get('zz')).toThrow(/openDictionary/);
    const largest = bytes.slice();
    largest.fill(255, 4, 12);
    expect(() => openDictionary(largest)).toThrow(
      'openDictionary: the file is damaged: 4294967295 words in 4294967295 blocks do not fit into ' +
        `${bytes.length} bytes of blocks of 32`,
    );
    for (let i = 4; i < bytes.length; i += 7) {
      const changed = bytes.slice();
      changed[i]! ^= 0x55;
      try {
        for (const word of ['cat', 'wordb', 'zz']) openDictionary(changed).get(word);
      } catch (error) {
        expect((error as Error).message).toMatch(/^openDictionary: the file is damaged: /);
      }
    }
  });
});

test('the CMU dictionary is packed whole', async () => {
  const { dictionary } = await import('cmu-pronouncing-dictionary');
  const first = Object.entries(dictionary).flatMap(([word, sounds]) =>
    /^[a-z'._-]+$/.test(word) ? [[word, sounds.replace(/ #.*$/, '')] as const] : [],
  );
  const packed = packDictionary(first.map(([word, sounds]) => [word, split(sounds)]));
  const opened = openDictionary(packed);
  expect(opened.size).toBeGreaterThan(120_000);
  expect(packed.length).toBeLessThan(2_000_000);
  for (const [word, sounds] of first.filter((_, i) => i % 97 === 0)) expect(opened.get(word)!.join(' ')).toBe(sounds);
  const { words } = spokenText('The F.B.I. paid Dr. Brown $12.50 at 9 a.m. for an apple');
  expect(pronounce(words, { dictionary: opened }).filter(({ isKnown }) => !isKnown)).toEqual([]);
});
