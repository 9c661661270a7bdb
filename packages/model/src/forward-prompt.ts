import { record } from '@residual/layers';
import { expectOptions } from '@residual/tensor';
import { expectSignal, expectTexts } from './arguments.js';
import { forward } from './forward.js';
import { expectAllUsed, type InterventionOptions, interventionScope } from './interventions.js';
import type { LoadedModel, Prompt } from './loaded-model.js';
import { causalOf } from './model-kind.js';
import { type PlainTensor, plainTaps } from './plain-tensor.js';

/** The options of `forward`. */
export interface ForwardOptions extends InterventionOptions {
  /** Paths of taps whose tensors are returned as plain data. */
  readonly taps?: readonly string[];
  /** Ends the call before it starts. */
  readonly signal?: AbortSignal;
}

/** The result of `forward`. */
export interface ForwardOutput {
  readonly tokens: readonly number[];
  /** [length, vocab]; the logits at index i predict token i + 1. */
  readonly logits: PlainTensor;
  /** The tensors at `taps`, by path, without the batch axis. */
  readonly taps: Readonly<Record<string, PlainTensor>>;
}

/** One pass over a prompt without generating. Throws for a tap, an ablation or a hook that matches no tensor. */
export async function forwardPrompt(
  model: LoadedModel,
  prompt: Prompt,
  options: ForwardOptions,
): Promise<ForwardOutput> {
  model.check();
  expectOptions('forward', options, { taps: 0, ablate: 0, hooks: 0, signal: 0 });
  const { taps = [], signal } = options;
  expectTexts('forward', 'taps', taps);
  expectSignal('forward', signal);
  signal?.throwIfAborted();
  const [tokens] = model.inputsOf('forward', [prompt]);
  const recorder = record(taps, interventionScope('forward', options), 'forward: taps');
  try {
    const logits = forward(causalOf('forward', model), [tokens!], [0], recorder.scope);
    try {
      expectAllUsed(recorder.scope);
      const data = (await logits.data()) as Float32Array;
      const [tapTensors] = await plainTaps(recorder.values, 1);
      return { tokens: tokens!, logits: { shape: logits.shape.slice(1), data }, taps: tapTensors! };
    } finally {
      logits.dispose();
    }
  } finally {
    recorder.dispose();
  }
}
