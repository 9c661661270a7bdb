import { record, type Weights } from '@residual/layers';
import { sampler } from '@residual/sampling';
import { expectOptions, ResidualError, type Tensor, tidy } from '@residual/tensor';
import type { TensorLayer } from '@residual/transformer';
import { type AnyModel, causalOf } from '../model-kind.js';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import { hiddenStatePaths, runStack } from './hidden-states.js';

/** Settings of `contextual`. */
export interface ContextualOptions {
  /** How many of the likeliest next tokens each layer is asked for (the logit lens); none if absent. For models that continue a text. */
  readonly lens?: number;
  /** Ends it before it begins. */
  readonly signal?: AbortSignal;
}

/** A token that a layer would predict. */
export interface LensToken {
  readonly token: number;
  readonly text: string;
  readonly probability: number;
}

/** What each layer knows at each place of a text. */
export interface ContextualOutput {
  readonly tokens: readonly number[];
  /** The text of each token, with the space that belongs to it. */
  readonly texts: readonly string[];
  /** By blocks passed, 0 to depth, the residual stream [length, modelDim]: 0 is the embedded input. */
  readonly hiddenStates: readonly PlainTensor[];
  /** The last stream after the norm at the end [length, modelDim]. */
  readonly output: PlainTensor;
  /** By blocks passed and place: what would come next if the text went straight from there to the head; empty where no lens was asked for. */
  readonly lens: readonly (readonly (readonly LensToken[])[])[];
}

/**
 * The residual stream of a text after each block, by taps; and what the head reads in each of them, after the norm at the end. (nostalgebraist 2020,
 * Interpreting GPT: the logit lens)
 */
export async function contextualOf(
  model: AnyModel,
  tokens: readonly number[],
  textOf: (token: number) => string,
  options: ContextualOptions,
): Promise<ContextualOutput> {
  expectOptions('contextual', options, { lens: 0, signal: 0 });
  const { lens = 0, signal } = options;
  if (!(Number.isInteger(lens) && lens >= 0))
    throw new ResidualError('option', `contextual: lens is ${lens}; it must be a whole number from 0 on`);
  if (lens > 0) causalOf('contextual with a lens', model);
  const paths = hiddenStatePaths(model.composition);
  const recorder = record([...paths.hiddenStates, paths.output]);
  try {
    runStack('contextual', model, [tokens], tokens.length, recorder.scope).dispose();
    const [tapTensors] = await plainTaps(recorder.values, 1);
    const layers: (readonly LensToken[])[][] = [];
    for (const path of lens > 0 ? paths.hiddenStates : []) {
      signal?.throwIfAborted();
      layers.push(await lensTokens(model, recorder.values.get(path)!, lens, textOf));
    }
    return {
      tokens,
      texts: tokens.map(textOf),
      hiddenStates: paths.hiddenStates.map(path => tapTensors![path]!),
      output: tapTensors![paths.output]!,
      lens: layers,
    };
  } finally {
    recorder.dispose();
  }
}

/** By place the likeliest tokens that the norm at the end and the head make of a stream [1, length, modelDim]. */
async function lensTokens(
  model: AnyModel,
  stream: Tensor,
  count: number,
  textOf: (token: number) => string,
): Promise<(readonly LensToken[])[]> {
  const { layer, weights } = causalOf('contextual', model);
  const { norm } = layer.needs.decoder.needs as { readonly norm?: TensorLayer };
  const own = (weights.decoder as { readonly norm?: Weights<TensorLayer> }).norm;
  const logits = tidy(() => layer.unembed(weights, norm ? norm(own as never, stream) : stream));
  try {
    const values = (await logits.data()) as Float32Array;
    const [vocab, length] = [logits.shape.at(-1)!, logits.shape.at(-2)!];
    const choose = sampler({ temperature: 0, topLogprobs: Math.min(count, vocab) });
    return Array.from({ length }, (_, i) =>
      choose
        .next(values.subarray(i * vocab, (i + 1) * vocab), { tokens: [], promptLength: 0 })
        .topLogprobs.map(({ token, logprob }) => ({ token, text: textOf(token), probability: Math.exp(logprob) })),
    );
  } finally {
    logits.dispose();
  }
}
