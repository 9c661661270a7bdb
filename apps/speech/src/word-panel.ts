import { byId, make, percent } from '@residual/appkit';
import type { Alternative, HeardWord } from './heard-words.js';

/** The texts of tokens. */
type TextsOf = (ids: readonly number[]) => Promise<readonly string[]>;

/** Shows a word: how likely it was, and what else could have been heard; hides the panel without one. */
export async function showWord(word: HeardWord | undefined, textsOf: TextsOf): Promise<void> {
  const panel = byId('word');
  shown = word;
  panel.hidden = word === undefined;
  if (!word) return;
  byId('word-title').replaceChildren(
    make('b', { textContent: `“${word.text.trim()}”` }),
    ` was heard from ${word.start.toFixed(2)} to ${word.end.toFixed(2)} s. ` +
      `The model gave it ${shareOf(word.probability)}.`,
  );
  const lists = await Promise.all(
    word.alternatives.map(async (each, i) => listOf(each, i > 0, await textsOf(each.map(({ token }) => token)))),
  );
  if (shown === word) byId('considered').replaceChildren(...lists);
}

/** The word that was asked for last. */
let shown: HeardWord | undefined;

/** The tokens that the decoder considered, with bars; `isPart`: not the first of a word. */
function listOf(alternatives: readonly Alternative[], isPart: boolean, texts: readonly string[]): HTMLElement {
  const rows = alternatives.map(({ probability, isWritten }, i) => {
    const bar = make('i', { className: 'bar' });
    bar.style.setProperty('--share', String(probability));
    const text = texts[i]!;
    const name = /^<\|.*\|>$/.test(text) ? nameOf(text) : `${isPart && !text.startsWith(' ') ? '…' : ''}${text.trim()}`;
    const row = make('li', { className: isWritten ? 'written' : '' }, make('span', { textContent: name || '␣' }));
    row.append(bar, make('span', { className: 'figure', textContent: shareOf(probability) }));
    return row;
  });
  return make('ol', {}, ...rows);
}

/** A token that is no text, in words. */
const nameOf = (token: string) =>
  /^<\|[\d.]+\|>$/.test(token) ? `■ a pause at ${token.slice(2, -2)} s` : token === '<|endoftext|>' ? '■ end' : token;

/** A probability with a digit after the point if it is small. */
const shareOf = (probability: number) =>
  probability < 0.0005 ? '< 0.1 %' : probability < 0.1 ? `${(100 * probability).toFixed(1)} %` : percent(probability);
