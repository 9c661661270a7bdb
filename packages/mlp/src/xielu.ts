import { type Layer, layer, type VectorNeed, vector } from '@residual/layers';
import {
  add,
  clone,
  defineOp,
  exp,
  expectOptions,
  expectValue,
  minimum,
  mul,
  relu,
  softplus,
  square,
  sub,
  type Tensor,
} from '@residual/tensor';

/** Settings of `xielu`. */
export interface XieluOptions {
  /** The slope at 0 that a new layer has; 0.5 if absent. */
  readonly slope?: number;
}

/** The layer of `xielu`: the raw curvatures above and below 0, each [1], and the slope [], which is not trained. */
export interface Xielu
  extends Layer<
    { readonly alphaPositive: VectorNeed; readonly alphaNegative: VectorNeed; readonly slope: VectorNeed },
    Tensor,
    Tensor
  > {}

/** x, through which no gradient flows. */
const fixed = /* @__PURE__ */ defineOp<{ x: Tensor }>({
  name: 'residual.fixed',
  compose: ({ x }) => clone(x),
  gradient: 'none',
});

/**
 * xIELU, an activation with trained curvatures, x [...] to the same (Huang and Schlag 2024): αₚ x² + slope · x above 0,
 * αₙ (eˣ - 1 - x) + slope · x below, with αₚ = softplus(alphaPositive) and αₙ = slope + softplus(alphaNegative). Both
 * curvatures begin at 0.8.
 */
export function xielu(options: XieluOptions = {}): Xielu {
  expectOptions('xielu', options, { slope: 0 });
  const { slope: start = 0.5 } = options;
  expectValue(start >= 0 && start < 0.8, 'xielu', 'slope', start, 'a number from 0 to below 0.8', 'range');
  const rawOf = (curvature: number) => Math.log(Math.expm1(curvature));
  const needs = {
    alphaPositive: vector([1], rawOf(0.8)),
    alphaNegative: vector([1], rawOf(0.8 - start)),
    slope: vector([], start),
  };
  return layer(
    needs,
    (w, x: Tensor) => {
      const slope = fixed({ x: w.slope });
      const [positive, negative] = [softplus(w.alphaPositive), add(softplus(w.alphaNegative), slope)];
      const below = minimum(x, 0);
      const bend = sub(sub(exp(below), 1), below);
      return add(add(mul(square(relu(x)), positive), mul(bend, negative)), mul(x, slope));
    },
    { name: 'xielu' },
  );
}
