import { cardinalWords, ordinalWords } from '../number-words.js';
import { type Reading, reading } from './reading.js';

const values: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100 };
const numeral = '((?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?![\\p{L}\\p{N}])';

const numberOf = (roman: string) =>
  [...roman].reduce((sum, letter, i) => {
    const value = values[letter]!;
    return value < (values[roman[i + 1] ?? ''] ?? 0) ? sum - value : sum + value;
  }, 0);

const counted =
  'Chapter|Part|Volume|Act|Scene|Book|Section|War|Phase|Type|Class|Bowl|Article|Title|Appendix|Level|Stage|Lesson';
const rulers =
  'Henry|Louis|Charles|Elizabeth|George|Edward|Richard|William|James|John|Paul|Pius|Benedict|Napoleon|Mary|Philip|' +
  'Peter|Catherine|Alexander|Leo|Gregory|Innocent|Frederick|Ivan|Nicholas|Otto|Francis|Joseph|Leopold|Clement|Urban|' +
  'Felipe|Juan|Carlos|Christian|Gustav|Harald|Haakon|Olav|Albert|Victor|Mehmed|Murad|Selim|Ramesses|Ptolemy|Darius';

const read = (words: (digits: string) => string): Reading['words'] => {
  return ([, before = '', roman = '']) =>
    roman === '' ? undefined : `${before.toLowerCase()} ${words(String(numberOf(roman)))}`;
};

/** Roman numerals after a word that is counted ("Chapter IV") or a ruler's name ("Henry VIII"). */
export const romanNumerals = (): readonly Reading[] => [
  reading(`(${counted}) ${numeral}`, read(cardinalWords)),
  reading(
    `(${rulers}) ${numeral}`,
    read(digits => `the ${ordinalWords(digits)}`),
  ),
];
