import { recurrentStates, type Scope } from '@residual/layers';
import type { OutputAndState, Tensor } from '@residual/tensor';

/** An op with a state: `past` is that of the step before. */
interface Recurrence<Inputs> {
  (inputs: Inputs): Tensor;
  (inputs: Inputs, options: { readonly keepState: true }): OutputAndState;
}

/**
 * Runs a recurrence from the state of the layer at this path, which it replaces; from zeros without states in the
 * scope.
 */
export function recur<Inputs extends { readonly past?: Tensor | undefined }>(
  run: Recurrence<Inputs>,
  inputs: Inputs,
  scope: Scope,
): Tensor {
  const states = scope.get(recurrentStates);
  if (!states) return run(inputs);
  const { output, state } = run({ ...inputs, past: states.get(scope.path)?.state }, { keepState: true });
  states.set(scope.path, { state });
  return output;
}
