import { expectOptions } from '@residual/base';
import type { PronouncingDictionary } from './dictionary.js';
import { isVowel, type Phone } from './phones.js';
import type { SpokenWord } from './spoken-text.js';

/** Settings of `pronounce`. */
export interface PronounceOptions {
  /** Where words are looked up. */
  readonly dictionary: PronouncingDictionary;
  /** The phones of a word that the dictionary lacks; such words are silent if absent. */
  readonly lettersToSounds?: (word: string) => readonly Phone[];
}

/** A word with its sounds. */
export interface PronouncedWord extends SpokenWord {
  readonly phones: readonly Phone[];
  /** Whether the phones are those of the dictionary, or of its parts: a plural, a possessive. */
  readonly isKnown: boolean;
}

/** Small words, as they are said within a sentence. */
const unstressed: Readonly<Record<string, string>> = {
  ...{ a: 'AH0', the: 'DH AH0', to: 'T AH0', of: 'AH1 V', an: 'AE1 N', and: 'AE1 N D', for: 'F AO1 R' },
  ...{ from: 'F R AH1 M', but: 'B AH1 T', at: 'AE1 T', as: 'AE1 Z' },
};

/** The sounds of words: those of the dictionary; "the" before a vowel is said "thee". */
export function pronounce(words: readonly SpokenWord[], options: PronounceOptions): PronouncedWord[] {
  expectOptions('pronounce', options, { dictionary: 1, lettersToSounds: 0 });
  const { dictionary, lettersToSounds } = options;
  const result = words.map(spoken => {
    const known = (unstressed[spoken.word]?.split(' ') as Phone[]) ?? knownPhones(spoken.word, dictionary);
    return { ...spoken, phones: known ?? lettersToSounds?.(spoken.word) ?? [], isKnown: known !== undefined };
  });
  for (const [i, each] of result.entries()) {
    const next = result[i + 1]?.phones[0];
    if (each.word === 'the' && next !== undefined && isVowel(next)) result[i] = { ...each, phones: ['DH', 'IY0'] };
  }
  return result;
}

/** The phones of a word, or of what it is the possessive or the plural of. */
function knownPhones(word: string, dictionary: PronouncingDictionary): readonly Phone[] | undefined {
  const whole = dictionary.get(word);
  if (whole || !word.endsWith('s')) return whole;
  const stem = dictionary.get(word.endsWith("'s") ? word.slice(0, -2) : word.slice(0, -1));
  return stem && [...stem, ...pluralEnd(stem.at(-1)!)];
}

/** How an s sounds after a phone: IH0 Z after hissing ones, S after voiceless ones, else Z. */
function pluralEnd(last: Phone): readonly Phone[] {
  if (['S', 'Z', 'SH', 'ZH', 'CH', 'JH'].includes(last)) return ['IH0', 'Z'];
  return ['P', 'T', 'K', 'F', 'TH'].includes(last) ? ['S'] : ['Z'];
}
