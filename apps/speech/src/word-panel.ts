import { type Alternative, alternativesList, byId, finePercent, make } from '@residual/appkit';
import type { HeardWord } from './heard-words.js';

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
      `The model gave it ${finePercent(word.probability)}.`,
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
  return alternativesList(alternatives, i => {
    const text = texts[i]!;
    if (/^<\|.*\|>$/.test(text)) return nameOf(text);
    return `${isPart && !text.startsWith(' ') ? '…' : ''}${text.trim()}` || '␣';
  });
}

/** A token that is no text, in words. */
const nameOf = (token: string) =>
  /^<\|[\d.]+\|>$/.test(token) ? `■ a pause at ${token.slice(2, -2)} s` : token === '<|endoftext|>' ? '■ end' : token;
