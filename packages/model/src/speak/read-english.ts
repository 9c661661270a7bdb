import { pronounce, pronounceWords, type SpokenWord, spokenText } from '@residual/pronunciation';
import type { VoiceParts } from '../load/voice-parts.js';
import type { WordWithPhones } from './read-text.js';

/** A part of a text that is not said, such as emoji and other scripts. */
export interface SkippedText {
  readonly text: string;
  /** The span in the text, in UTF-16 units. */
  readonly span: readonly [start: number, end: number];
}

/** The words of a sentence, or of a part of a long one, with the text in which they are written. */
export interface EnglishSentence {
  readonly words: readonly WordWithPhones[];
  readonly text: string;
  readonly span: readonly [start: number, end: number];
}

/** A sentence of more words ends at a comma. */
const wordsToComma = 10;

/** A sentence of more words ends after one of them. */
const mostWords = 20;

/** An English text as it is said: its sentences, and what is not said. */
export function readEnglish(text: string, voice: VoiceParts, signal: AbortSignal | undefined) {
  const { words, skipped } = spokenText(text);
  return {
    skipped: skipped.map(({ text, start, end }): SkippedText => ({ text, span: [start, end] })),
    sentences: sentencesOf(text, words, voice, signal),
  };
}

/** Sentences as they are asked for: words that the dictionary lacks are translated sentence by sentence. */
async function* sentencesOf(
  text: string,
  words: readonly SpokenWord[],
  { dictionary, letters }: VoiceParts,
  signal: AbortSignal | undefined,
): AsyncGenerator<EnglishSentence> {
  if (!dictionary) return;
  const groups = sentenceGroups(words);
  for (const [i, group] of groups.entries()) {
    const unknown = pronounce(group, { dictionary }).filter(({ isKnown }) => !isKnown);
    const spelled = unknown.map(({ word }) => word);
    const sounds = letters && spelled.length > 0 ? await pronounceWords(spelled, letters, { signal }) : undefined;
    const lettersToSounds = (word: string) => sounds?.get(word) ?? [];
    const said = pronounce(group, { dictionary, lettersToSounds }).filter(each => each.phones.length > 0);
    if (said.length === 0) continue;
    const start = group[0]!.start;
    const until = groups[i + 1]?.[0]?.start ?? text.length;
    const written = text.slice(start, until).trimEnd();
    yield { words: endedWords(said), text: written, span: [start, start + written.length] };
  }
}

/** Words by sentences; long ones end at a comma, or where the breath does. */
export function sentenceGroups(words: readonly SpokenWord[]): SpokenWord[][] {
  const groups: SpokenWord[][] = [];
  let group: SpokenWord[] = [];
  for (const [i, word] of words.entries()) {
    group.push(word);
    const isWithin = words[i + 1]?.start === word.start; // of one number
    const isEnd = /[.!?]/.test(word.pause) || (word.pause === ',' && group.length > wordsToComma);
    if (!isEnd && (isWithin || group.length < mostWords)) continue;
    groups.push(group);
    group = [];
  }
  return group.length > 0 ? [...groups, group] : groups;
}

/** Words whose last one ends a sentence, as the sentences did that a voice learned of. */
function endedWords(words: readonly WordWithPhones[]): readonly WordWithPhones[] {
  const last = words.at(-1)!;
  return /[.!?]/.test(last.pause) ? words : [...words.slice(0, -1), { ...last, pause: '.' }];
}
