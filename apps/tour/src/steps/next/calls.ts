import { sampler } from '@residual/sampling';
import { stories } from '../../worker/lab.js';

/** A token that may come next. */
export interface Candidate {
  readonly id: number;
  readonly text: string;
  readonly probability: number;
}

/** What the model says at the end of a text. */
export interface NextLogits {
  readonly ids: readonly number[];
  /** One number for each token of the vocabulary. */
  readonly logits: Float32Array;
}

let latest: { readonly text: string; readonly output: Promise<NextLogits> } | undefined;

/** The logits at the last position; those of the last text are kept, because several views ask for them. */
function logitsOf(text: string): Promise<NextLogits> {
  if (latest?.text !== text) latest = { text, output: lastLogits(text) };
  return latest.output;
}

async function lastLogits(text: string): Promise<NextLogits> {
  const { tokens, logits } = await (await stories()).forward(text);
  return { ids: tokens, logits: logits.data.slice(-logits.shape.at(-1)!) };
}

/** The functions of this step in the worker. */
export const calls = {
  logits: (text: string): Promise<NextLogits> => logitsOf(text),
  /** The most likely next token, before any temperature. */
  likeliest: async (text: string): Promise<Candidate> => {
    const { ids, logits } = await logitsOf(text);
    const { token, logprob } = sampler({}).next(logits, { tokens: ids, promptLength: ids.length });
    return { id: token, text: (await stories()).tokenizer!.decode([token]), probability: Math.exp(logprob) };
  },
};

/** The types of the functions. */
export type Calls = typeof calls;
