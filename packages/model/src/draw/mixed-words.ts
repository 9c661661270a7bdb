import { expectOptions, expectValue, ResidualError } from '@residual/tensor';

/** Several texts as one: `{ words: [['cat', 0.5], ['dog', 0.5]] }` lies halfway from a cat to a dog. */
export interface MixedWords {
  /**
   * Texts with their weights, any numbers. The vectors of their words are added with these weights, word by word; a
   * text of fewer words repeats its last one, and a text of weight 0 is left out.
   */
  readonly words: readonly (readonly [text: string, weight: number])[];
}

/** A word of a prompt that is a weighted sum of words of the vocabulary. */
export type MixedWord = readonly { readonly token: number; readonly weight: number }[];

/** Texts with their weights, without those of weight 0: one of weight 1 for a text. Throws for what is neither. */
export function partsOf(words: string | MixedWords): readonly (readonly [text: string, weight: number])[] {
  if (typeof words === 'string') return [[words, 1]];
  const isObject = typeof words === 'object' && words !== null;
  expectValue(isObject, 'draw', 'words', words, 'a text, or { words: [[text, weight], ...] }');
  expectOptions('draw: words', words, { words: 1 });
  const isPart = (part: unknown) =>
    Array.isArray(part) && part.length === 2 && typeof part[0] === 'string' && Number.isFinite(part[1]);
  const areParts = Array.isArray(words.words) && words.words.every(isPart);
  expectValue(areParts, 'draw', 'words', words.words, 'a list of [text, weight]');
  const parts = words.words.filter(([, weight]) => weight !== 0);
  if (parts.length > 0) return parts;
  throw new ResidualError('prompt', `draw: of ${words.words.length} mixed texts none has a weight other than 0`);
}

/**
 * The words of texts, each a list of token ids, as sums of words. One text of weight 1 has its own words. Throws if a
 * text of several has no word.
 */
export function mixWords(
  texts: readonly { readonly text: string; readonly tokens: readonly number[]; readonly weight: number }[],
): MixedWord[] {
  const empty = texts.length > 1 ? texts.find(({ tokens }) => tokens.length === 0) : undefined;
  if (empty) throw new ResidualError('prompt', `draw: the mixed text ${JSON.stringify(empty.text)} has no word`);
  const length = Math.max(...texts.map(({ tokens }) => tokens.length));
  return Array.from({ length }, (_, i) =>
    texts.map(({ tokens, weight }) => ({ token: tokens[Math.min(i, tokens.length - 1)]!, weight })),
  );
}

/** Whether a word is a word of the vocabulary as it is. */
export function isPlainWord(word: MixedWord): boolean {
  return word.length === 1 && word[0]!.weight === 1;
}
