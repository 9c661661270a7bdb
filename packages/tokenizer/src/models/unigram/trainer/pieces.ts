/** The number of the unknown piece, which covers one character. */
export const unknown = 0;
/** No piece. */
export const none = -1;

/** The pieces of a corpus by number. The first is the unknown piece. */
export interface Pieces {
  /** The offset of one occurrence of each piece in the corpus, and its length in characters. */
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  /** Log-probabilities. */
  readonly scores: Float64Array;
  /**
   * The longest piece that is a proper prefix of each piece: `unknown` if there is none, `none` for single characters.
   */
  readonly properPrefix: Int32Array;
  /** By index of the corpus: the longest piece that starts there, `unknown` if there is none, `none` between words. */
  readonly longest: Int32Array;
}

/** Keeps the pieces with these numbers, in this order. `unknown` must be the first. */
export function selectPieces(
  { offsets, lengths, scores, properPrefix, longest }: Pieces,
  selected: Int32Array,
): Pieces {
  const numbers = new Int32Array(lengths.length).fill(none); // new numbers by old numbers
  for (let index = 0; index < selected.length; index++) numbers[selected[index]!] = index;
  const next = (id: number): number => {
    if (id === none) return none;
    while (id !== none && numbers[id] === none) id = properPrefix[id]!;
    return id === none ? unknown : numbers[id]!;
  };
  const instead = Int32Array.from(lengths, (_, id) => next(id));
  for (let index = 0; index < longest.length; index++) {
    if (longest[index] !== none) longest[index] = instead[longest[index]!]!;
  }
  return {
    offsets: selected.map(id => offsets[id]!),
    lengths: selected.map(id => lengths[id]!),
    scores: Float64Array.from(selected, id => scores[id]!),
    properPrefix: selected.map(id => next(properPrefix[id]!)),
    longest,
  };
}
