/** The number of what no piece covers, one character long. */
export const unknown = 0;
/** The number of no piece. */
export const none = -1;

/** Pieces of a corpus by number; the first is the unknown one. */
export interface Pieces {
  /** Where each stands in the corpus (one place of perhaps many), and how many characters it has. */
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  /** Log-probabilities. */
  readonly scores: Float64Array;
  /**
   * The longest piece with which each begins, itself left out: `unknown` where there is none, `none` for single
   * characters.
   */
  readonly properPrefix: Int32Array;
  /**
   * By place in the corpus: the longest piece that begins there, `unknown` where there is none, `none` between words.
   */
  readonly longest: Int32Array;
}

/** The pieces with these numbers, in this order; `unknown` must be the first. */
export function selectPieces(
  { offsets, lengths, scores, properPrefix, longest }: Pieces,
  selected: Int32Array,
): Pieces {
  const numbers = new Int32Array(lengths.length).fill(none); // new ones by old ones
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
