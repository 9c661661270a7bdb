import { cardinalWords, digitWords, isYear, numberWords, ordinalWords, yearWords } from '../number-words.js';
import { end, numberPattern, type Reading, reading } from './reading.js';

const wholeOrYear = (digits: string) => (isYear(digits) ? yearWords(digits) : cardinalWords(digits));

/** The numbers that a character stands for: one half to seven eighths. */
const fractionSigns: Readonly<Record<string, string>> = {
  ...{ '½': '1/2', '⅓': '1/3', '⅔': '2/3', '¼': '1/4', '¾': '3/4', '⅕': '1/5', '⅖': '2/5', '⅗': '3/5' },
  ...{ '⅘': '4/5', '⅙': '1/6', '⅚': '5/6', '⅛': '1/8', '⅜': '3/8', '⅝': '5/8', '⅞': '7/8' },
};

/** What is written like a fraction and is none. */
const noFractions: Readonly<Record<string, string>> = { '24/7': 'twenty four seven', '9/11': 'nine eleven' };

/** Parts of a whole that have a name; others are said "over". */
const parts: readonly number[] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 32, 64, 100];

/** A fraction as words: "3/4" → "three quarters", "22/71" → "twenty two over seventy one". */
function fractionWords(fraction: string): string {
  const [above = '', below = ''] = fraction.split('/');
  if (noFractions[fraction]) return noFractions[fraction];
  if (!parts.includes(Number(below))) return `${cardinalWords(above)} over ${cardinalWords(below)}`;
  const part = { 2: 'half', 4: 'quarter' }[Number(below)] ?? ordinalWords(below);
  const named = above === '1' ? part : part === 'half' ? 'halves' : `${part}s`;
  return `${cardinalWords(above)} ${named}`;
}

/** A whole number and a fraction: "2 1/2" → "two and a half". */
const mixedWords = (whole: string, fraction: string) =>
  `${cardinalWords(whole)} and ${fractionWords(fraction).replace(/^one (?=half|quarter)/, 'a ')}`;

/** Numbers of every kind. */
export const numbers = (): readonly Reading[] => [
  // Telephone numbers: groups of digits, each said digit by digit.
  reading(
    `(?:\\+(\\d{1,3})[ .-])?(?:\\((\\d{3})\\) ?|(\\d{3})[ .-])(\\d{3})[ .-](\\d{4})${end}`,
    ([, country, inBrackets, area, exchange = '', line = '']) =>
      (country === undefined ? '' : `plus ${digitWords(country)}, `) +
      [inBrackets ?? area ?? '', exchange, line].map(digitWords).join(', '),
  ),
  reading(
    `(\\d{3})-(\\d{4})${end}(?!-)`,
    ([, first = '', second = '']) => `${digitWords(first)}, ${digitWords(second)}`,
  ),
  // Versions and addresses of machines: "1.2.3".
  reading(`\\d+(?:\\.\\d+){2,8}${end}`, ([version]) => version.split('.').map(cardinalWords).join(' dot ')),
  reading(`(\\d[\\d,]*)(?:st|nd|rd|th)${end}`, ([, digits = '']) => ordinalWords(digits)),
  reading(`(\\d{1,3})[ -](\\d{1,2}/\\d{1,3})${end}(?!/)`, ([, whole = '', fraction = '']) =>
    mixedWords(whole, fraction),
  ),
  reading(`(\\d{0,3}) ?([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])`, ([, whole = '', sign = '']) => {
    const fraction = fractionSigns[sign]!;
    return whole === '' ? fractionWords(fraction) : mixedWords(whole, fraction);
  }),
  reading(`(\\d{1,2}/\\d{1,3})${end}(?!/)`, ([fraction]) => fractionWords(fraction)),
  // From one to another: "5-10", "1914–1918".
  reading(`(\\d{1,6})(?:–|-)(\\d{1,6})${end}(?![-–])`, ([, from = '', to = '']) =>
    Number(from) < Number(to) || to.length < from.length ? `${wholeOrYear(from)} to ${wholeOrYear(to)}` : undefined,
  ),
  reading(`(\\d{4})${end}(?![,.]\\d)`, ([, digits = '']) => (isYear(digits) ? yearWords(digits) : undefined)),
  reading(`[-−+]?(?:${numberPattern})`, ([number]) => numberWords(number)),
];
