import { tidy } from '@residual/tensor';
import { explainFailure } from './explain-failure.js';
import { layerLine, withInspect } from './inspect.js';
import type { Needs, Weights } from './needs.js';
import { emptyScope, type Scope } from './scope.js';

/** What a layer may say of itself; compositions check the widths against each other, `describe` shows them. */
export interface LayerInfo {
  readonly name?: string;
  /** Width of the last axis that goes in. */
  readonly inDim?: number;
  /** Width of the last axis that comes out. */
  readonly outDim?: number;
  /** Floating-point operations for one position that looks at `keyLen` keys, beside those of the layers inside. */
  readonly flops?: (keyLen: number) => number;
  /** Whether positions of its input take from later ones, as in an attention without a causal mask. */
  readonly bidirectional?: boolean;
  /** Whether it runs only some of what it needs, as an encoder alone does: a tap that does not come up is no error then. */
  readonly partial?: boolean;
}

/**
 * A layer is a value: what it needs (weights and other layers) and what it computes, a pure function of weights, input and scope. It holds no
 * weights, no state and no backend.
 */
export interface Layer<N, Input, Output> {
  (weights: Weights<N>, input: Input, scope?: Scope): Output;
  readonly needs: N;
  readonly about: LayerInfo;
}

/** A layer of any needs from `Input` to `Output`. */
// biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the layer that is put in
export type AnyLayer<Input = any, Output = any> = Layer<any, Input, Output>;

/**
 * Makes a layer of its needs and its formula. The body runs in one `tidy`: whatever it makes is freed but what it returns. Without a scope it gets
 * an empty one. An error of weights that are missing or disposed names their path. The console shows a layer as one line; `summary` gives its tree.
 */
export function layer<const N extends Needs, Input, Output>(
  needs: N,
  compute: (weights: Weights<N>, input: Input, scope: Scope) => Output,
  about: LayerInfo = {},
): Layer<N, Input, Output> {
  const run = (weights: Weights<N>, input: Input, scope: Scope = emptyScope) =>
    tidy(() => {
      try {
        return scope.runLayer(about.partial === true, () => compute(weights, input, scope));
      } catch (error) {
        throw explainFailure(result, { weights, input, path: scope.path }, error) ?? error;
      }
    });
  const result = Object.assign(run, { needs, about });
  return withInspect(result, about.name ?? 'layer', () => layerLine(result));
}
