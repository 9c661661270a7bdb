import { latinLetters } from '../latin-letters.js';
import { cardinalWords } from '../number-words.js';
import { type Reading, reading } from './reading.js';

/** Signs that are words. */
const symbols: Readonly<Record<string, string>> = {
  ...{ '&': 'and', '@': 'at', '+': 'plus', '=': 'equals', '×': 'times', '÷': 'divided by', '<': 'less than' },
  ...{ '>': 'greater than', '≤': 'at most', '≥': 'at least', '±': 'plus or minus', '≈': 'about', '%': 'percent' },
  ...{ '/': 'slash', '\\': 'backslash', '°': 'degrees', '©': 'copyright', '®': 'registered', '™': 'trademark' },
  ...{ '§': 'section', '€': 'euros', '£': 'pounds', $: 'dollars', '¥': 'yen', '√': 'square root of', π: 'pi' },
};

/** Words in Latin letters, and signs; at the end digits and letters that stand together, as in "3D". */
export const words = (): readonly Reading[] => [
  reading(
    "['’](?:em|tis|twas|cause|til|bout|round|n)(?![\\p{L}\\p{N}])",
    ([word]) => `'${word.slice(1).toLowerCase()}`,
  ),
  reading("\\p{L}[\\p{L}\\p{M}]*(?:['’][\\p{L}\\p{M}]+)*", ([word]) => latinLetters(word)),
  { pattern: /(?<=[\p{L}\p{N}])\.(?=[\p{Ll}\p{N}])/uy, words: () => 'dot' },
  reading('#(?=\\d)', () => 'number'),
  reading('#(?=\\p{L})', () => 'hashtag'),
  { pattern: /[&@+=×÷<>≤≥±≈%/\\°©®™§€£$¥√π]/uy, words: ([symbol]) => symbols[symbol] },
  { pattern: /\d+/uy, words: ([digits]) => cardinalWords(digits) },
  { pattern: /[\p{L}\p{M}]+/uy, words: ([letters]) => latinLetters(letters) },
];
