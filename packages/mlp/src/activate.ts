import { type Activation, activate, gated, mul, type Tensor } from '@residual/tensor';

/** An activation by name, or an elementwise function made of ops of `@residual/tensor`. */
export type AnyActivation = Activation | ((x: Tensor) => Tensor);

/** activation(x). */
export function applyActivation(activation: AnyActivation, x: Tensor): Tensor {
  return typeof activation === 'function' ? activation(x) : activate(activation, x);
}

/** activation(gate) · up. */
export function applyGate(activation: AnyActivation, gate: Tensor, up: Tensor): Tensor {
  return typeof activation === 'function' ? mul(activation(gate), up) : gated(gate, up, activation);
}
