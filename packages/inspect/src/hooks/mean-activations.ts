import { yieldToEventLoop } from '@residual/base';
import {
  add,
  disposable,
  dispose,
  expectOptions,
  expectValue,
  keep,
  mean,
  mul,
  ResidualError,
  showShape,
  sub,
  type Tensor,
  tidy,
} from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import type { ModelInput } from '../model-input.js';
import { pathOfName } from '../names/transformer-lens.js';
import { run } from '../run.js';
import type { Activations } from './change.js';

/** Settings of `meanActivations`. */
export interface MeanOptions {
  /** The activations: paths, `*` and `**` allowed, or names of TransformerLens. */
  readonly names: readonly string[];
  /** Whether each position has a mean of its own; then all inputs have one length. */
  readonly perPosition?: boolean;
  /** Told after each input. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Ends the work before the next input; the call rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Means of activations; the caller disposes them. */
export interface MeanActivations extends Activations, Disposable {
  /** By path: [1, ..., 1, width], or [1, ..., length, width] with `perPosition`. */
  readonly means: ReadonlyMap<string, Tensor>;
  /** Frees the means. */
  dispose(): void;
}

/**
 * The mean of activations over a list of inputs, their sequences and their positions: [batch, ..., length, width] to
 * [1, ..., 1, width]. `ablate` and `patch` take it. Errors if a name matches no tensor, or if shapes differ.
 */
export async function meanActivations(
  model: BoundLayer,
  inputs: readonly ModelInput[],
  options: MeanOptions,
): Promise<MeanActivations> {
  expectOptions('meanActivations', options, { names: 1, perPosition: 0, onProgress: 0, signal: 0 });
  const { names, perPosition = false, onProgress, signal } = options;
  const isList = Array.isArray(inputs) && inputs.length > 0;
  expectValue(isList, 'meanActivations', 'inputs', inputs, 'a list of one input or more', 'option');
  const means = new Map<string, { tensor: Tensor; count: number }>();
  try {
    for (const [index, input] of inputs.entries()) {
      await yieldToEventLoop(signal);
      using result = run(model, input, { names });
      for (const [path, x] of result.activations) addToMean(means, path, x, perPosition);
      onProgress?.({ done: index + 1, total: inputs.length });
    }
  } catch (error) {
    for (const { tensor } of means.values()) tensor.dispose();
    throw error;
  }
  const tensors = new Map([...means].map(([path, { tensor }]) => [path, tensor]));
  const free = () => dispose([...tensors.values()]);
  const activation = (name: string) => {
    const found = tensors.get(pathOfName(name));
    if (found) return found;
    const paths = [...tensors.keys()].slice(0, 8).join(', ');
    throw new ResidualError('tap', `meanActivations: there is no mean of '${name}'; there are ${paths}`);
  };
  return disposable({ means: tensors, activation, dispose: free }, free);
}

/** Adds an activation to a running mean, weighted by the number of vectors that it holds. */
function addToMean(
  means: Map<string, { tensor: Tensor; count: number }>,
  path: string,
  x: Tensor,
  perPosition: boolean,
): void {
  const rank = x.shape.length;
  const axis = rank > 2 && !perPosition ? [0, rank - 2] : [0];
  const count = axis.reduce((product, at) => product * x.shape[at]!, 1);
  const before = means.get(path);
  const total = (before?.count ?? 0) + count;
  const tensor = tidy(() => {
    const own = mean(x, { axis, keepDims: true });
    if (!before) return keep(own);
    if (showShape(own.shape) !== showShape(before.tensor.shape))
      throw new ResidualError(
        'shape',
        `meanActivations: ${path} has the means ${showShape(before.tensor.shape)} and ${showShape(own.shape)} in two ` +
          'inputs; they must have one shape',
      );
    return keep(add(before.tensor, mul(sub(own, before.tensor), count / total)));
  });
  before?.tensor.dispose();
  means.set(path, { tensor, count: total });
}
