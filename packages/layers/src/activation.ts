import { type Activation, activate, type Tensor } from '@residual/tensor';
import { type Layer, layer } from './layer.js';

/** An elementwise activation function by name: x [...] to the same shape. */
export function activation(name: Activation): Layer<Record<never, never>, Tensor, Tensor> {
  return layer({}, (_, x: Tensor) => activate(name, x), { name });
}
