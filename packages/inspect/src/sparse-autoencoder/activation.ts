import {
  abs,
  add,
  defineOp,
  div,
  exp,
  expectInteger,
  expectValue,
  greater,
  greaterEqual,
  kthLargest,
  less,
  mul,
  neg,
  relu,
  sub,
  sumTo,
  type Tensor,
  toFloat,
} from '@residual/tensor';

/**
 * What makes features sparse: `relu` (Bricken et al. 2023); the k largest of a position (Gao et al. 2024); a threshold
 * for each feature, `jumpRelu` (Rajamanoharan et al. 2024b); or a gate beside the magnitude, `gated` (Rajamanoharan et
 * al. 2024a).
 */
export type SparseActivation = 'relu' | 'jumpRelu' | 'gated' | { readonly topK: number };

/** The kinds of activation by name, `topK` for an object. */
export type ActivationKind = 'relu' | 'jumpRelu' | 'gated' | 'topK';

/** The kind of an activation. Errors if it is none, or if `topK` is not 1 .. features. */
export function activationKind(caller: string, activation: SparseActivation, features: number): ActivationKind {
  if (typeof activation === 'object' && activation !== null && 'topK' in activation) {
    expectInteger(caller, 'topK', activation.topK, { min: 1, max: features });
    return 'topK';
  }
  const isKnown = activation === 'relu' || activation === 'jumpRelu' || activation === 'gated';
  expectValue(isKnown, caller, 'activation', activation, "'relu', 'jumpRelu', 'gated' or { topK: k }", 'option');
  return activation;
}

/** max(x, 0) where x is one of the k largest entries of its row, 0 elsewhere: [..., features] to the same. */
export function topKActivation(x: Tensor, k: number): Tensor {
  return mul(relu(x), toFloat(greaterEqual(x, kthLargest(x, k))));
}

/** exp(logScale) · x + bias where the gate is open, not below 0: the magnitude of a gated autoencoder. */
export function gatedActivation(
  x: Tensor,
  gate: Tensor,
  { logScale, bias }: { readonly logScale: Tensor; readonly bias: Tensor },
): Tensor {
  return mul(relu(add(mul(x, exp(logScale)), bias)), toFloat(greater(gate, 0)));
}

type ThresholdInputs = { readonly x: Tensor; readonly threshold: Tensor };
type ThresholdAttributes = { readonly bandwidth: number };

const jumpReluOp = /* @__PURE__ */ defineOp<ThresholdInputs, ThresholdAttributes>({
  name: 'residual.jumpRelu',
  compose: ({ x, threshold }) => mul(relu(x), toFloat(greater(x, threshold))),
  saves: ['x', 'threshold', 'output'],
  gradient: (dy, { saved: { x, threshold, output }, shapes, attributes: { bandwidth } }) => ({
    x: () => mul(dy, toFloat(greater(output, 0))),
    threshold: () => sumTo(mul(mul(dy, near(x, threshold, bandwidth)), neg(threshold)), shapes.threshold),
  }),
});

/**
 * max(x, 0) where x > threshold, 0 elsewhere: x [..., features] to the same, threshold [features]. The gradient of the
 * threshold is estimated from the entries within half a bandwidth of it (Rajamanoharan et al. 2024b, equation 11).
 */
export function jumpRelu(x: Tensor, threshold: Tensor, bandwidth: number): Tensor {
  return jumpReluOp({ x, threshold }, { bandwidth });
}

const aboveThresholdOp = /* @__PURE__ */ defineOp<ThresholdInputs, ThresholdAttributes>({
  name: 'residual.aboveThreshold',
  compose: ({ x, threshold }) => toFloat(greater(x, threshold)),
  saves: ['x', 'threshold'],
  gradient: (dy, { saved: { x, threshold }, shapes, attributes: { bandwidth } }) => ({
    x: () => undefined,
    threshold: () => neg(sumTo(mul(dy, near(x, threshold, bandwidth)), shapes.threshold)),
  }),
});

/** 1 where x > threshold, 0 elsewhere; only the threshold has a gradient, estimated as in `jumpRelu`. */
export function aboveThreshold(x: Tensor, threshold: Tensor, bandwidth: number): Tensor {
  return aboveThresholdOp({ x, threshold }, { bandwidth });
}

/** 1 / bandwidth where x is within half a bandwidth of the threshold, 0 elsewhere. */
function near(x: Tensor, threshold: Tensor, bandwidth: number): Tensor {
  return div(toFloat(less(abs(sub(x, threshold)), bandwidth / 2)), bandwidth);
}
