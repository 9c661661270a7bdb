import type { WordCounts } from '../../../training/count-words.js';

/** All words in one array. */
export interface Corpus {
  /** The code points of the words, with a 0 after each word. */
  readonly text: Int32Array;
  /** By word: its start, the index of its 0, its count. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly times: readonly number[];
}

/** Writes all words into one array. */
export function corpusOf(words: WordCounts): Corpus {
  let size = 0;
  for (const word of words.keys()) size += word.length + 1;
  const text = new Int32Array(size);
  const [starts, ends]: [number[], number[]] = [[], []];
  let at = 0;
  for (const word of words.keys()) {
    starts.push(at);
    for (let index = 0; index < word.length; index++) {
      const code = word.codePointAt(index)!;
      if (code > 0xffff) index++;
      text[at++] = code;
    }
    ends.push(at++);
  }
  return { text: text.subarray(0, at), starts, ends, times: [...words.values()] };
}
