import { expectShape, showShape } from '../errors.js';
import { add, affine, mul, scalarMinus } from '../ops/arithmetic.js';
import { erf, exp, relu, sigmoid, square, tanh } from '../ops/functions.js';
import { clone, type NoAttributes, type Op, runOp, type UnaryInputs } from '../ops/op.js';
import type { Tensor } from '../tensor.js';

/** The attributes of `residual.gelu`. */
export type GeluAttributes = { readonly approximate: boolean };

const geluOp: Op<UnaryInputs, GeluAttributes> = {
  name: 'residual.gelu',
  compose: ({ x }, { approximate }) => mul(x, approximate ? tanhGate(x) : erfGate(x)),
  saves: ['x'],
  gradient: (dy, { saved: { x }, attributes: { approximate } }) => ({
    x: () => runOp(activationGradientOp, { x, dy }, { activation: approximate ? 'geluTanh' : 'gelu' }),
  }),
};

/**
 * GELU: x Φ(x) with the normal distribution function Φ, elementwise; `approximate` uses tanh (Hendrycks and Gimpel
 * 2016).
 */
export function gelu(x: Tensor, { approximate = false }: { approximate?: boolean } = {}): Tensor {
  return runOp(geluOp, { x }, { approximate });
}

const siluOp: Op<UnaryInputs, NoAttributes> = {
  name: 'residual.silu',
  compose: ({ x }) => mul(x, sigmoid(x)),
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({ x: () => runOp(activationGradientOp, { x, dy }, { activation: 'silu' }) }),
};

/** SiLU or swish: x / (1 + e⁻ˣ), elementwise (Elfwing et al. 2017). */
export function silu(x: Tensor): Tensor {
  return runOp(siluOp, { x }, {});
}

/** The inputs of `residual.activationGradient`, of equal shapes. */
export type ActivationGradientInputs = { readonly x: Tensor; readonly dy: Tensor };

/** The attributes of `residual.activationGradient`. */
export type ActivationGradientAttributes = { readonly activation: 'gelu' | 'geluTanh' | 'silu' };

/** dy times the derivative of an activation at x, elementwise. A separate op, so that a kernel reads x once. */
const activationGradientOp: Op<ActivationGradientInputs, ActivationGradientAttributes> = {
  name: 'residual.activationGradient',
  compose: ({ x, dy }, { activation }) => mul(dy, derivatives[activation](x)),
};

const derivatives: { readonly [Name in ActivationGradientAttributes['activation']]: (x: Tensor) => Tensor } = {
  gelu: erfDerivative,
  geluTanh: tanhDerivative,
  silu: x => {
    const s = sigmoid(x);
    return mul(s, add(mul(x, scalarMinus(1, s)), 1));
  },
};

/** Names of activation functions: `gelu` is the exact form, `geluTanh` the approximation of GPT-2. */
export type Activation = 'gelu' | 'geluTanh' | 'silu' | 'relu' | 'sigmoid' | 'tanh' | 'identity';

/** Applies an activation function by name, elementwise. */
export function activate(name: Activation, x: Tensor): Tensor {
  switch (name) {
    case 'gelu':
      return gelu(x);
    case 'geluTanh':
      return gelu(x, { approximate: true });
    case 'silu':
      return silu(x);
    case 'relu':
      return relu(x);
    case 'sigmoid':
      return sigmoid(x);
    case 'tanh':
      return tanh(x);
    case 'identity':
      return clone(x);
  }
}

/** The inputs of `residual.gated`, of equal shapes. */
export type GatedInputs = { readonly gate: Tensor; readonly up: Tensor };

/** The attributes of `residual.gated`. */
export type GatedAttributes = { readonly activation: Activation };

const gatedOp: Op<GatedInputs, GatedAttributes> = {
  name: 'residual.gated',
  compose: ({ gate, up }, { activation }) => mul(activate(activation, gate), up),
};

/** activation(gate) · up, elementwise, of equal shapes (Shazeer 2020). */
export function gated(gate: Tensor, up: Tensor, activation: Activation): Tensor {
  expectShape(
    showShape(gate.shape) === showShape(up.shape),
    () => `gated: gate ${showShape(gate.shape)} and up ${showShape(up.shape)} differ`,
  );
  return runOp(gatedOp, { gate, up }, { activation });
}

const slope = /*#__PURE__*/ Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** (1 + erf(x / √2)) / 2. */
function erfGate(x: Tensor): Tensor {
  return affine(erf(mul(x, Math.SQRT1_2)), 0.5, 0.5);
}

/** (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2. */
function tanhGate(x: Tensor): Tensor {
  return affine(tanh(mul(x, affine(square(x), slope * cubic, slope))), 0.5, 0.5);
}

/** Φ(x) + x φ(x). */
function erfDerivative(x: Tensor): Tensor {
  return add(erfGate(x), mul(x, mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))));
}

/** g + 2 x g (1 - g) √(2/π) (1 + 3 · 0.044715 x²), where g is the gate. */
function tanhDerivative(x: Tensor): Tensor {
  const gate = tanhGate(x);
  const inner = affine(square(x), 6 * slope * cubic, 2 * slope);
  return add(gate, mul(mul(x, inner), mul(gate, scalarMinus(1, gate))));
}
