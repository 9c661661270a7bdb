import { emptyScope, type HasNeeds, type Randomness, randomness, record, type Scope } from '@residual/layers';
import {
  add,
  clone,
  concat,
  dispose,
  gradients,
  movingMean,
  mul,
  ResidualError,
  reshape,
  square,
  sum,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';
import { recomputeBlocks } from '@residual/transformer';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Objective } from './objective.js';
import type { Parameter } from './parameters.js';
import type { RunState } from './state.js';

/** The inputs of a step. */
export interface StepContext<Tree, Batch> {
  /** The layer to train; only its needs are used. */
  readonly layer: HasNeeds<unknown>;
  /** Its weights. */
  readonly weights: Tree;
  /** The loss to minimize. */
  readonly objective: Objective<Tree, Batch>;
  /** The weights that are not frozen, by path. */
  readonly trainable: ReadonlyMap<string, Parameter>;
  /** The seed of dropout. */
  readonly seed: number;
  /** Whether blocks are recomputed in the backward pass. */
  readonly recompute: boolean;
}

/** The gradients of one step, with the loss and the norm. */
export interface StepGradients {
  readonly loss: number;
  readonly norm: number;
  /** By path; whoever removes a gradient disposes it. */
  readonly gradients: Map<string, Tensor>;
}

/** A batch and its position. */
export interface IndexedBatch<Batch> {
  readonly batch: Batch;
  readonly position: number;
}

/**
 * The mean loss over several batches, weighted by tokens, its gradients and their common norm. Errors if a number is
 * not finite.
 */
export async function gradientsOf<Tree, Batch>(
  context: StepContext<Tree, Batch>,
  batches: readonly IndexedBatch<Batch>[],
): Promise<StepGradients> {
  const { objective, trainable, weights } = context;
  const counts = batches.map(({ batch }) => objective.tokens?.(batch) ?? 1);
  const total = counts.reduce((all, count) => all + count, 0) || 1;
  const leaves = Object.fromEntries([...trainable].map(([path, { get }]) => [path, get()]));
  const sums = new Map<string, Tensor>();
  let loss: Tensor | undefined;
  try {
    for (const [i, { batch, position }] of batches.entries()) {
      const share = counts[i]! / total;
      const scope = scopeOf(context, { seed: context.seed, step: position });
      const result = gradients(() => mul(objective.loss(weights, batch, scope), share), leaves);
      loss = sumOf(loss, result.value);
      for (const [path, gradient] of Object.entries(result.gradients))
        if (gradient) sums.set(path, sumOf(sums.get(path), gradient));
    }
    if (sums.size === 0)
      throw new ResidualError(
        'gradient',
        `train: the loss depends on none of the ${trainable.size} weights that are trained, such as ` +
          `${[...trainable.keys()][0]}; it must be computed from those it is given`,
      );
    const numbers = tidy(() =>
      concat([reshape(loss!, [1]), ...[...sums.values()].map(gradient => reshape(sum(square(gradient)), [1]))], 0),
    );
    const [lossValue, ...squares] = await dataOf(numbers);
    if (!Number.isFinite(lossValue)) throw await nonFiniteError(context, batches, lossValue!);
    const badIndex = squares.findIndex(value => !Number.isFinite(value));
    if (badIndex >= 0) throw gradientNotFinite([...sums.keys()][badIndex]!, squares[badIndex]!, lossValue!);
    loss?.dispose();
    return { loss: lossValue!, norm: Math.sqrt(squares.reduce((all, value) => all + value, 0)), gradients: sums };
  } catch (error) {
    dispose([loss, ...sums.values()]);
    throw error;
  }
}

