import { type HeardToken, type HeardWord, heardToken, heardWords } from './heard-words.js';
import type { Session } from './session.js';
import { rate } from './sound.js';

/** What was heard so far: words with their times, and text that has none yet. */
export interface Heard {
  /** The same list until there are more. */
  readonly words: readonly HeardWord[];
  readonly rest: string;
  /** Seconds that are written down, and in total. */
  readonly done: number;
  readonly total: number;
}

/**
 * Writes down samples that begin at a second of a sound. `onHeard` sees the text as it grows; the words of a window get
 * their times when it is done.
 */
export async function listen(
  session: Session,
  { samples, start, signal }: { readonly samples: Float32Array; readonly start: number; readonly signal: AbortSignal },
  onHeard: (heard: Heard) => void,
): Promise<readonly HeardWord[]> {
  const total = samples.length / rate;
  let words: readonly HeardWord[] = [];
  let tokens: HeardToken[] = [];
  let [attempt, done] = [0, 0];
  await session.transcribe(samples, signal, step => {
    if (step.kind === 'token') {
      if (step.attempt !== attempt || step.step.index === 0) [tokens, attempt] = [[], step.attempt];
      tokens.push(heardToken(step));
      onHeard({ words, rest: tokens.map(({ text }) => text).join(''), done, total });
    }
    if (step.kind === 'window') {
      words = [...words, ...heardWords(step.segments, tokens).map(word => shifted(word, start))];
      [tokens, done] = [[], step.done];
      onHeard({ words, rest: '', done, total });
    }
  });
  return words;
}

/** A word of a part of a sound that begins at a second. */
function shifted(word: HeardWord, seconds: number): HeardWord {
  const { attention } = word;
  const moved = attention && { ...attention, start: attention.start + seconds };
  return { ...word, start: word.start + seconds, end: word.end + seconds, ...(moved && { attention: moved }) };
}
