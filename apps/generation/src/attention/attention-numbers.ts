import { grouped } from '@residual/appkit';
import type { Pattern } from '@residual/appkit/attention-pattern';

/** The largest number of tokens: with more, the weights of all heads would take more than 128 MB. */
export function maxTokens(layers: number, heads: number): number {
  return Math.floor(Math.sqrt(2 ** 25 / Math.max(1, layers * heads)));
}

/** The indices of the tokens of the last occurrence of a word; empty if the text lacks it. */
export function tokenIndicesOf(word: string, texts: readonly string[]): number[] {
  const from = word === '' ? -1 : texts.join('').lastIndexOf(word);
  if (from < 0) return [];
  const indices: number[] = [];
  let begin = 0;
  texts.forEach((text, index) => {
    const end = begin + text.length;
    if (begin < from + word.length && end > from && text.trim() !== '') indices.push(index);
    begin = end;
  });
  return indices;
}

/** The attention of one head from the last token of a word to some other words. */
export interface HeadFocus {
  readonly layer: number;
  readonly head: number;
  /** The index of the token that attends, and the indices of the tokens that it attends to. */
  readonly query: number;
  readonly keys: readonly number[];
  /** For each of the words the sum of the weights on its tokens. */
  readonly weights: readonly number[];
  readonly total: number;
}

/**
 * The attention of each head from the last token of `noun` to `words`, largest first; empty if the text lacks one of
 * them.
 */
export function rankHeads(
  pattern: Pattern,
  texts: readonly string[],
  noun: string,
  words: readonly string[],
): readonly HeadFocus[] {
  const query = tokenIndicesOf(noun, texts).at(-1);
  const keysByWord = words.map(word => tokenIndicesOf(word, texts));
  if (query === undefined || words.length === 0 || keysByWord.some(each => each.length === 0)) return [];
  const ranked = pattern.flatMap((heads, layer) =>
    heads.map((data, head) => {
      const weights = keysByWord.map(keys => keys.reduce((sum, key) => sum + data[query * texts.length + key]!, 0));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return { layer, head, query, keys: keysByWord.flat(), weights, total };
    }),
  );
  return ranked.sort((a, b) => b.total - a.total);
}

/** Why there are no weights from `noun` to `words`, as a sentence; undefined if there are. */
export function whyUnreadable(texts: readonly string[], noun: string, words: readonly string[]): string | undefined {
  if (noun === '') return 'Enter the word that looks; its weights are shown here.';
  if (words.length === 0) return `Enter words that “${noun}” looks at; their weights are shown here.`;
  const missing = [...new Set([noun, ...words])].filter(word => tokenIndicesOf(word, texts).length === 0);
  if (missing.length > 0) {
    const names = new Intl.ListFormat('en').format(missing.map(word => `“${word}”`));
    const are = missing.length === 1 ? 'is' : 'are';
    return `${names} ${are} not in the text; the map still shows which position attends to which.`;
  }
  const query = tokenIndicesOf(noun, texts).at(-1)!;
  if (words.every(word => tokenIndicesOf(word, texts).every(index => index > query)))
    return (
      `“${noun}” comes before ${words.length === 1 ? `“${words[0]}”` : 'those words'}; ` +
      'a token looks only at itself and at the tokens before it.'
    );
  return undefined;
}

/** A sentence if only some tokens of a text are shown, else an empty text. */
export function truncationNote(count: number, shown: number): string {
  if (count === shown) return '';
  const [all, first, rest] = [count, shown, count - shown].map(grouped);
  return (
    `The text has ${all} tokens. The first ${first} are shown and ${rest} are left out: ` +
    'more do not fit this model or this page.'
  );
}

/** The selected head; -1 for the layer or the head selects the one with the largest attention among the rest. */
export function chosenHead(
  ranked: readonly HeadFocus[],
  { layer, head }: { readonly layer: number; readonly head: number },
): { layer: number; head: number } {
  const fits = (each: HeadFocus) => (layer < 0 || each.layer === layer) && (head < 0 || each.head === head);
  const best = ranked.find(fits);
  return { layer: best?.layer ?? Math.max(layer, 0), head: best?.head ?? Math.max(head, 0) };
}