/** Updates the trainable weights one at a time; each gradient is freed after its use. */
export function applyGradients(
  optimizer: Optimizer,
  state: RunState,
  trainable: ReadonlyMap<string, Parameter>,
  gradients: Map<string, Tensor>,
  { rate, scale, emaDecay }: { readonly rate: number; readonly scale: number; readonly emaDecay: number | undefined },
): void {
  const uploaded = new Map<number, Record<string, Tensor>>();
  const clip = scale < 1 ? tensor([scale], []) : undefined;
  try {
    for (const [path, gradient] of gradients) {
      const { get, set } = trainable.get(path)!;
      const parameterState = state.stateOf(path, get().shape);
      parameterState.updates++;
      const scalars = uploaded.get(parameterState.updates) ?? upload(optimizer.scalars(rate, parameterState.updates));
      uploaded.set(parameterState.updates, scalars);
      const next = tidy(() => {
        const clipped = clip ? mul(gradient, clip) : gradient;
        const { optimizerState } = parameterState;
        const result = optimizer.update({ path, weight: get(), gradient: clipped, optimizerState, scalars });
        return { weight: result.weight, optimizerState: result.optimizerState };
      });
      const before = parameterState.optimizerState;
      parameterState.optimizerState = next.optimizerState;
      for (const [name, value] of Object.entries(before)) if (value !== next.optimizerState[name]) value.dispose();
      set(next.weight);
      gradients.delete(path);
      gradient.dispose();
      if (emaDecay !== undefined) updateEma(state, path, get(), emaDecay);
    }
  } finally {
    dispose([clip, ...uploaded.values(), ...gradients.values()]);
  }
}

/** The scope of one batch: its randomness, and whether blocks are recomputed. */
function scopeOf({ recompute }: { readonly recompute: boolean }, random: Randomness | undefined): Scope {
  const scope = emptyScope.with(randomness, random);
  return recompute ? scope.with(recomputeBlocks, true) : scope;
}

/** ema = decay · ema + (1 - decay) · weight; it starts as the weight. */
function updateEma(state: RunState, path: string, weight: Tensor, decay: number): void {
  const previous = state.ema.get(path);
  const next = tidy(() => (previous ? movingMean(previous, weight, decay) : clone(weight)));
  state.ema.set(path, next);
  previous?.dispose();
}

function upload(numbers: Readonly<Record<string, number>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, tensor([value], [])]));
}

function sumOf(before: Tensor | undefined, more: Tensor): Tensor {
  if (!before) return more;
  const total = add(before, more);
  dispose([before, more]);
  return total;
}

/** The numbers of a tensor, which is disposed. */
export async function dataOf(x: Tensor): Promise<number[]> {
  try {
    return Array.from(await x.data());
  } finally {
    x.dispose();
  }
}

function gradientNotFinite(path: string, square: number, loss: number): ResidualError {
  return new ResidualError(
    'not-finite',
    `train: the gradient of ${path} is not finite (its square sums to ${square}) while the loss is ${loss}; a ` +
      'lower learning rate, warm-up or clipNorm would keep it smaller',
    { details: { path } },
  );
}

/** The error that names the first tensor with a number that is not finite: a weight, a tap, or the loss itself. */
async function nonFiniteError<Tree, Batch>(
  context: StepContext<Tree, Batch>,
  batches: readonly IndexedBatch<Batch>[],
  loss: number,
): Promise<ResidualError> {
  const errorAt = (where: string, details: Readonly<Record<string, unknown>> = {}) =>
    new ResidualError('not-finite', `train: the loss is ${loss}; the first number that is not finite ${where}`, {
      details,
    });
  for (const [path, { get }] of context.trainable)
    if (!(await isAllFinite(get()))) return errorAt(`stands in the weight ${path}`, { path });
  for (const { batch, position } of batches) {
    const recorder = record(['**'], scopeOf({ recompute: false }, { seed: context.seed, step: position }));
    try {
      tidy(() => context.objective.loss(context.weights, batch, recorder.scope)).dispose();
      for (const [path, x] of recorder.values)
        if (x.dtype === 'float32' && !(await isAllFinite(x)))
          return errorAt(`appears at ${path} (batch ${position})`, { path, batch: position });
    } finally {
      recorder.dispose();
    }
  }
  return errorAt('appears in the loss, behind everything that can be tapped');
}

async function isAllFinite(x: Tensor): Promise<boolean> {
  return (await x.data()).every(value => Number.isFinite(value));
}
