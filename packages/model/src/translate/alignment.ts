import type { PlainTensor } from '../plain-tensor.js';

/** A span [start, end) of a text, in UTF-16 units. */
export type Span = readonly [start: number, end: number];

/** How much each token and word of a translation attended to each token and word of its source. */
export interface Alignment {
  /**
   * Cross-attention weights [depth, heads, targetLen, sourceLen]: row t is from the step that chose token t, the end
   * token last.
   */
  readonly attention: PlainTensor;
  /** The spans of the source tokens in the source; empty for special tokens. */
  readonly source: readonly Span[];
  /** The spans of the target tokens in the translation; empty for special tokens. */
  readonly target: readonly Span[];
  /** The words, numbers and punctuation marks of the source. */
  readonly sourceWords: readonly Span[];
  /** The words, numbers and punctuation marks of the translation. */
  readonly targetWords: readonly Span[];
  /**
   * Attention from each word of the translation to each word of the source, [targetWords, sourceWords], averaged over
   * layers and heads.
   */
  readonly words: PlainTensor;
}

/** The options of `wordAlignment`. */
export interface WordAlignmentOptions {
  /** The layers and heads to average; default all. */
  readonly heads?: readonly (readonly [layer: number, head: number])[];
  /**
   * Whether to use, for each token, the attention of the next step, which reads the token, instead of the step that
   * chose it. In some models this aligns better (Chen et al. 2020, arXiv:2004.14837).
   */
  readonly shifted?: boolean;
}

/**
 * Attention from each word of a translation to each word of its source, [targetWords, sourceWords]: summed over the
 * tokens of a source word, averaged over the tokens of a target word and over heads. A row may sum to less than 1; the
 * rest is attention to tokens that belong to no word, such as the end token.
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

/** For each token, the word that overlaps it most; undefined if none does. */
function wordOf(tokens: readonly Span[], words: readonly Span[]): (number | undefined)[] {
  let first = 0;
  return tokens.map(([start, end]) => {
    while (first < words.length && words[first]![1] <= start) first++;
    let best: number | undefined;
    let longest = 0;
    for (let word = first; word < words.length && words[word]![0] < end; word++) {
      const overlap = Math.min(end, words[word]![1]) - Math.max(start, words[word]![0]);
      if (overlap > longest) [best, longest] = [word, overlap];
    }
    return best;
  });
}

/** The words, numbers and punctuation marks of a text, without white space (Unicode Standard Annex 29). */
export function wordsOf(text: string, language?: string): Span[] {
  return [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)]
    .filter(({ segment }) => segment.trim() !== '')
    .map(({ index, segment }) => [index, index + segment.length]);
}
