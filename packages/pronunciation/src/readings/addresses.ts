import { latinLetters } from '../latin-letters.js';
import { cardinalWords, digitWords } from '../number-words.js';
import { end, letterNames, type Reading, reading } from './reading.js';

const signs: Readonly<Record<string, string>> = {
  '.': 'dot',
  '-': 'dash',
  _: 'underscore',
  '+': 'plus',
  '/': 'slash',
  '@': 'at',
  ':': 'colon',
  '~': 'tilde',
  '%': 'percent',
  '&': 'and',
  '=': 'equals',
  '?': 'question mark',
  '#': 'hash',
};

/** The words of an address: letters as words if they can be said, digits, and the names of signs. */
function addressWords(address: string): string | undefined {
  const parts = address.match(/\p{L}+|\d+|[^\p{L}\d]/gu) ?? [];
  const words = parts.map(part => {
    if (/^\d/.test(part)) return part.length > 2 ? digitWords(part) : cardinalWords(part);
    if (/^\p{L}/u.test(part)) return canBeSaid(part) ? latinLetters(part) : letterNames(part);
    return signs[part] ?? '';
  });
  return words.includes(undefined) ? undefined : words.join(' ');
}

/** Whether letters are probably a word: three or more with a vowel and a consonant. */
const canBeSaid = (letters: string) =>
  letters.length > 2 && /[aeiouy]/i.test(letters) && /[^aeiouy]/i.test(letters) && !/[^aeiouy]{5}/i.test(letters);

const label = '[\\p{L}\\d](?:[\\p{L}\\d-]{0,61}[\\p{L}\\d])?';
const domain = `(?:${label}\\.){1,8}\\p{L}{2,24}`;
const path = '(?::\\d{1,5})?(?:[/?#](?:[\\p{L}\\d._~%&=?#/@:+-]*[\\p{L}\\d/_=])?)?';
const ends = 'com|org|net|edu|gov|info|io|dev|app|co|uk|us|de|fr|eu|ca|au|ai|tv|me|ch|nl|it|es|jp';

/** E-mail and web addresses. The scheme of a web address is not said. */
export const addresses = (): readonly Reading[] => [
  reading(`[\\p{L}\\d](?:[\\p{L}\\d._+-]{0,62}[\\p{L}\\d_+-])?@${domain}${end}`, ([address]) => addressWords(address)),
  reading(`(?:https?|ftp)://(${domain}${path})`, ([, address = '']) => addressWords(address.replace(/\/$/, '')), 'i'),
  reading(`www\\.${domain}${path}`, ([address]) => addressWords(address.replace(/\/$/, '')), 'i'),
  reading(`(?:${label}\\.){1,8}(?:${ends})${end}${path}`, ([address]) => addressWords(address.replace(/\/$/, ''))),
];
