import { AlignedText } from '../aligned-text.js';
import { inByteAlphabet } from '../byte-alphabet.js';
import type { PipelineParts } from '../pipeline.js';
import { runStages } from '../pre-tokenizers/run.js';
import { ownCopy, wellFormed } from '../unicode.js';
import type { Pace } from './pace.js';

/** Words with how often they occur, in the order in which they first do. */
export type WordCounts = Map<string, number>;

/** Normalizes texts, cuts them into pieces and counts these. Only what differs is kept: texts may be many. */
export async function countWords(
  texts: Iterable<string> | AsyncIterable<string>,
  { normalizer, preTokenizer }: Pick<PipelineParts, 'normalizer' | 'preTokenizer'>,
  pace: Pace,
): Promise<{ words: WordCounts; texts: number }> {
  const words: WordCounts = new Map();
  let bytes = false;
  let count = 0;
  for await (const text of texts) {
    const whole = new AlignedText(wellFormed(text), false);
    normalizer?.(whole);
    const pieces = runStages(preTokenizer, whole, true);
    bytes = pieces.bytes;
    addWords(pieces.text.text, pieces.cuts, words);
    count++;
    if (pace.isDue) await pace.rest('words', count);
  }
  await pace.rest('words', count, count);
  if (!bytes) return { words, texts: count };
  return { words: new Map(Array.from(words, ([word, times]) => [inByteAlphabet(word), times])), texts: count };
}

function addWords(text: string, cuts: readonly number[], words: WordCounts): void {
  for (let index = 0; index < cuts.length; index += 2) {
    const word = text.slice(cuts[index]!, cuts[index + 1]!);
    const times = words.get(word);
    if (times !== undefined) words.set(word, times + 1);
    else if (word !== '') words.set(ownCopy(word), 1);
  }
}
