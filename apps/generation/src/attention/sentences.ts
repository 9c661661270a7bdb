import { make } from '@residual/appkit';
import type { HeadDetail } from '@residual/elements';
import type { HeadFocus } from './attention-numbers.js';

/** A head in the list of those that look most at some words, with its weights. */
export function rankingItem({ layer, head, weights, total }: HeadFocus, words: readonly string[]): HTMLElement {
  const numbers = words.map((word, i) => `${word} ${weights[i]!.toFixed(3)}`).join(', ');
  return make('li', {}, `layer ${layer}, head ${head}: ${numbers}; together ${total.toFixed(3)}`);
}

/** A sentence about the weights of the selected head, and about the head that looks most at the words. */
export function headSentence(
  ranked: readonly HeadFocus[],
  selected: HeadDetail,
  noun: string,
  words: readonly string[],
): string {
  const [best] = ranked;
  const here = ranked.find(({ layer, head }) => layer === selected.layer && head === selected.head);
  if (!best || !here) return '';
  const weights = words.map((word, i) => `${here.weights[i]!.toFixed(3)} on “${word}”`).join(', ');
  const name = `layer ${here.layer}, head ${here.head}`;
  if (here === best) return `From “${noun}”, the head that looks most at these words is ${name}: ${weights}.`;
  const other = `layer ${best.layer}, head ${best.head}`;
  return `From “${noun}”, ${name} has ${weights}; ${other} looks most at these words.`;
}
