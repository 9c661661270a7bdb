import { expectInteger } from '@residual/base';
import { type LensLayer, type LogitLensOptions, logitLens } from '@residual/inspect';
import { emptyScope, type Hook, type Recorder, record } from '@residual/layers';
import { expectOptions } from '@residual/tensor';
import { expectSignal } from '../arguments.js';
import type { LoadedModel, Prompt } from '../loaded-model.js';
import { causalOf } from '../model-kind.js';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import { hiddenStatePaths, runStack } from './hidden-states.js';

/** The options of `contextual`. */
export interface ContextualOptions {
  /**
   * How many of the most likely next tokens to read from each layer (the logit lens); default none. For decoder-only
   * models.
   */
  readonly lens?: number;
  /** Ends the call before it starts. */
  readonly signal?: AbortSignal;
}

/** A token that a layer predicts. */
export interface LensToken {
  readonly token: number;
  readonly text: string;
  readonly probability: number;
}

/** The hidden states of a text, layer by layer. */
export interface ContextualOutput {
  readonly tokens: readonly number[];
  /** The text of each token, with its leading space. */
  readonly texts: readonly string[];
  /** The residual stream after 0 to `depth` blocks, [length, modelDim] each; 0 is the embedded input. */
  readonly hiddenStates: readonly PlainTensor[];
  /** The output of the final norm, [length, modelDim]. */
  readonly output: PlainTensor;
  /**
   * For each block and position, the predicted next tokens if the stream went straight to the head; empty without
   * `lens`.
   */
  readonly lens: readonly (readonly (readonly LensToken[])[])[];
}

/**
 * The residual stream of a text after each block, by taps, and the tokens that the final norm and the head read from
 * each of them (nostalgebraist 2020, Interpreting GPT: the logit lens). Throws for a lens on an encoder-decoder.
 */
export async function contextualOf(
  model: LoadedModel,
  prompt: Prompt,
  options: ContextualOptions,
): Promise<ContextualOutput> {
  model.check();
  expectSignal('contextual', options?.signal);
  options?.signal?.throwIfAborted();
  const [tokens] = model.inputsOf('contextual', [prompt]) as [readonly number[]];
  const textOf = (token: number) => model.tokenizer?.decode([token]) ?? `#${token}`;
  expectOptions('contextual', options, { lens: 0, signal: 0 });
  const { lens = 0, signal } = options;
  expectInteger('contextual', 'lens', lens);
  const paths = hiddenStatePaths(model.composition);
  let recorder: Recorder | undefined;
  const keepStates: Hook = scope => {
    recorder = record([...paths.hiddenStates, paths.output], scope);
    return recorder.scope;
  };
  try {
    let layers: readonly LensLayer[] = [];
    if (lens > 0) layers = await lensLayers(model, tokens, { top: lens, signal, hooks: [keepStates] });
    else runStack('contextual', model, [tokens], tokens.length, keepStates(emptyScope)).dispose();
    const [tapTensors] = await plainTaps(recorder!.values, 1);
    return {
      tokens,
      texts: tokens.map(textOf),
      hiddenStates: paths.hiddenStates.map(path => tapTensors![path]!),
      output: tapTensors![paths.output]!,
      lens: layers.map(({ top }) =>
        top.map(row =>
          row.map(({ token, logprob }) => ({ token, text: textOf(token), probability: Math.exp(logprob) })),
        ),
      ),
    };
  } finally {
    recorder?.dispose();
  }
}

/** What the logit lens reads from each layer. Throws for an encoder-decoder. */
async function lensLayers(
  model: LoadedModel,
  tokens: readonly number[],
  options: LogitLensOptions,
): Promise<readonly LensLayer[]> {
  const { layers } = await logitLens(causalOf('contextual with a lens', model), tokens, options);
  return layers;
}
