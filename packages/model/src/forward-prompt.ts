import { record, type Scope } from '@residual/layers';
import { type Choice, sampler } from '@residual/sampling';
import { expectInteger, expectOptions, ResidualError, type Tensor, tidy } from '@residual/tensor';
import { expectSignal, expectTexts, expectTokens } from './arguments.js';
import { forward, forwardPair } from './forward.js';
import { maxSourceLengthOf } from './generate/decode-model.js';
import { expectAllUsed, type InterventionOptions, interventionScope } from './interventions.js';
import type { LoadedModel, Prompt } from './loaded-model.js';
import { causalOf, encoderDecoderOf, isTextModel, textModelOf } from './model-kind.js';
import { type PlainTensor, plainTaps } from './plain-tensor.js';
import { paddedIds } from './sequences.js';

/** What an encoder-decoder reads in one pass: a source, and the tokens that its decoder reads after its start token. */
export interface SourceAndTarget {
  readonly source: Prompt;
  /** Ids of the target without the start token; may be empty. */
  readonly target: readonly number[];
}

/** The options of `forward`. */
export interface ForwardOptions extends InterventionOptions {
  /** Paths of taps whose tensors are returned as plain data. */
  readonly taps?: readonly string[];
  /** How many of the most likely next tokens `predictions` names at each position; without it there are none. */
  readonly topLogprobs?: number;
  /** Ends the call before it starts. */
  readonly signal?: AbortSignal;
}

/** What a model predicts at one position. */
export interface Prediction {
  /** The most likely next tokens, most likely first. */
  readonly topLogprobs: readonly Choice[];
  /** Natural log of the probability of the token that follows; absent at the last position. */
  readonly logprob?: number;
}

/** The result of `forward`. */
export interface ForwardOutput {
  /** The tokens of the prompt; of an encoder-decoder those of its decoder, from its start token on. */
  readonly tokens: readonly number[];
  /** [length, vocab]; the logits at index i predict token i + 1. */
  readonly logits: PlainTensor;
  /** The tensors at `taps`, by path, without the batch axis. */
  readonly taps: Readonly<Record<string, PlainTensor>>;
  /** The most likely next tokens at each position, if `topLogprobs` asked for them. */
  readonly predictions?: readonly Prediction[];
}

/**
 * One pass over a prompt, or over a source and a target, without generating. Throws for a tap, an ablation or a hook
 * that matches no tensor.
 */
export async function forwardPrompt(
  model: LoadedModel,
  prompt: Prompt | SourceAndTarget,
  options: ForwardOptions,
): Promise<ForwardOutput> {
  model.check();
  expectOptions('forward', options, { taps: 0, ablate: 0, hooks: 0, topLogprobs: 0, signal: 0 });
  const { taps = [], topLogprobs, signal } = options;
  expectTexts('forward', 'taps', taps);
  expectSignal('forward', signal);
  if (topLogprobs !== undefined) {
    expectInteger('forward', 'topLogprobs', topLogprobs, { min: 1 });
    if (isTextModel(model.composition)) causalOf('forward: topLogprobs', model); // throws
  }
  signal?.throwIfAborted();
  const { tokens, run } = passOf(model, prompt);
  const recorder = record(taps, interventionScope('forward', options), 'forward: taps');
  try {
    const logits = run(recorder.scope);
    try {
      expectAllUsed(recorder.scope);
      const data = (await logits.data()) as Float32Array;
      const [tapTensors] = await plainTaps(recorder.values, 1);
      const output = { tokens, logits: { shape: logits.shape.slice(1), data }, taps: tapTensors! };
      return topLogprobs === undefined ? output : { ...output, predictions: predictionsOf(output, topLogprobs) };
    } finally {
      logits.dispose();
    }
  } finally {
    recorder.dispose();
  }
}

/** The tokens whose successors a pass predicts, and the pass, to logits [1, length, vocab]. */
function passOf(model: LoadedModel, prompt: Prompt | SourceAndTarget) {
  if (!isPair(prompt)) {
    if (model.composition.kind === 'seq2seq-lm')
      throw new ResidualError('kind', `forward: ${model.family.name} is an encoder-decoder; give { source, target }`);
    const [tokens] = model.inputsOf('forward', [prompt]);
    if (isTextModel(model.composition)) {
      const { layer, weights } = textModelOf('forward', model);
      const run = (scope: Scope) => tidy(() => layer(weights, { ids: paddedIds([tokens!], tokens!.length) }, scope));
      return { tokens: tokens!, run };
    }
    const run = (scope: Scope): Tensor => forward(causalOf('forward', model), [tokens!], [0], scope);
    return { tokens: tokens!, run };
  }
  const bound = encoderDecoderOf('forward', model);
  const source = model.tokensOf('forward', prompt.source);
  const tokens = [model.decoderStartTokenId, ...model.tokensOf('forward', prompt.target)];
  expectTokens('forward', [source], { vocab: bound.layer.source.vocab, maxLength: maxSourceLengthOf(model) });
  expectTokens('forward', [tokens], { vocab: model.vocab, maxLength: model.maxPositions });
  const run = (scope: Scope): Tensor => forwardPair(bound, { sources: [source], targets: [tokens] }, scope);
  return { tokens, run };
}

const isPair = (prompt: Prompt | SourceAndTarget): prompt is SourceAndTarget =>
  typeof prompt === 'object' && prompt !== null && 'source' in prompt && 'target' in prompt;

/** The `count` most likely next tokens at each position of a pass. */
function predictionsOf({ tokens, logits: { shape, data } }: Omit<ForwardOutput, 'taps'>, count: number): Prediction[] {
  const most = sampler({ temperature: 1, topLogprobs: count, seed: 0 });
  return tokens.map((_, i) => {
    const row = data.subarray(i * shape[1]!, (i + 1) * shape[1]!);
    const { topLogprobs } = most.next(row, { tokens, promptLength: tokens.length });
    const next = tokens[i + 1];
    if (next === undefined) return { topLogprobs };
    const { token, logprob } = topLogprobs[0]!;
    return { topLogprobs, logprob: row[next]! - row[token]! + logprob };
  });
}
