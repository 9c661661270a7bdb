import type { WordCounts } from './count-words.js';
import type { Scheduler } from './scheduler.js';

/** Characters between two checks of the clock. */
const charactersPerCheck = 1 << 16;

/** Counts the characters of the words by code point, in the order of their first occurrence. */
export async function countCharacters(words: WordCounts, scheduler: Scheduler): Promise<Map<number, number>> {
  const counts = new Float64Array(0x110000);
  const codes: number[] = [];
  let read = 0;
  for (const [word, times] of words) {
    for (let at = 0; at < word.length; at++) {
      const code = word.codePointAt(at)!;
      if (code > 0xffff) at++;
      if (counts[code] === 0) codes.push(code);
      counts[code]! += times;
      if (++read % charactersPerCheck === 0 && scheduler.shouldYield)
        await scheduler.reportAndYield('words', words.size, words.size);
    }
  }
  return new Map(codes.map(code => [code, counts[code]!]));
}
