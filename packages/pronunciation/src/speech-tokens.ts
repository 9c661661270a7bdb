import { consonants, type Phone, vowels } from './phones.js';
import type { PronouncedWord } from './pronounce.js';

/** The pause before the first word, those that a sign asks for, and one that the sense asks for. */
export const pauseTokens = ['<s>', ',', '.', '?', '!', '-'] as const;

/** The tokens of a voice in the order of their ids: padding, pauses, vowels without and with stress, consonants. */
export function speechTokenNames(): readonly string[] {
  const ofVowels = vowels.flatMap(vowel => [`${vowel}0`, `${vowel}1`]);
  return ['<pad>', ...pauseTokens, ...ofVowels, ...consonants];
}

/** A token that a voice speaks, and the word that it belongs to. */
export interface SpeechToken {
  readonly token: string;
  /** The index of its word; a pause belongs to the word before it, the first pause to none. */
  readonly word: number | undefined;
}

/** The tokens of words: a pause, the phones of each word and the pause after it, and a full stop if none ends them. */
export function speechTokens(words: readonly PronouncedWord[]): SpeechToken[] {
  const tokens: SpeechToken[] = [{ token: '<s>', word: undefined }];
  for (const [word, { phones, pause }] of words.entries()) {
    for (const phone of phones) tokens.push({ token: tokenOf(phone), word });
    if (pause !== '' && phones.length > 0) tokens.push({ token: pause, word });
  }
  const last = tokens.at(-1)!;
  if (tokens.length > 1 && !['.', '?', '!'].includes(last.token)) {
    if (last.token === ',') tokens.pop();
    tokens.push({ token: '.', word: last.word });
  }
  return tokens;
}

/** A phone as a voice knows it: a secondary stress is a stress. */
const tokenOf = (phone: Phone): string => phone.replace('2', '1');
