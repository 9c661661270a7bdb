import { cardinalWords, ordinalWords, yearWords } from '../number-words.js';
import { end, type Reading, reading } from './reading.js';

const months = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
];
const month = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\\.?';
const day = '(\\d{1,2})(?:st|nd|rd|th)?';
/** The month that begins as a text does; undefined if it is another word. */
const monthOf = (written: string) => {
  const name = written.toLowerCase().replace('.', '');
  return months.find(
    month => name === month || name === month.slice(0, 3) || (name === 'sept' && month === 'september'),
  );
};
const isDay = (written: string) => Number(written) >= 1 && Number(written) <= 31;

/** A month, a day and perhaps a year; undefined if there are no such. */
function dateWords(monthNumber: string, dayNumber: string, year: string): string | undefined {
  const name = months[Number(monthNumber) - 1];
  if (!name || !isDay(dayNumber)) return undefined;
  const century = Number(year) < 50 ? '20' : '19';
  return `${name} ${ordinalWords(dayNumber)}, ${yearWords(year.length === 2 ? century + year : year)}`;
}

/** Dates: by month names, in the order of ISO 8601, and with slashes in the American order where both would do. */
export const dates = (): readonly Reading[] => [
  reading('(\\d{4})-(\\d{2})-(\\d{2})(?![\\p{N}-])', ([, year = '', of = '', on = '']) => dateWords(of, on, year)),
  reading(`(\\d{1,2})/(\\d{1,2})/(\\d{4}|\\d{2})${end}`, ([, first = '', second = '', year = '']) =>
    Number(first) > 12 ? dateWords(second, first, year) : dateWords(first, second, year),
  ),
  reading(`(${month}) ${day}${end}(?:,? (\\d{4})${end})?`, ([, written = '', , on = '', year]) => {
    const name = monthOf(written);
    if (!name || !isDay(on)) return undefined;
    return `${name} ${ordinalWords(on)}${year === undefined ? '' : `, ${yearWords(year)}`}`;
  }),
  reading(`${day} (?:of )?(${month})${end}(?:,? (\\d{4})${end})?`, (match, { text }) => {
    const [, on = '', written = '', , year] = match;
    const name = monthOf(written);
    if (!name || !isDay(on)) return undefined;
    const article = /\bthe $/i.test(text.slice(Math.max(0, match.index - 5), match.index)) ? '' : 'the ';
    return `${article}${ordinalWords(on)} of ${name}${year === undefined ? '' : ` ${yearWords(year)}`}`;
  }),
  reading(`(${month}) (\\d{4})${end}`, ([, written = '', , year = '']) => {
    const name = monthOf(written);
    return name && `${name} ${yearWords(year)}`;
  }),
  // "the 1990s", "the '90s"
  reading(`(?:['’](?=\\d0))?(\\d{2})?(\\d)0['’]?s${end}`, ([, century, decade = '']) => {
    const tens = decade === '0' ? 'hundred' : cardinalWords(`${decade}0`);
    if (decade === '1' && century === undefined) return undefined;
    const plural = tens.endsWith('y') ? `${tens.slice(0, -1)}ies` : `${tens}s`;
    if (century === undefined) return decade === '0' ? undefined : plural;
    return century === '20' && decade === '0' ? 'two thousands' : `${cardinalWords(century)} ${plural}`;
  }),
];
