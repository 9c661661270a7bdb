import { expect, test } from 'vitest';
import { englishNormalizer } from './english-normalizer.js';
import { normalizeBasic } from './symbols.js';
import { wordErrors } from './word-errors.js';

/** Some of the spellings of Whisper's `normalizer.json`. */
const spellings = {
  ...{ colour: 'color', theatre: 'theater', grey: 'gray', aluminium: 'aluminum', centre: 'center' },
  ...{ organised: 'organized', analysed: 'analyzed', travelled: 'traveled', labour: 'labor', programme: 'program' },
  cancelled: 'canceled',
};

/** Texts, and what the English normalizer of Hugging Face transformers 5.24 makes of them. */
const english: readonly (readonly [string, string])[] = [
  ["Let's go, they're waiting for us.", 'let us go they are waiting for us'],
  ["He's tired and she's been working.", 'he is tired and she has been working'],
  ["I won't, you can't, we shan't and they ain't.", 'i will not you can not we sha not and they aint'],
  ["I'd've thought it'd rain; y'all wanna stay?", 'i would have thought it would rain you all want to stay'],
  ["He'll come, we've met, I'm sure, you're late.", 'he will come we have met i am sure you are late'],
  ["I'm gonna go 'cause I gotta.", 'i am going to go cause i got to'],
  [
    "Mr. and Mrs. Brown met Dr. Green on St. James' Street.",
    'mister and missus brown met doctor green on saint james street',
  ],
  [
    'Prof. Hill, Capt. Reed, Gov. Stone and Rev. King Jr.',
    'professor hill captain reed governor stone and reverend king junior',
  ],
  ['Um, well, uh, hmm, the mm answer is, ah, simple.', 'well the answer is ah simple'],
  ['[music] Hello (laughs) there <unk> friend!', 'hello there friend'],
  ['two', '2'],
  ['twenty one', '21'],
  ['twenty-one', '21'],
  ['one hundred and five', '105'],
  ['one thousand two hundred thirty four', '1234'],
  ['three million four hundred thousand', '3400000'],
  ['two and a half', '2.5'],
  ['six and a half million people', '6500000 people'],
  ['nineteen eighty four', '1984'],
  ['twenty twenty four', '2024'],
  ['eighteen hundreds', '1800s'],
  ['the nineteen sixties', 'the 1960s'],
  ['the first, the second and the twenty third', 'the 1st the 2nd and the 23rd'],
  ['the one hundredth customer', 'the 100th customer'],
  ['seven point five', '7.5'],
  ['point five', '.5'],
  ['zero point zero one', '0.01'],
  ['minus twelve degrees', '-12 degrees'],
  ['plus three', '+3'],
  ['fifty percent of the time', '50% of the time'],
  ['12 per cent and 7.5 percent', '12% and 7.5%'],
  ['five dollars and ten cents', '$5.10'],
  ['seventy five cents', '¢75'],
  ['$3.5 million', '$3500000'],
  ['£20 and €15.75', '£20 and €15.75'],
  ['three thousand pounds', '£3000'],
  ['call five five five one two one two', 'call 5551212'],
  ['double seven, triple zero, nine', '770009'],
  ['oh seven hundred hours', '700 hours'],
  ['room B12 on floor 3rd', 'room b 12 on floor 3rd'],
  ['1,234,567 people', '1234567 people'],
  ['the 42nd time in 3 minutes', 'the 42nd time in 3 minutes'],
  ['10:30 a.m. on 5/6/2021', '10 30 a m on 5 6 2021'],
  ['1.5 km or 10km, 3.14159', 'one.5 km or 10 km 3.14159'],
  ["The colour of the theatre's grey aluminium centre.", 'the color of the theater is gray aluminum center'],
  [
    'We organised, analysed and travelled; the labour programme was cancelled.',
    'we organized analyzed and traveled the labor program was canceled',
  ],
  ['Café naïve façade Ångström Øre ß œuvre', 'cafe naive facade angstrom ore ss oeuvre'],
  ['ALL CAPS and MiXeD CaSe', 'all caps and mixed case'],
  ['well-known state-of-the-art e-mail', 'well known state of the art e mail'],
  ["a 'quoted' word and rock 'n' roll", 'a quoted word and rock n roll'],
  ['He said: "No — never!" & left...', 'he said no never left .'],
  ['C++ & C# cost 100% @ home #1', 'c c cost 100% home one'],
  ['two thousand and seven; two thousand seven', '20072007'],
  ['one oh one, one o one', '101101'],
  ['a hundred and a thousand', 'a 100 and a 1000'],
  ['no numbers here', 'no numbers here'],
  ['', ''],
  ['50 % off', '50 off'],
];

test.each(english)('%j', (text, expected) => {
  expect(englishNormalizer(spellings)(text)).toBe(expected);
});

test('the basic normalizer keeps accents, or drops them', () => {
  expect(normalizeBasic('Hello, World! [noise] (aside)')).toBe('hello world ');
  expect(normalizeBasic('Où est-il ? À côté…')).toBe('où est il à côté ');
  expect(normalizeBasic('Où est-il ? À côté…', { diacritics: false })).toBe('ou est il a cote ');
  expect(normalizeBasic('naïve—café 42%')).toBe('naïve café 42 ');
  expect(normalizeBasic('ÅNGSTRÖM', { diacritics: false })).toBe('angstrom');
});

test('word errors are the fewest edits', () => {
  expect(wordErrors('the cat sat', 'the cat sat')).toEqual({ edits: 0, words: 3 });
  expect(wordErrors('a cat sat there', 'the cat sat')).toEqual({ edits: 2, words: 3 });
  expect(wordErrors('', 'the cat')).toEqual({ edits: 2, words: 2 });
  expect(wordErrors('you', '')).toEqual({ edits: 1, words: 0 });
  expect(wordErrors('b c d', 'a b c')).toEqual({ edits: 2, words: 3 });
});
