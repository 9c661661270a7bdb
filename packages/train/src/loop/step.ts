import { emptyScope, type HasNeeds, type Randomness, randomness, record, type Scope } from '@residual/layers';
import {
  add,
  clone,
  concat,
  dispose,
  gradients,
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

/** What a step reads. */
export interface StepParts<Tree, Batch> {
  /** The layer that is trained, for its needs. */
  readonly layer: HasNeeds<unknown>;
  /** Its weights. */
  readonly weights: Tree;
  /** What is made small. */
  readonly objective: Objective<Tree, Batch>;
  /** The weights that are not frozen, by path. */
  readonly trained: ReadonlyMap<string, Parameter>;
  /** Of what is random. */
  readonly seed: number;
  /** Whether blocks are computed again in the backward pass. */
  readonly recompute: boolean;
}

/** What the gradients of one step are, and their numbers. */
export interface StepGradients {
  readonly loss: number;
  readonly norm: number;
  /** By path; whoever takes one out disposes it. */
  readonly gradients: Map<string, Tensor>;
}

/** A batch and its position. */
export interface Placed<Batch> {
  readonly batch: Batch;
  readonly position: number;
}

/** The mean loss over several batches, each counting by its tokens, its gradients and their common norm. */
export async function gradientsOf<Tree, Batch>(
  parts: StepParts<Tree, Batch>,
  batches: readonly Placed<Batch>[],
): Promise<StepGradients> {
  const { objective, trained, weights } = parts;
  const counts = batches.map(({ batch }) => objective.tokens?.(batch) ?? 1);
  const total = counts.reduce((all, count) => all + count, 0) || 1;
  const leaves = Object.fromEntries([...trained].map(([path, { get }]) => [path, get()]));
  const sums = new Map<string, Tensor>();
  let loss: Tensor | undefined;
  try {
    for (const [i, { batch, position }] of batches.entries()) {
      const share = counts[i]! / total;
      const scope = scopeOf(parts, { seed: parts.seed, step: position });
      const found = gradients(() => mul(objective.loss(weights, batch, scope), share), leaves);
      loss = added(loss, found.value);
      for (const [path, gradient] of Object.entries(found.gradients))
        if (gradient) sums.set(path, added(sums.get(path), gradient));
    }
    if (sums.size === 0)
      throw new ResidualError(
        'gradient',
        `train: the loss depends on none of the ${trained.size} weights that are trained, such as ${[...trained.keys()][0]}; it must be computed from those it is given`,
      );
    const numbers = tidy(() =>
      concat([reshape(loss!, [1]), ...[...sums.values()].map(gradient => reshape(sum(square(gradient)), [1]))], 0),
    );
    const [lost, ...squares] = await dataOf(numbers);
    if (!Number.isFinite(lost)) throw await notANumber(parts, batches, lost!);
    const wrong = squares.findIndex(value => !Number.isFinite(value));
    if (wrong >= 0) throw gradientNotFinite([...sums.keys()][wrong]!, squares[wrong]!, lost!);
    loss?.dispose();
    return { loss: lost!, norm: Math.sqrt(squares.reduce((all, value) => all + value, 0)), gradients: sums };
  } catch (error) {
    dispose([loss, ...sums.values()]);
    throw error;
  }
}

/** Moves the trained weights along their gradients, one at a time; each gradient is freed as soon as it was used. */
export function update(
  optimizer: Optimizer,
  state: RunState,
  trained: ReadonlyMap<string, Parameter>,
  gradients: Map<string, Tensor>,
  { rate, scale, average }: { readonly rate: number; readonly scale: number; readonly average: number | undefined },
): void {
  const uploaded = new Map<number, Record<string, Tensor>>();
  const clip = scale < 1 ? tensor([scale], []) : undefined;
  try {
    for (const [path, gradient] of gradients) {
      const { get, set } = trained.get(path)!;
      const remembered = state.of(path, get().shape);
      remembered.updates++;
      const numbers = uploaded.get(remembered.updates) ?? upload(optimizer.numbers(rate, remembered.updates));
      uploaded.set(remembered.updates, numbers);
      const next = tidy(() => {
        const clipped = clip ? mul(gradient, clip) : gradient;
        const { memory } = remembered;
        const made = optimizer.update({ path, weight: get(), gradient: clipped, memory, numbers });
        return { weight: made.weight, memory: made.memory };
      });
      const before = remembered.memory;
      remembered.memory = next.memory;
      for (const [name, value] of Object.entries(before)) if (value !== next.memory[name]) value.dispose();
      set(next.weight);
      gradients.delete(path);
      gradient.dispose();
      if (average !== undefined) follow(state, path, get(), average);
    }
  } finally {
    dispose([clip, ...uploaded.values(), ...gradients.values()]);
  }
}

/** The scope of one batch: where its random decisions stand, and whether blocks are recomputed. */
function scopeOf({ recompute }: { readonly recompute: boolean }, random: Randomness | undefined): Scope {
  const scope = emptyScope.with(randomness, random);
  return recompute ? scope.with(recomputeBlocks, true) : scope;
}

/** average = decay · average + (1 - decay) · weight; it begins as the weight. */
function follow(state: RunState, path: string, weight: Tensor, decay: number): void {
  const before = state.average.get(path);
  const next = tidy(() => (before ? add(mul(before, decay), mul(weight, 1 - decay)) : clone(weight)));
  state.average.set(path, next);
  before?.dispose();
}

function upload(numbers: Readonly<Record<string, number>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, tensor([value], [])]));
}

function added(before: Tensor | undefined, more: Tensor): Tensor {
  if (!before) return more;
  const both = add(before, more);
  dispose([before, more]);
  return both;
}

/** The numbers of a tensor, which is freed. */
export async function dataOf(x: Tensor): Promise<number[]> {
  try {
    return Array.from(await x.data());
  } finally {
    x.dispose();
  }
}

function gradientNotFinite(place: string, square: number, loss: number): ResidualError {
  return new ResidualError(
    'not-finite',
    `train: the gradient of ${place} is not finite (its square sums to ${square}) while the loss is ${loss}; a lower learning rate, warm-up or clipNorm would keep it smaller`,
    { details: { place } },
  );
}

/** The error that names where the first number that is not finite appears: in a weight, at a tap, or in the loss itself. */
async function notANumber<Tree, Batch>(
  parts: StepParts<Tree, Batch>,
  batches: readonly Placed<Batch>[],
  loss: number,
): Promise<ResidualError> {
  const say = (where: string, details: Readonly<Record<string, unknown>> = {}) =>
    new ResidualError('not-finite', `train: the loss is ${loss}; the first number that is not finite ${where}`, {
      details,
    });
  for (const [path, { get }] of parts.trained)
    if (!(await isAllFinite(get()))) return say(`stands in the weight ${path}`, { place: path });
  for (const { batch, position } of batches) {
    const recorder = record(['**'], scopeOf({ recompute: false }, { seed: parts.seed, step: position }));
    try {
      tidy(() => parts.objective.loss(parts.weights, batch, recorder.scope)).dispose();
      for (const [path, x] of recorder.values)
        if (x.dtype === 'float32' && !(await isAllFinite(x)))
          return say(`appears at ${path} (batch ${position})`, { place: path, batch: position });
    } finally {
      recorder.dispose();
    }
  }
  return say('appears in the loss, behind everything that can be tapped');
}

async function isAllFinite(x: Tensor): Promise<boolean> {
  return (await x.data()).every(value => Number.isFinite(value));
}
