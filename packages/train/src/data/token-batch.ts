/** A batch of token sequences of one length, as plain numbers, so that it can come from a worker. */
export interface TokenBatch {
  readonly sequences: number;
  readonly length: number;
  /** Ids [sequences · length]. */
  readonly ids: Int32Array;
  /** The next token of each position [sequences · length]; -100 where there is none to predict. */
  readonly labels: Int32Array;
  /** The document of each token [sequences · length]. Tokens attend only to their own document; to all if absent. */
  readonly documentIds?: Int32Array;
  /** The position of each token in its document [sequences · length]; present with `documentIds`. */
  readonly positionIds?: Int32Array;
}

/** The label of positions that do not count in the loss. */
export const ignoreIndex = -100;

/** The number of labels that count in the loss. */
export function labelCount({ labels }: { readonly labels: Int32Array }): number {
  return labels.reduce((count, label) => count + (label === ignoreIndex ? 0 : 1), 0);
}
