/** Rows of tokens to learn from, all of one length: plain numbers, so that a batch may come from a worker. */
export interface TokenBatch {
  readonly rows: number;
  readonly length: number;
  /** Ids [rows · length]. */
  readonly ids: Int32Array;
  /** What each place should predict [rows · length]; -100 where nothing is learned. */
  readonly labels: Int32Array;
  /** The number of the document each place belongs to [rows · length]; places of two documents do not see each other. Absent where all do. */
  readonly documents?: Int32Array;
  /** The position of each place in its document [rows · length]; there with `documents`. */
  readonly places?: Int32Array;
}

/** A label that nothing is learned from. */
export const ignored = -100;
