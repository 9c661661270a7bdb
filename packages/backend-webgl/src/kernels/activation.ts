import { type Activation, ResidualError } from '@residual/tensor';
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { runPass } from '../program.js';
import type { Kernel } from './kernel.js';

const float = (value: number) => value.toExponential();

const { ERF_P, ERF_A1, ERF_A2, ERF_A3, ERF_A4, ERF_A5 } = backend_util;

/** Activations of vec4; erf as in tfjs (Abramowitz and Stegun 1964, 7.1.26). */
const functions: Readonly<Record<Activation, string>> = {
  gelu: `
vec4 activation(vec4 v) {
  vec4 z = abs(v) * ${float(Math.SQRT1_2)};
  vec4 t = 1.0 / (1.0 + ${float(ERF_P)} * z);
  vec4 p = ((((${float(ERF_A5)} * t + ${float(ERF_A4)}) * t + ${float(ERF_A3)}) * t + ${float(ERF_A2)}) * t + ${float(ERF_A1)}) * t;
  vec4 tail = 0.5 * p * exp(-z * z);
  return v * mix(tail, 1.0 - tail, greaterThan(v, vec4(0.0)));
}`,
  geluTanh: `
vec4 activation(vec4 v) {
  return v / (1.0 + exp(${float(-2 * Math.sqrt(2 / Math.PI))} * v * (1.0 + 0.044715 * v * v)));
}`,
  silu: 'vec4 activation(vec4 v) { return v / (1.0 + exp(-v)); }',
  relu: 'vec4 activation(vec4 v) { return max(v, 0.0); }',
  sigmoid: 'vec4 activation(vec4 v) { return 1.0 / (1.0 + exp(-v)); }',
  tanh: `
vec4 activation(vec4 v) {
  vec4 e = exp(-2.0 * abs(v));
  return sign(v) * (1.0 - e) / (1.0 + e);
}`,
  identity: 'vec4 activation(vec4 v) { return v; }',
};

/** GELU, exact or with tanh if `approximate`. */
export const gelu: Kernel<{ x: TensorInfo }, { approximate: boolean }> = (backend, { x }, { approximate }) =>
  runPass(backend, { inputs: { x }, shape: x.shape, code: codeFor(approximate ? 'geluTanh' : 'gelu') });

/** x / (1 + e⁻ˣ). */
export const silu: Kernel<{ x: TensorInfo }, object> = (backend, { x }) =>
  runPass(backend, { inputs: { x }, shape: x.shape, code: codeFor('silu') });

/** activation(gate) · up. */
export const gated: Kernel<{ gate: TensorInfo; up: TensorInfo }, { activation: Activation }> = (
  backend,
  { gate, up },
  { activation },
) => runPass(backend, { inputs: { x: gate, up }, shape: gate.shape, code: codeFor(activation) });

function codeFor(name: Activation): string {
  const code = functions[name];
  if (code === undefined) throw new ResidualError('range', `gated: there is no activation '${name}'`);
  return `${code}
void main() {
  vec4 y = activation(texel(x, here()));
#ifdef HAS_up
  y *= texel(up, here());
#endif
  setOutput(y);
}
`;
}
