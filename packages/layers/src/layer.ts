import { isTensor, type Tensor, tidy } from '@residual/tensor';
import { explainFailure } from './explain-failure.js';
import { layerLine, withInspect } from './inspect.js';
import type { Needs, Weights } from './needs.js';
import { emptyScope, type Scope } from './scope.js';

/** What a layer states about itself. Compositions check the widths of their parts, and `describe` shows them. */
export interface LayerInfo {
  readonly name?: string;
  /** Width of the last axis of the input. */
  readonly inDim?: number;
  /** Width of the last axis of the output. */
  readonly outDim?: number;
  /** Width of the memory that it reads, as cross-attention does. */
  readonly memoryDim?: number;
  /** How many blocks it runs, of a stack of blocks. */
  readonly depth?: number;
  /** Floating-point operations for one position that attends to `keyLen` keys, without those of the layers inside. */
  readonly flops?: (keyLen: number) => number;
  /** Whether the output at a position depends on later positions, as in an attention without a causal mask. */
  readonly bidirectional?: boolean;
  /**
   * Whether it keeps `recurrentStates`, so that every token it is fed changes what comes after: padding may not follow
   * a prompt.
   */
  readonly isRecurrent?: boolean;
  /** Whether it returns only the position in the slot `outputPosition`, if there is one. */
  readonly selectsPosition?: boolean | undefined;
  /**
   * Whether it runs only some of its parts, as an encoder on its own does. Then a tap that matches no tensor is not an
   * error.
   */
  readonly partial?: boolean;
}

/**
 * A layer is a value: its needs (parameters and submodules), and a pure function of weights, input and scope. It holds
 * no weights, no state and no backend.
 */
export interface Layer<N, Input, Output> {
  (weights: Weights<N>, input: Input, scope?: Scope): Output;
  readonly needs: N;
  readonly about: LayerInfo;
}

/** A layer from `Input` to `Output` with any needs. */
// biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the given layer
export type AnyLayer<Input = any, Output = any> = Layer<any, Input, Output>;

/**
 * Makes a layer from its needs and its formula. `compute` runs in one `tidy`, which frees every tensor that it creates
 * and does not return. Without a scope it gets an empty one. An error about missing or disposed weights names their
 * path. The console prints a layer as one line; `summary` prints its tree. Taps of every layer: `input`, or
 * `input.NAME` of each tensor of a record, and `output`; a `partial` layer has none of its own.
 */
export function layer<const N extends Needs, Input, Output>(
  needs: N,
  compute: (weights: Weights<N>, input: Input, scope: Scope) => Output,
  about: LayerInfo = {},
): Layer<N, Input, Output> {
  const run = (weights: Weights<N>, input: Input, scope: Scope = emptyScope) =>
    tidy(() => {
      try {
        const { partial = false } = about;
        if (!scope.hasTaps) return compute(weights, input, scope);
        if (partial) return scope.runLayer(partial, () => compute(weights, input, scope));
        return scope.runLayer(partial, () => tapOutput(compute(weights, tapInput(input, scope), scope), scope));
      } catch (error) {
        throw explainFailure(result, { weights, input, path: scope.path }, error) ?? error;
      }
    });
  const result = Object.assign(run, { needs, about });
  return withInspect(result, about.name ?? 'layer', () => layerLine(result));
}

function tapInput<Input>(input: Input, scope: Scope): Input {
  if (isTensor(input)) return scope.tap('input', input) as Tensor & Input;
  if (typeof input !== 'object' || input === null) return input;
  const within = scope.at('input');
  const entries = Object.entries(input).map(([name, x]) => [name, isTensor(x) ? within.tap(name, x) : x]);
  return Object.fromEntries(entries) as Input;
}

function tapOutput<Output>(output: Output, scope: Scope): Output {
  return isTensor(output) ? (scope.tap('output', output) as Tensor & Output) : output;
}
