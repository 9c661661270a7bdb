import { flatten, type HasNeeds, mapTree, type Weights } from '@residual/layers';
import {
  add,
  checkSeed,
  dispose,
  expectOptions,
  isPacked,
  isTensor,
  mul,
  normalValues,
  ResidualError,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';
import { type FiniteBatches, iterateOnce } from './loop/batches.js';
import { evaluate } from './loop/evaluation.js';
import type { Loss, Objective } from './loop/objective.js';
import { expectCounts, expectPositive } from './numbers.js';

/** Settings of `lossLandscape`. */
export interface LandscapeOptions<N, Batch> {
  /** The layer of the weights; only its needs are used. */
  readonly layer: HasNeeds<N>;
  /** The weights in the middle of the landscape; they are read and do not change. */
  readonly weights: Weights<N>;
  /** The mean loss of a batch. */
  readonly loss: Loss<Weights<N>, Batch> | Objective<Weights<N>, Batch>;
  /** The data for one pass; every point of the landscape is measured on all of it. */
  readonly batches: FiniteBatches<Batch>;
  /** The number of points along each direction, an odd number; 21 if absent. */
  readonly size?: number;
  /** The distance from the middle to the edges; 1, where each filter moves by its own length, if absent. */
  readonly radius?: number;
  /** The seed of the two directions; 0 if absent. */
  readonly seed?: number;
  /** Called after each point. */
  readonly onProgress?: (progress: { readonly points: number; readonly total: number }) => void;
  /** Ends the computation before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

/** The losses in a plane of the space of weights. */
export interface LossLandscape {
  /** The offsets along each direction, -radius .. radius [size]. */
  readonly offsets: Float32Array;
  /**
   * The loss at each point [size, size]: the row is the offset along the second direction, the column that along the
   * first. The middle one is the loss of the weights.
   */
  readonly losses: Float32Array;
}

type Directions = ReadonlyMap<string, readonly [Tensor, Tensor]>;

/**
 * The loss on a grid around some weights, along two random directions that are normalized by filter: each row of a
 * direction, the part for one neuron or one token, is as long as that row of the weights. Without this, layers of
 * different scale cannot be compared (Li et al. 2018, Visualizing the Loss Landscape of Neural Nets). Biases and the
 * scales of norms stay, as in the paper. Dropout is off. Equal seeds draw equal directions, before they are
 * normalized. The weights stay as they are and nothing else is left, also after an abort. Errors if no weight is a
 * matrix, or if one is not a plain tensor.
 */
export async function lossLandscape<N, Batch>(options: LandscapeOptions<N, Batch>): Promise<LossLandscape> {
  expectOptions('lossLandscape', options, {
    layer: 1,
    weights: 1,
    loss: 1,
    batches: 1,
    size: 0,
    radius: 0,
    seed: 0,
    onProgress: 0,
    signal: 0,
  });
  const { layer, weights, loss, size = 21, radius = 1, seed = 0, onProgress, signal } = options;
  expectCounts('lossLandscape', { size });
  expectPositive('lossLandscape', 'radius', radius);
  checkSeed('lossLandscape', seed);
  if (size % 2 === 0)
    throw new ResidualError('range', `lossLandscape: size is ${size}; an odd number has the weights in the middle`);
  const batches: Batch[] = [];
  for await (const batch of iterateOnce('lossLandscape', options.batches, undefined)) batches.push(batch);
  if (batches.length === 0) throw new ResidualError('data', 'lossLandscape: the data is empty');
  const middle = (size - 1) / 2;
  const offsets = Float32Array.from({ length: size }, (_, i) => (middle === 0 ? 0 : (radius * (i - middle)) / middle));
  const losses = new Float32Array(size * size);
  const directions = await directionsOf(layer, weights, seed);
  try {
    for (let point = 0; point < losses.length; point++) {
      const moved = movedBy(weights, directions, [offsets[point % size]!, offsets[Math.floor(point / size)]!]);
      try {
        losses[point] = (await evaluate({ weights: moved.weights, loss, batches, signal })).loss;
      } finally {
        dispose(moved.tensors);
      }
      onProgress?.({ points: point + 1, total: losses.length });
    }
  } finally {
    dispose([...directions.values()]);
  }
  return { offsets, losses };
}

/** The weights, moved along two directions, and the new tensors among them. */
function movedBy<Tree>(weights: Tree, directions: Directions, [first, second]: readonly [number, number]) {
  const tensors: Tensor[] = [];
  const moved = mapTree(weights, (leaf, path) => {
    const pair = directions.get(path);
    if (!pair) return leaf;
    const sum = tidy(() => add(add(leaf as Tensor, mul(pair[0], first)), mul(pair[1], second)));
    tensors.push(sum);
    return sum;
  });
  return { weights: moved, tensors };
}

/** Two random directions for each matrix, normalized by filter. */
async function directionsOf<N>(layer: HasNeeds<N>, weights: Weights<N>, seed: number): Promise<Directions> {
  const directions = new Map<string, readonly [Tensor, Tensor]>();
  try {
    for (const [path, leaf] of flatten(layer, weights)) {
      if (leaf.shape.length < 2) continue;
      if (isPacked(leaf))
        throw new ResidualError('matrix', `lossLandscape: ${path} is packed; load the model with weights: 'f32'`);
      if (!isTensor(leaf))
        throw new ResidualError('matrix', `lossLandscape: ${path} is not a plain tensor; merge adapters before`);
      const values = await leaf.data();
      const direction = (name: string) =>
        tensor(normalized(normalValues(seed, `${path}.${name}`, leaf.size), values, leaf.shape[0]!), leaf.shape);
      directions.set(path, [direction('first'), direction('second')]);
    }
  } catch (error) {
    dispose([...directions.values()]);
    throw error;
  }
  if (directions.size === 0)
    throw new ResidualError('matrix', 'lossLandscape: none of the weights is a matrix; there is no direction to move');
  return directions;
}

/** Gives each row of a direction the length of that row of the weights: d ← d ‖w‖ / ‖d‖. */
function normalized(direction: Float32Array, weights: ArrayLike<number>, rows: number): Float32Array {
  const width = direction.length / rows;
  const lengthOf = (values: ArrayLike<number>, row: number) => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum);
  };
  const scales = Array.from({ length: rows }, (_, row) => lengthOf(weights, row) / (lengthOf(direction, row) || 1));
  return direction.map((value, i) => value * scales[Math.floor(i / width)]!);
}
