import { anatomyOf } from '@residual/inspect';
import type { Model } from '@residual/model';
import { type Tensor, tensor, tidy } from '@residual/tensor';

/** A token that became likelier. */
export interface Likelier {
  readonly text: string;
  /** How many times as likely it is. */
  readonly times: number;
}

/** The vector of a token after a block, in texts with more and more words before it. */
export interface PhraseVectors {
  /** The residual stream at the last token of each text, each [modelDim]. */
  readonly vectors: readonly Float32Array[];
  /** The tokens that begin a word and gain most from the first text to the last one, if a lens reads the vectors. */
  readonly likelier: readonly Likelier[];
}

/**
 * The residual stream after a block at the last token of each text, and what the logit lens reads out of the change
 * from the first to the last: final norm and head at once, as if no block followed (nostalgebraist 2020).
 */
export async function phraseVectors(
  model: Model,
  texts: readonly (readonly number[])[],
  layer: number,
  count: number,
): Promise<PhraseVectors> {
  const path = `decoder.layers.${layer}.output`;
  const vectors: Float32Array[] = [];
  for (const ids of texts) {
    const { taps } = await model.forward(ids, { taps: [path] });
    const { shape, data } = taps[path]!;
    vectors.push(Float32Array.from(data.slice(-shape.at(-1)!)));
  }
  const [before, after] = await Promise.all([vectors[0]!, vectors.at(-1)!].map(vector => logprobsOf(model, vector)));
  const gains = after!.map((logprob, id) => logprob - before![id]!);
  const ids = Array.from(gains.keys()).sort((one, other) => gains[other]! - gains[one]!);
  const likelier: Likelier[] = [];
  for (const id of ids) {
    if (likelier.length === count || gains[id]! <= 0) break;
    const text = model.tokenizer!.decode([id], { skipSpecialTokens: false });
    if (/^ \p{L}{3,}$/u.test(text)) likelier.push({ text: text.trim(), times: Math.exp(gains[id]!) });
  }
  return { vectors, likelier };
}

/** The log-probabilities [vocab] of the next token that final norm and head read out of a vector [modelDim]. */
async function logprobsOf(model: Model, vector: Float32Array): Promise<Float32Array> {
  const { norm, unembed } = anatomyOf('phraseVectors', model);
  const logits = tidy(() => {
    const stream: Tensor = tensor(vector, [1, 1, vector.length]);
    return unembed(norm ? norm.layer(norm.weights, stream) : stream);
  });
  try {
    const data = (await logits.data()) as Float32Array;
    const largest = data.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
    const total = largest + Math.log(data.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
    return data.map(logit => logit - total);
  } finally {
    logits.dispose();
  }
}
