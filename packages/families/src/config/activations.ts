import type { AnyActivation } from '@residual/mlp';
import { mul, relu, sigmoid, square } from '@residual/tensor';

/** Activations by their names in published configs. */
export const activations: Readonly<Record<string, AnyActivation>> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'geluTanh',
  gelu_fast: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
  gelu_python_tanh: 'geluTanh',
  gelu_accurate: 'geluTanh',
  /** x σ(1.702 x) (Hendrycks and Gimpel 2016). */
  quick_gelu: x => mul(x, sigmoid(mul(x, 1.702))),
  silu: 'silu',
  swish: 'silu',
  relu: 'relu',
  /** relu(x)² (So et al. 2021). */
  relu2: x => square(relu(x)),
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  linear: 'identity',
};
