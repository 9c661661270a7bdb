import type { PlainTensor } from '../plain-tensor.js';

/** A stretch [start, end) of a text, in UTF-16 units. */
export type Span = readonly [start: number, end: number];

/** Which tokens, and words, of a source each token, and word, of a translation looked at. */
export interface Alignment {
  /** Cross-attention weights [depth, heads, targetLen, sourceLen]: row t holds what was looked at when token t was chosen, the end token as the last. */
  readonly attention: PlainTensor;
  /** Where the tokens stand in their texts; an empty span for those that are around it. */
  readonly source: readonly Span[];
  readonly target: readonly Span[];
  /** The words, numbers and signs of both texts. */
  readonly sourceWords: readonly Span[];
  readonly targetWords: readonly Span[];
  /** How much each word of the translation looked at each of the source, [targetWords, sourceWords]: the average of all layers and heads. */
  readonly words: PlainTensor;
}

/** Which attention is read. */
export interface WordAlignmentOptions {
  /** The layers and heads whose average is taken; all if absent. */
  readonly heads?: readonly (readonly [layer: number, head: number])[];
  /**
   * Whether a token is taken to look where the step does that reads it, one later than the step that chose it: in some models the better alignment (Chen et
   * al. 2020, arXiv:2004.14837).
   */
  readonly shifted?: boolean;
}

/**
 * How much each word of a translation looked at each word of its source, [targetWords, sourceWords]: attention summed over the tokens of a source word and
 * averaged over those of a target word and over heads. What is missing to 1 in a row was given to tokens that belong to no word, such as the end token.
 */
export function wordAlignment(
  { attention, source, target, sourceWords, targetWords }: Omit<Alignment, 'words'>,
  { heads = everyHead(attention), shifted = false }: WordAlignmentOptions = {},
): PlainTensor {
  const [, headCount, targetLen, sourceLen] = attention.shape as [number, number, number, number];
  const [from, to] = [wordOf(source, sourceWords), wordOf(target, targetWords)];
  const data = new Float32Array(targetWords.length * sourceWords.length);
  const tokensOf = new Float32Array(targetWords.length);
  for (const word of to) if (word !== undefined) tokensOf[word]!++;
  for (const [token, word] of to.entries()) {
    if (word === undefined) continue;
    const row = Math.min(shifted ? token + 1 : token, targetLen - 1);
    for (const [layer, head] of heads) {
      const start = ((layer * headCount + head) * targetLen + row) * sourceLen;
      for (const [i, sourceWord] of from.entries())
        if (sourceWord !== undefined)
          data[word * sourceWords.length + sourceWord]! +=
            attention.data[start + i]! / (heads.length * tokensOf[word]!);
    }
  }
  return { shape: [targetWords.length, sourceWords.length], data };
}

function everyHead({ shape: [depth, heads] }: PlainTensor): (readonly [number, number])[] {
  return Array.from({ length: depth! * heads! }, (_, i) => [Math.floor(i / heads!), i % heads!]);
}

/** For each token the word with which it shares the most; undefined where there is none. */
function wordOf(tokens: readonly Span[], words: readonly Span[]): (number | undefined)[] {
  let first = 0;
  return tokens.map(([start, end]) => {
    while (first < words.length && words[first]![1] <= start) first++;
    let best: number | undefined;
    let most = 0;
    for (let word = first; word < words.length && words[word]![0] < end; word++) {
      const shared = Math.min(end, words[word]![1]) - Math.max(start, words[word]![0]);
      if (shared > most) [best, most] = [word, shared];
    }
    return best;
  });
}

/** Words, numbers and signs of a text, without the spaces between them (Unicode Standard Annex 29). */
export function wordsOf(text: string, language?: string): Span[] {
  return [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)]
    .filter(({ segment }) => segment.trim() !== '')
    .map(({ index, segment }) => [index, index + segment.length]);
}
