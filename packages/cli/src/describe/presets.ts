import type { Config } from '@residual/families';

/** Configurations that `describe` knows by name. */
export const presets: Readonly<Record<string, Config>> = {
  gpt2: { model_type: 'gpt2', n_embd: 768, n_head: 12, n_layer: 12, n_positions: 1024, vocab_size: 50257 },
  /** Brown et al. 2020, table 2.1. Embedding and unembedding are untied, so that both are counted. */
  gpt3: {
    model_type: 'gpt2',
    n_embd: 12288,
    n_head: 96,
    n_layer: 96,
    n_positions: 2048,
    vocab_size: 50257,
    tie_word_embeddings: false,
  },
};
