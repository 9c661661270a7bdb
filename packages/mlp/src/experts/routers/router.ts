import { type AnyLayer, layer, type MatrixNeed, matrix, type Scope, type VectorNeed, vector } from '@residual/layers';
import { expectInteger, linear, type Tensor } from '@residual/tensor';
import { expectExperts } from '../expert-linear.js';

/** Which experts compute each token, and how much each counts. */
export interface Routing {
  /** int32 [tokens, k]. */
  readonly chosen: Tensor;
  /** [tokens, k]: the factors of the outputs of the experts; 1 if absent. */
  readonly weights?: Tensor | undefined;
  /** [tokens, k]: the factors of the inputs of the experts; 1 if absent. */
  readonly inputWeights?: Tensor | undefined;
}

/** A router as a layer: x [tokens, modelDim] to a routing. */
export interface Router extends AnyLayer<Tensor, Routing> {
  /** The number of experts that it chooses among. */
  readonly experts: number;
  /** The number of experts that it chooses for a token. */
  readonly topK: number;
}

/** Settings that all routers have. */
export interface RouterOptions {
  /** Width of the input. */
  readonly modelDim: number;
  /** The number of experts, up to 4096. */
  readonly experts: number;
  /** The number of experts that compute a token. */
  readonly topK: number;
}

/** The needs of a router. */
export interface RouterNeeds {
  /** [experts, modelDim]. */
  readonly weight: MatrixNeed;
  /** [experts]: added to the logits. */
  readonly bias?: VectorNeed | undefined;
  /** [experts]: added to the scores when experts are chosen. */
  readonly correction?: VectorNeed | undefined;
}

/** The weights that `route` may read. */
export interface RouterWeights {
  readonly correction?: Tensor | undefined;
}

/** The names of the common options, for `expectOptions`. */
export const routerOptions = { modelDim: 1, experts: 1, topK: 1 } as const;

/**
 * A router whose logits are x weightᵀ + bias, [tokens, experts], and whose routing is a function of them. Taps:
 * `logits`, `chosen`, `weights` and `inputWeights`; weights follow replaced choices.
 */
export function logitRouter(
  name: string,
  { modelDim, experts, topK }: RouterOptions,
  { bias = false, correction = false }: { readonly bias?: boolean; readonly correction?: boolean },
  route: (logits: Tensor, weights: RouterWeights, choose: (chosen: Tensor) => Tensor) => Routing,
): Router {
  expectExperts(name, experts);
  expectInteger(name, 'topK', topK, { min: 1, max: experts });
  const needs: RouterNeeds = {
    weight: matrix([experts, modelDim]),
    bias: bias ? vector([experts]) : undefined,
    correction: correction ? vector([experts]) : undefined,
  };
  const run = layer(
    { ...needs },
    (w, x: Tensor, scope) => {
      const logits = scope.tap('logits', linear(x, w.weight, w.bias));
      return tapWeights(
        route(logits, w, chosen => scope.tap('chosen', chosen)),
        scope,
      );
    },
    { name, inDim: modelDim, outDim: experts, flops: () => 2 * modelDim * experts },
  );
  return Object.assign(run, { experts, topK });
}

function tapWeights({ chosen, weights, inputWeights }: Routing, scope: Scope): Routing {
  return {
    chosen,
    weights: weights && scope.tap('weights', weights),
    inputWeights: inputWeights && scope.tap('inputWeights', inputWeights),
  };
}
