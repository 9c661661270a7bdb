/** Rows of tokens to learn from, all of one length: plain numbers, so that a batch may come from a worker. */
export interface TokenBatch {
  readonly sequences: number;
  readonly length: number;
  /** Ids [sequences · length]. */
  readonly ids: Int32Array;
  /** What each place should predict [sequences · length]; -100 where nothing is learned. */
  readonly labels: Int32Array;
  /** The number of the document each place belongs to [sequences · length]; places of two documents do not see each other. Absent where all do. */
  readonly documentIds?: Int32Array;
  /** The position of each place in its document [sequences · length]; present with `documentIds`. */
  readonly positionIds?: Int32Array;
}

/** A label that nothing is learned from. */
export const ignoreIndex = -100;
