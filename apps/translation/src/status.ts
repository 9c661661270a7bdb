import { percent } from '@residual/appkit';
import { listOf, meanProbability } from './doubt.js';
import type { Sentence } from './sentence.js';
import { unsureWords, wordsOf } from './words.js';

/** What was translated and how sure the model is, as a sentence. */
export function statusOf(sentences: readonly Sentence[]): string {
  if (sentences.length === 0) return 'Nothing to translate';
  if (sentences.length > 1) {
    const means = sentences.map(({ segment }) => meanProbability(segment));
    const least = means.indexOf(Math.min(...means));
    const [shown, mean] = [sentences[least]!.segment.translation, percent(means[least]!)];
    return (
      `Translated ${sentences.length} sentences. The model was least sure of “${shown}”, ` +
      `whose tokens got ${mean} on average.`
    );
  }
  const [only] = sentences as [Sentence];
  const words = wordsOf(only);
  const unsure = unsureWords(words).map(i => `“${words[i]!.text}”`);
  const mean = `Translated. The model gave its tokens ${percent(meanProbability(only.segment))} on average`;
  if (unsure.length === 0) return `${mean}.`;
  return `${mean} and was unsure of ${listOf(unsure)}.`;
}
