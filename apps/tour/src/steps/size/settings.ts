/** The sizes of the story model of this page. */
export const storySizes = { depth: 6, heads: 5, headDim: 64, vocab: 6000, tied: true };

/** The sizes of GPT-3 (Brown et al. 2020, table 2.1). */
export const gpt3Sizes = { depth: 96, heads: 96, headDim: 128, vocab: 50257, tied: false };

/** The sizes of a transformer. */
export const settings = { ...storySizes };

/** The ranges of the sizes. */
export const ranges = {
  depth: [1, 96, 1],
  heads: [1, 96, 1],
  headDim: [16, 128, 16],
  vocab: [1000, 100_000, 1],
} as const;
