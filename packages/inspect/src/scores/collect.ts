import { emptyScope, type Hook, replace } from '@residual/layers';
import { keep, type Tensor, tensor } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { BoundLayer } from '../bound-layer.js';
import type { ModelInput } from '../model-input.js';
import { run } from '../run.js';

/** The values of a small tensor. */
export interface Collected {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/**
 * Runs a model and reads back a small tensor computed from each activation at the given paths, by path. The activations
 * themselves are freed while the model runs, so that one attention matrix at a time takes memory. Logits are computed
 * for one position only.
 */
export async function collect(
  caller: string,
  model: BoundLayer,
  input: ModelInput,
  computations: Readonly<Record<string, (x: Tensor, path: string) => Tensor>>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Collected>> {
  signal?.throwIfAborted();
  const kept = new Map<string, Tensor>();
  const position = tensor([0], [1], 'int32');
  const listen =
    (compute: (x: Tensor, path: string) => Tensor) =>
    (x: Tensor, path: string): Tensor => {
      kept.get(path)?.dispose();
      kept.set(path, keep(compute(x, path)));
      return x;
    };
  const listeners = Object.entries(computations).map(([path, compute]) => [path, listen(compute)] as const);
  const hook: Hook = scope => replace(Object.fromEntries(listeners), scope, caller);
  try {
    run(model, input, { hooks: [hook], scope: emptyScope.with(logitPositions, position) }).dispose();
    const results = new Map<string, Collected>();
    for (const [path, x] of kept) results.set(path, { values: (await x.data()) as Float32Array, shape: [...x.shape] });
    signal?.throwIfAborted();
    return results;
  } finally {
    position.dispose();
    for (const x of kept.values()) x.dispose();
  }
}
