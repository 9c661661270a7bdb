import { percent } from './format.js';
import { make } from './page.js';

/** A word that is less likely than this is marked as unsure. */
const minWordProbability = 0.5;

/** A token that a decoder considered. */
export interface Alternative {
  readonly token: number;
  readonly probability: number;
  /** Whether this token was written. */
  readonly isWritten: boolean;
}

/** The likeliest tokens, most likely first, with the written one; if it is none of them it replaces the last. */
export function alternativesOf(
  token: number,
  probability: number,
  likely: readonly Pick<Alternative, 'token' | 'probability'>[],
): Alternative[] {
  const alternatives = likely.map(each => ({
    token: each.token,
    probability: each.probability,
    isWritten: each.token === token,
  }));
  if (alternatives.some(({ isWritten }) => isWritten)) return alternatives;
  return [...alternatives.slice(0, -1), { token, probability, isWritten: true }];
}

/** Whether a word is marked as unsure; punctuation marks are not. */
export const isUnsure = ({ text, probability }: { readonly text: string; readonly probability: number }): boolean =>
  probability < minWordProbability && /[\p{L}\p{N}]/u.test(text);

/** Tokens that a decoder considered as a list with bars; `nameOf` names the one at an index in `lang`. */
export function alternativesList(
  alternatives: readonly Alternative[],
  nameOf: (index: number) => string,
  lang = '',
): HTMLOListElement {
  const rows = alternatives.map(({ probability, isWritten }, i) => {
    const bar = make('i', { className: 'bar' });
    bar.style.setProperty('--share', String(probability));
    const name = make('span', { ...(lang && { lang }), textContent: nameOf(i) });
    const figure = make('span', { className: 'figure', textContent: finePercent(probability) });
    return make('li', { className: isWritten ? 'written' : '' }, name, bar, figure);
  });
  return make('ol', {}, ...rows);
}

/** A probability as a percentage, with a digit after the point if it is small. */
export const finePercent = (probability: number): string =>
  probability < 0.0005 ? '< 0.1 %' : probability < 0.1 ? `${(100 * probability).toFixed(1)} %` : percent(probability);
