import { ablate, type Selection } from '@residual/inspect';
import { emptyScope, type Hook, type Scope, withHooks } from '@residual/layers';
import { expectOptions, expectValue, ResidualError, showValue } from '@residual/tensor';

/** Ablation as plain data, `ablate` of `@residual/inspect`: what it replaces, and by what. */
export interface Ablation extends Partial<{ readonly [Axis in keyof Selection]: Selection[Axis] | undefined }> {
  /** Path of the tap, with `*` and `**` as in `record`: `decoder.layers.2.crossAttention.weights`. */
  readonly tap: string;
  /**
   * What takes its place: 0 (the default), numbers of the last axis, such as a mean over a corpus, or the mean over
   * batch and positions, which `forward` and encoders have.
   */
  readonly value?: 'zero' | 'mean' | readonly number[] | undefined;
}

/** What changes tensors of a run. */
export interface InterventionOptions {
  /** Ablation as plain data: tensors, or parts of them, that are replaced, to see what they do. */
  readonly ablate?: readonly Ablation[] | undefined;
  /**
   * What changes the run, such as `patch` and `steer` of `@residual/inspect`; positions are those of the text.
   * Functions cannot cross a port.
   */
  readonly hooks?: readonly Hook[] | undefined;
}

/** A scope with ablations, then hooks; the scope itself if there are none. `name` is the function named in errors. */
export function interventionScope(
  name: string,
  { ablate: ablations = [], hooks = [] }: InterventionOptions,
  scope: Scope = emptyScope,
): Scope {
  expectAblations(name, ablations);
  const areHooks = Array.isArray(hooks) && hooks.every(hook => typeof hook === 'function');
  expectValue(areHooks, name, 'hooks', hooks, "a list of hooks, such as [steer('embedded', { direction })]");
  return withHooks([...ablations.map(each => hookOf(name, each)), ...hooks], scope);
}

/** After runs of parts of a model, throws if a path of an ablation, a hook or a recorder in the scope fit nothing. */
export function expectAllUsed(scope: Scope): void {
  scope.runLayer(false, () => {}); // the end of a whole run, which the parts do not announce
}

function hookOf(name: string, { tap, value, ...others }: Ablation): Hook {
  const selection = Object.fromEntries(Object.entries(others).filter(([, chosen]) => chosen !== undefined));
  expectOptions(`${name}: ablate`, selection, { positions: 0, heads: 0, neurons: 0 });
  return ablate(tap, { ...selection, ...(value !== undefined && { value }) });
}

function expectAblations(name: string, ablations: unknown): void {
  const isAblation = ({ tap, heads = [] }: { tap?: unknown; heads?: unknown }) =>
    typeof tap === 'string' && Array.isArray(heads);
  if (Array.isArray(ablations) && ablations.every(ablation => isAblation(ablation ?? {}))) return;
  throw new ResidualError(
    'option',
    `${name}: ablate is ${showValue(ablations)}; ` +
      "it must be a list of { tap: 'decoder.layers.0.attention.weights', heads: [1] }",
  );
}
