import { Cache } from '@residual/attention';
import type { AutoregressiveSynthesizer } from '@residual/families';
import { emptyScope, randomness, record, type Scope } from '@residual/layers';
import { dispose, type Tensor, tensor, tidy } from '@residual/tensor';
import type { BoundModel } from '../model-kind.js';
import { type Voice, voiceTensors } from './voice.js';

/** How a model speaks a text step by step. */
export interface StepSettings {
  readonly ids: readonly number[];
  readonly voice: Voice;
  readonly seed: number;
  /** The probability of the end at which it stops. */
  readonly threshold: number;
  /** The fewest and the most frames for each token. */
  readonly minLengthRatio: number;
  readonly maxLengthRatio: number;
  /** Called before each step, so that others get a turn. */
  readonly yieldTurn: () => Promise<void>;
}

/** The frames of one step. */
export interface SpokenStep {
  /** [perStep · bins] before the postnet. */
  readonly frames: Float32Array;
  /** How much it attended to each token, the mean over the blocks and heads of the decoder. */
  readonly attention: Float32Array;
}

/** Speaks a text step by step until it ends: each step reads the last frame of the one before it. */
export async function* speakSteps(
  { layer, weights }: BoundModel<AutoregressiveSynthesizer>,
  depth: number,
  { ids, voice, seed, threshold, minLengthRatio, maxLengthRatio, yieldTurn }: StepSettings,
): AsyncGenerator<SpokenStep, void, undefined> {
  const { perStep, bins, maxSteps } = layer;
  const most = Math.min(Math.floor((ids.length * maxLengthRatio) / perStep), maxSteps);
  const fewest = Math.floor((ids.length * minLengthRatio) / perStep);
  const cache = new Cache({ maxPositions: Math.max(most, fewest, 1), initialCapacity: 64 });
  const memory = tidy(() => layer.encode(weights, tensor([...ids], [1, ids.length], 'int32')));
  try {
    let previous = new Float32Array(bins);
    for (let index = 1; ; index++) {
      await yieldTurn();
      const dropped = layer.hasDropout ? emptyScope.with(randomness, { seed, step: index }) : emptyScope;
      const step = (scope: Scope) =>
        layer.step(weights, { previous: tensor(previous, [1, 1, bins]), memory, ...voiceTensors(voice) }, scope);
      const recorder = record(
        Array.from({ length: depth }, (_, i) => `decoder.layers.${i}.crossAttention.weights`),
        dropped,
      );
      const { frames, stop } = cache.step(1, step, recorder.scope);
      try {
        const [values, logits] = (await Promise.all([frames.data(), stop.data()])) as [Float32Array, Float32Array];
        const attention = await meanAttention([...recorder.values.values()], ids.length);
        yield { frames: values, attention };
        const probability = logits.reduce((sum, logit) => sum + 1 / (1 + Math.exp(-logit)), 0);
        if (index >= fewest && (index >= most || probability >= threshold)) return;
        previous = values.slice(-bins);
      } finally {
        dispose([frames, stop]);
        recorder.dispose();
      }
    }
  } finally {
    memory.dispose();
    cache.dispose();
  }
}

/** The mean over heads of attention weights [1, heads, 1, length], and over the tensors. */
async function meanAttention(weights: readonly Tensor[], length: number): Promise<Float32Array> {
  const mean = new Float32Array(length);
  for (const each of weights) {
    const values = (await each.data()) as Float32Array;
    for (const [i, value] of values.entries()) mean[i % length]! += (value * length) / (values.length * weights.length);
  }
  return mean;
}
