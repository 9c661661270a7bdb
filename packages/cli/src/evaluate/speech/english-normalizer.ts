import { numbersInDigits } from './english-numbers.js';
import { withoutBrackets, withoutDiacritics } from './symbols.js';
import { pattern } from './word-patterns.js';

/** Patterns and what takes their place, in this order. */
const replacements: readonly (readonly [string, string])[] = [
  ["\\bwon't\\b", 'will not'],
  ["\\bcan't\\b", 'can not'],
  ["\\blet's\\b", 'let us'],
  ["\\bain't\\b", 'aint'],
  ["\\by'all\\b", 'you all'],
  ['\\bwanna\\b', 'want to'],
  ['\\bgotta\\b', 'got to'],
  ['\\bgonna\\b', 'going to'],
  ["\\bi'ma\\b", 'i am going to'],
  ['\\bimma\\b', 'i am going to'],
  ['\\bwoulda\\b', 'would have'],
  ['\\bcoulda\\b', 'could have'],
  ['\\bshoulda\\b', 'should have'],
  ["\\bma'am\\b", 'madam'],
  ...titles().map(([short, long]) => [`\\b${short}\\b`, `${long} `] as const),
  ["'d been\\b", ' had been'],
  ["'s been\\b", ' has been'],
  ["'d gone\\b", ' had gone'],
  ["'s gone\\b", ' has gone'],
  ["'d done\\b", ' had done'],
  ["'s got\\b", ' has got'],
  ["n't\\b", ' not'],
  ["'re\\b", ' are'],
  ["'s\\b", ' is'],
  ["'d\\b", ' would'],
  ["'ll\\b", ' will'],
  ["'t\\b", ' not'],
  ["'ve\\b", ' have'],
  ["'m\\b", ' am'],
];

function titles(): readonly (readonly [short: string, long: string])[] {
  return [
    ['mr', 'mister'],
    ['mrs', 'missus'],
    ['st', 'saint'],
    ['dr', 'doctor'],
    ['prof', 'professor'],
    ['capt', 'captain'],
    ['gov', 'governor'],
    ['ald', 'alderman'],
    ['gen', 'general'],
    ['sen', 'senator'],
    ['rep', 'representative'],
    ['pres', 'president'],
    ['rev', 'reverend'],
    ['hon', 'honorable'],
    ['asst', 'assistant'],
    ['assoc', 'associate'],
    ['lt', 'lieutenant'],
    ['col', 'colonel'],
    ['jr', 'junior'],
    ['sr', 'senior'],
    ['esq', 'esquire'],
  ];
}

/**
 * The English normalizer of Whisper (Radford et al. 2022, appendix C), by which word error rates are compared: lower
 * case, no fillers, contractions written out, numbers in digits, American spelling by the table of the checkpoint's
 * `normalizer.json`.
 */
export function englishNormalizer(spellings: Readonly<Record<string, string>>): (text: string) => string {
  return text => {
    let s = withoutBrackets(text).replace(pattern('\\b(hmm|mm|mhm|mmm|uh|um)\\b'), '').replace(/\s+'/gu, "'");
    for (const [source, replacement] of replacements) s = s.replace(pattern(source), replacement);
    s = s.replace(/(\p{Nd}),(\p{Nd})/gu, '$1$2').replace(/\.([^0-9]|$)/gu, ' $1');
    const words = numbersInDigits(withoutDiacritics(s, '.%$¢€£')).split(/\s+/u);
    return words
      .filter(word => word !== '')
      .map(word => (Object.hasOwn(spellings, word) ? spellings[word]! : word))
      .join(' ')
      .replace(/[.$¢€£]([^0-9])/gu, ' $1')
      .replace(/([^0-9])%/gu, '$1 ')
      .replace(/\s+/gu, ' ');
  };
}
