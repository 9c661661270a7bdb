import { expectInteger, expectOptions, matMul, ResidualError, reshape, type Tensor, tensor } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import type { ModelInput } from '../model-input.js';
import { anatomyOf } from '../structure/anatomy.js';
import { type Collected, collect } from './collect.js';

/** Settings of `headScores`. */
export interface HeadScoresOptions {
  /** After how many positions the input repeats itself. */
  readonly period: number;
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
}

/** Scores of heads, each from 0 to 1, as [layer][head]. */
export interface HeadScores {
  /** The mean attention from position i to i - 1, over i ≥ 1. */
  readonly previousToken: number[][];
  /** The mean attention from position i to i - period, the earlier copy of the same token, over i ≥ period. */
  readonly duplicateToken: number[][];
  /** The mean attention from position i to i - period + 1, what followed the earlier copy, over i ≥ period. */
  readonly induction: number[][];
}

/**
 * Scores of the self-attention heads of a model on an input that repeats itself, such as `repeatedTokens`: means over
 * positions and batch. Induction heads were found this way (Elhage et al. 2021; Olsson et al. 2022). Errors if the
 * input is not longer than the period.
 */
export async function headScores(
  model: BoundLayer,
  input: ModelInput,
  options: HeadScoresOptions,
): Promise<HeadScores> {
  expectOptions('headScores', options, { period: 1, signal: 0 });
  const { period, signal } = options;
  expectInteger('headScores', 'period', period, { min: 1 });
  const { blocks } = anatomyOf('headScores', model);
  const paths = blocks.map(({ path }) => `${path}.attention.weights`);
  const hasAttention = blocks.map(({ parts }) => parts.some(({ kind }) => kind === 'attention'));
  const distances = [1, period, period - 1];
  const computations = paths
    .filter((_, layer) => hasAttention[layer])
    .map(path => [path, (weights: Tensor) => meansAlong(weights, distances, period)]);
  const means = await collect('headScores', model, input, Object.fromEntries(computations), signal);
  const scoresAt = (score: number) => paths.map(path => meanOverBatch(means.get(path), score));
  return { previousToken: scoresAt(0), duplicateToken: scoresAt(1), induction: scoresAt(2) };
}

/**
 * The mean weight at each distance between query and key: [batch, heads, length, length] to [batch, heads, distances].
 * Distance 1 counts all queries that have such a key, the others those after the first period.
 */
function meansAlong(weights: Tensor, distances: readonly number[], period: number): Tensor {
  const [batch, heads, queryLen, keyLen] = weights.shape as [number, number, number, number];
  if (keyLen <= period)
    throw new ResidualError(
      'shape',
      `headScores: the input has ${keyLen} tokens and the period is ${period}; it must be longer than the period`,
    );
  const columns = distances.length;
  const averages = new Float32Array(queryLen * keyLen * columns); // [queryLen · keyLen, distances]
  for (const [column, distance] of distances.entries()) {
    const first = column === 0 ? 1 : period;
    for (let i = first; i < queryLen; i++)
      averages[(i * keyLen + i - distance) * columns + column] = 1 / (queryLen - first);
  }
  const rows = reshape(weights, [batch * heads, queryLen * keyLen]);
  return reshape(matMul(rows, tensor(averages, [queryLen * keyLen, columns])), [batch, heads, columns]);
}

/** One score of each head, [batch, heads, scores] to [heads]; none for a block without attention. */
function meanOverBatch(means: Collected | undefined, score: number): number[] {
  if (!means) return [];
  const [batch, heads, scores] = means.shape as [number, number, number];
  return Array.from({ length: heads }, (_, head) => {
    let sum = 0;
    for (let sequence = 0; sequence < batch; sequence++)
      sum += means.values[(sequence * heads + head) * scores + score]!;
    return sum / batch;
  });
}
