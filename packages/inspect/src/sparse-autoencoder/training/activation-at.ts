import { emptyScope, noMatchingTensor } from '@residual/layers';
import { clone, dispose, keep, ResidualError, type Tensor, tidy } from '@residual/tensor';
import type { BoundLayer } from '../../bound-layer.js';
import { inputTensors, type ModelInput } from '../../model-input.js';
import { pathOfName } from '../../names/transformer-lens.js';

/**
 * The activation at a path, or a name of TransformerLens, in a run that stops there. The caller disposes it. Errors if
 * the run has no such tensor.
 */
export function activationAt(caller: string, model: BoundLayer, input: ModelInput, name: string): Tensor {
  const path = pathOfName(name);
  const seen = new Set<string>();
  let activation: Tensor | undefined;
  const reached = new ResidualError('stop', `${caller}: the run has reached ${path}`);
  const scope = emptyScope.withTaps({
    wants: each => {
      seen.add(each);
      return each === path;
    },
    onTensor: (_, x) => {
      activation = keep(clone(x));
      throw reached;
    },
  });
  try {
    const output = tidy(() => model.layer(model.weights, inputTensors(caller, input) as never, scope));
    dispose(output);
  } catch (error) {
    if (error === reached) return activation!;
    throw error;
  }
  throw noMatchingTensor(caller, path, seen);
}
