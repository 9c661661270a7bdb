import { yieldToEventLoop } from '@residual/base';
import { expectOptions, expectValue, mean, ResidualError, type Tensor } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import type { ModelInput } from '../model-input.js';
import { collect } from '../scores/collect.js';

/** Settings of `attentionRollout`. */
export interface AttentionRolloutOptions {
  /** The stack whose self-attention is read: 'encoder' of an encoder-decoder, or 'decoder', the default. */
  readonly stack?: 'decoder' | 'encoder';
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Attention rollout: how much of each input position is in each position after each layer, if attention alone moved
 * information and half of every position came from the residual stream: A · rollout of the layer before, with A half
 * the mean attention of the heads and half the identity (Abnar and Zuidema 2020). [layer][query][key]; each row sums to
 * 1. The input is one sequence.
 */
export async function attentionRollout(
  model: BoundLayer,
  input: ModelInput,
  options: AttentionRolloutOptions = {},
): Promise<number[][][]> {
  expectOptions('attentionRollout', options, { stack: 0, signal: 0 });
  const { stack = 'decoder', signal } = options;
  const isStack = stack === 'decoder' || stack === 'encoder';
  expectValue(isStack, 'attentionRollout', 'stack', stack, "'decoder' or 'encoder'", 'option');
  const name = `${stack}.layers.*.attention.weights`;
  const meanHead = (weights: Tensor) => mean(weights, { axis: 1 }); // [batch, length, length]
  const layers = await collect('attentionRollout', model, input, { [name]: meanHead }, signal);
  const rollouts: number[][][] = [];
  for (const { values, shape } of layers.values()) {
    await yieldToEventLoop(signal);
    const [batch, length] = shape as [number, number];
    if (batch !== 1)
      throw new ResidualError('shape', `attentionRollout: the input has ${batch} sequences; this reads one at a time`);
    const mixed = Float64Array.from(values, (weight, i) => (weight + (i % (length + 1) === 0 ? 1 : 0)) / 2);
    const rows = Array.from({ length }, (_, i) => mixed.subarray(i * length, (i + 1) * length));
    const before = rollouts.at(-1);
    rollouts.push(rows.map(row => (before ? mix(row, before) : [...row])));
  }
  return rollouts;
}

/** Σ weight · row over the rows of a matrix. */
function mix(weights: Float64Array, rows: readonly (readonly number[])[]): number[] {
  const total: number[] = Array(rows[0]!.length).fill(0);
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue; // most of a causal matrix
    const row = rows[i]!;
    for (let j = 0; j < row.length; j++) total[j]! += weight * row[j]!;
  }
  return total;
}
