import { processorTime, workRatio } from '@residual/testkit/processor-time';
import { describe, expect, test } from 'vitest';
import { spokenText } from './index.js';

/** Words, with the pauses after them. */
const said = (text: string) =>
  spokenText(text)
    .words.map(({ word, pause }) => word + (pause === '' ? '' : ` ${pause}`))
    .join(' ');

const examples: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'numbers are cardinals, ordinals, fractions, ranges, or digits': {
    '1,234,567 apples': 'one million two hundred thirty four thousand five hundred sixty seven apples .',
    '3.14, .5 and -7': 'three point one four , point five and minus seven .',
    'the 21st, 2nd and 3rd': 'the twenty first , second and third .',
    '1/2, 2 1/2, 3¼, 7/8, 22/71, 24/7':
      'one half , two and a half , three and a quarter , seven eighths , twenty two over seventy one , ' +
      'twenty four seven .',
    'pages 5-10, 1914–1918': 'pages five to ten , nineteen fourteen to nineteen eighteen .',
    '007 and 12345678901234567':
      'zero zero seven and one two three four five six seven eight nine zero one two three four five six seven .',
    'v 1.2.3, x86, B2B, 3D': 'v one dot two dot three , x eighty six , b two b , three d .',
    'Call (555) 123-4567 or 555-1234.':
      'call five five five , one two three , four five six seven or five five five , one two three four .',
    'No. 5, #1': 'number five , number one .',
  },
  'dates and times are said as people do': {
    'On March 5th, 1999, we met.': 'on march fifth , nineteen ninety nine , we met .',
    '2024-07-04, 12/25/2024, 31/12/99':
      'july fourth , twenty twenty four , december twenty fifth , twenty twenty four , december thirty first , ' +
      'nineteen ninety nine .',
    'the 3rd of May 2005, 4 July, Sept. 2010':
      'the third of may two thousand five , the fourth of july , september twenty ten .',
    "the '90s, the 1980s, the 1900s": 'the nineties , the nineteen eighties , the nineteen hundreds .',
    'At 8:00, 9:05 a.m., 10 PM or 17:45.':
      "at eight o'clock , nine oh five a. m. , ten p. m. or seventeen forty five .",
    'We came at 5 p.m. Nobody was there.': 'we came at five p. m. . nobody was there .',
    'In 1905 and 2000 and 1066': 'in nineteen oh five and two thousand and one thousand sixty six .',
  },
  'money and quantities have their units after them': {
    '$3.50, $1, $0.99, $5 million, £2.01, 20 €, -$4':
      'three dollars and fifty cents , one dollar , ninety nine cents , five million dollars , ' +
      'two pounds and one penny , twenty euros , minus four dollars .',
    '-4 °C, 30%, 5 km, 1 kg, 100 km/h, 8 GB':
      'minus four degrees celsius , thirty percent , five kilometers , one kilogram , ' +
      'one hundred kilometers per hour , eight gigabytes .',
  },
  'addresses are spelled as far as needed': {
    'john.doe99@example.co.uk': 'john dot doe ninety nine at example dot c. o. dot u. k. .',
    'https://www.example.com/a-b?x=1, docs.rs.':
      'w. w. w. dot example dot com slash a. dash b. question mark x. equals one , docs dot rs .',
  },
  'abbreviations are the words they stand for, or letters': {
    'Dr. Smith, Mrs Jones vs. St. John': 'doctor smith , missus jones versus saint john .',
    '12 Baker St. in town, etc. It rains.': 'twelve baker street in town , et cetera . it rains .',
    'NASA and the FBI bought DVDs in the U.S.': "nasa and the f. b. i. bought d. v. d's in the u. s. .",
    'It is NOT OK, J. R. R. Tolkien': 'it is not ok , j. r. r. tolkien .',
    'STOP THE CAR NOW': 'stop the car now .',
    'Henry VIII, Chapter IV of World War II.': 'henry the eighth , chapter four of world war two .',
  },
  'words lose their accents, and marks become pauses': {
    'Crème brûlée’s Øre': "creme brulee's ore .",
    '"Well-known" — (so to say)... is it?!': 'well known , so to say . is it ?',
    "Don't stop 'em, o'clock": "don't stop 'em , o'clock .",
    'a\n\nb - c -- d--e': 'a . b , c , d , e .',
    '2 + 2 = 4 & so on': 'two plus two equals four and so on .',
  },
};

describe.each(Object.entries(examples))('%s', (_, pairs) => {
  test.each(Object.entries(pairs))('%s', (text, expected) => expect(said(text)).toBe(expected));
});

test('words tell where they are written, and what cannot be said is listed', () => {
  const text = 'Pay $2.50 👋🏽 now, привет!';
  const { words, skipped } = spokenText(text);
  expect(words.map(({ word, start, end }) => [word, text.slice(start, end)])).toEqual([
    ['pay', 'Pay'],
    ...['two', 'dollars', 'and', 'fifty', 'cents'].map(word => [word, '$2.50']),
    ['now', 'now'],
  ]);
  expect(words.at(-1)!.pause).toBe('!');
  expect(skipped).toEqual([
    { text: '👋🏽', start: 10, end: 14 },
    { text: 'привет', start: 20, end: 26 },
  ]);
});

test('empty texts have no words, any others only letters that a dictionary has', () => {
  expect(spokenText('')).toEqual({ words: [], skipped: [] });
  expect(spokenText(' \n\t"…').words).toEqual([]);
  let state = 1;
  const next = (bound: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % bound;
  };
  const pieces = [..."aZ'’0123456789.,:/-–@#$€%°½ \n\ud800é日😀()+=", 'st', 'Dr.', 'pm', 'www.', '.com', 'II', 'May'];
  for (let i = 0; i < 500; i++) {
    const text = Array.from({ length: next(30) }, () => pieces[next(pieces.length)]!).join('');
    const { words, skipped } = spokenText(text);
    for (const { word } of words) expect(word, JSON.stringify(text)).toMatch(/^[a-z']*[a-z][a-z']*\.?$/);
    for (const part of skipped) expect(text.slice(part.start, part.end)).toBe(part.text);
  }
});

test.each(
  Object.entries({
    words: 'word ',
    letters: 'a',
    digits: '7',
    'digits and commas': '1,111',
    dots: '1.',
    dashes: 'a-',
    addresses: 'a.b@',
    spaces: ' ',
    emoji: '😀',
    quotes: "'",
  }),
)('the time for many %s grows linearly with their number', async (_, piece) => {
  const work = (count: number) => () => spokenText(piece.repeat(count));
  work(1000)();
  let count = 1000;
  while (count < 8000 && (await processorTime(work(count))) < 3) count *= 2;
  expect(await workRatio(work(16 * count), work(count), { below: 150 })).toBeLessThan(150);
});

test('what is no text is refused', () => {
  expect(() => spokenText(7 as never)).toThrow('spokenText: the text is 7; it must be a string');
});
