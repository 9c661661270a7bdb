export { ResidualError } from '@residual/base';
export { openDictionary, type PronouncingDictionary, packDictionary } from './dictionary.js';
export { allPhones, consonants, isVowel, type Phone, vowels } from './phones.js';
export { type PronouncedWord, type PronounceOptions, pronounce } from './pronounce.js';
export { type LettersToSounds, pronounceWords } from './pronounce-words.js';
export { pauseTokens, type SpeechToken, speechTokenNames, speechTokens } from './speech-tokens.js';
export { type Pause, type SkippedText, type SpokenText, type SpokenWord, spokenText } from './spoken-text.js';
