import { toCardinal, toOrdinal } from 'n2words/en-US';

/** The most digits of a number that is said as a whole; longer ones are said digit by digit. */
const longest = 15;

const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

/** Each digit of a text as a word; other characters are left out: "4-07" → "four zero seven". */
export const digitWords = (digits: string): string =>
  [...digits].flatMap(digit => names[digit.charCodeAt(0) - 48] ?? []).join(' ');

/** A whole number as words: "1,234" → "one thousand two hundred thirty four"; with leading zeros digit by digit. */
export function cardinalWords(digits: string): string {
  const plain = digits.replaceAll(',', '');
  if (plain.length > longest || (plain.length > 1 && plain.startsWith('0'))) return digitWords(plain);
  return spaced(toCardinal(plain));
}

/** The place in an order as words: "21" → "twenty first". */
export function ordinalWords(digits: string): string {
  const plain = digits.replaceAll(',', '');
  return plain.length > longest || Number(plain) === 0 ? `${cardinalWords(plain)} th` : spaced(toOrdinal(plain));
}

/** A number with or without decimals as words: "3.14" → "three point one four"; "-5" → "minus five". */
export function numberWords(text: string): string {
  const [, sign = '', whole = '', decimals] = /^([-−+]?)([\d,]*)(?:\.(\d+))?$/u.exec(text) ?? [];
  const words = [
    whole === '' ? '' : cardinalWords(whole),
    decimals === undefined ? '' : `point ${digitWords(decimals)}`,
  ];
  return [sign === '' ? '' : sign === '+' ? 'plus' : 'minus', ...words].filter(word => word !== '').join(' ');
}

/** A year as words: "1999" → "nineteen ninety nine", "2005" → "two thousand five", "2024" → "twenty twenty four". */
export function yearWords(year: string): string {
  const [century, rest] = [year.slice(0, -2), year.slice(-2)];
  if (year.length !== 4 || /^[2-9]00/.test(year)) return cardinalWords(year);
  if (rest === '00') return `${cardinalWords(century)} hundred`;
  return `${cardinalWords(century)} ${rest.startsWith('0') ? `oh ${digitWords(rest.slice(1))}` : cardinalWords(rest)}`;
}

/** Whether a number is said like a year: four digits from 1100 to 2099. */
export const isYear = (digits: string): boolean => /^(1[1-9]|20)\d\d$/.test(digits);

const spaced = (words: string): string => words.replaceAll('-', ' ').replaceAll(',', '');
