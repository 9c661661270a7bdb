import { type AnyLayer, emptyScope, type Hook, type Scope, withHooks } from '@residual/layers';
import { expectValue } from '@residual/tensor';

/**
 * A layer whose runs have hooks: it has the needs, the weights and the properties of the given one, so it takes its
 * place in a loss, a training run or a composition. The paths of the hooks are those of the run that it is part of.
 * Taps of that run see a tensor before these hooks, and what follows from it after them.
 */
export function hooked<Layer extends AnyLayer>(layer: Layer, hooks: readonly Hook[]): Layer {
  const areHooks = Array.isArray(hooks) && hooks.every(hook => typeof hook === 'function');
  expectValue(areHooks, 'hooked', 'hooks', hooks, "a list of hooks, such as [ablate('mlp.output')]", 'option');
  const run = (weights: unknown, input: unknown, scope: Scope = emptyScope) =>
    layer(weights as never, input as never, withHooks(hooks, scope));
  return Object.assign(run, layer) as unknown as Layer;
}
