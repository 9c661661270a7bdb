import type { PipelineParts } from '../pipeline/pipeline.js';
import { runPreTokenizer } from '../pre-tokenizers/run-pre-tokenizer.js';
import { toByteAlphabet } from '../text/byte-alphabet.js';
import { NormalizedString } from '../text/normalized-string.js';
import { ownCopy, toWellFormed } from '../text/unicode.js';
import type { Scheduler } from './scheduler.js';

/** Words and their counts, in the order of their first occurrence. */
export type WordCounts = Map<string, number>;

/**
 * Normalizes texts, splits them into pre-tokens and counts these. Only different pre-tokens are kept, as there may be
 * many texts.
 */
export async function countWords(
  texts: Iterable<string> | AsyncIterable<string>,
  { normalizer, preTokenizer }: Pick<PipelineParts, 'normalizer' | 'preTokenizer'>,
  scheduler: Scheduler,
): Promise<{ words: WordCounts; texts: number }> {
  const words: WordCounts = new Map();
  let asBytes = false;
  let count = 0;
  for await (const text of texts) {
    const whole = new NormalizedString(toWellFormed(text), false);
    normalizer?.(whole);
    const preTokens = runPreTokenizer(preTokenizer, whole, true);
    asBytes = preTokens.asBytes;
    addWords(preTokens.text.text, preTokens.spans, words);
    count++;
    if (scheduler.shouldYield) await scheduler.reportAndYield('words', count);
  }
  await scheduler.reportAndYield('words', count, count);
  if (!asBytes) return { words, texts: count };
  return { words: new Map(Array.from(words, ([word, times]) => [toByteAlphabet(word), times])), texts: count };
}

function addWords(text: string, spans: readonly number[], words: WordCounts): void {
  for (let index = 0; index < spans.length; index += 2) {
    const word = text.slice(spans[index]!, spans[index + 1]!);
    const times = words.get(word);
    if (times !== undefined) words.set(word, times + 1);
    else if (word !== '') words.set(ownCopy(word), 1);
  }
}
