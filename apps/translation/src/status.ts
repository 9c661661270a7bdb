import { percent } from '@residual/appkit';
import { listOf, meanProbability } from './doubt.js';
import type { Sentence } from './sentence.js';
import { unsureWords, wordsOf } from './words.js';

/** What was translated and how sure the model is, as a sentence. */
export function statusOf(sentences: readonly Sentence[]): string {
  if (sentences.length === 0) return 'Nothing to translate';
  if (sentences.length > 1) return `Translated ${sentences.length} sentences`;
  const [only] = sentences as [Sentence];
  const words = wordsOf(only);
  const unsure = unsureWords(words).map(i => `“${words[i]!.text}”`);
  const mean = `Translated. The model gave its tokens ${percent(meanProbability(only.segment))} on average`;
  if (unsure.length === 0) return `${mean}.`;
  return `${mean} and was unsure of ${listOf(unsure)}.`;
}
