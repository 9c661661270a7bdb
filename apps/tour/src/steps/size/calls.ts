import { type DecoderSizes, gpt2, gpt2Config } from '@residual/families';
import { type Census, census } from '@residual/layers';

/** The functions of this step in the worker. */
export const calls = {
  /** Counts the matrices of a GPT without allocating one of them. */
  census: (sizes: DecoderSizes, tied: boolean): Census =>
    census(gpt2.compose({ ...gpt2Config(sizes), tie_word_embeddings: tied }).model),
};

/** The types of the functions. */
export type Calls = typeof calls;
