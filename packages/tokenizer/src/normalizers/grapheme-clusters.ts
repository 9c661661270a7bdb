/** Characters that may be in one grapheme cluster with any kind of neighbour, including surrogates. */
const joiningCharacter = /^(?:[^\p{Grapheme_Base}\t\n]|[\p{Mc}\p{Script=Hangul}\u0d4e\u0e33\u0eb3\ud800-\udfff])$/u;

/**
 * Whether a UTF-16 unit is, or is part of, a character that may be in one grapheme cluster with a neighbour. Two
 * characters that do not join are never in one cluster.
 */
export const mayJoin = (unit: number): boolean => joiningCharacter.test(String.fromCharCode(unit));

/**
 * The grapheme clusters of a text, from the platform's segmenter (Unicode Standard Annex 29). The segmenter takes
 * quadratic time on some long texts, so it is applied to windows, each from the last certain boundary.
 */
export function* graphemeClusters(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (let at = 0, size = windowSize; at < text.length; ) {
    const segments = Array.from(segmenter.segment(text.slice(at, at + size)), ({ segment }) => segment);
    if (at + size < text.length) segments.pop(); // it may continue in the next window
    size = segments.length === 0 ? size * 2 : windowSize;
    for (const segment of segments) {
      yield segment;
      at += segment.length;
    }
  }
}
const windowSize = 256;
let segmenter: Intl.Segmenter | undefined;
