/**
 * The cross-attention that agrees best with human word alignments: one layer, averaged over its heads. A test compares
 * all layers and heads on 30 sentences that were aligned by hand.
 */
export const bestAlignmentHead = { layer: 2, head: -1 } as const;

/**
 * Its alignment error rate on these sentences (Och and Ney 2003):
 * 1 - (predicted sure links + predicted possible links) / (predicted links + sure links).
 */
export const alignmentError = 0.16;
