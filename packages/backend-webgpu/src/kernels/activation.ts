import { type Activation, ResidualError } from '@residual/tensor';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { runPass, sizeOf, workgroupsFor } from '../program.js';
import type { Kernel } from './kernel.js';

const float = (value: number) => value.toExponential();

const { ERF_P, ERF_A1, ERF_A2, ERF_A3, ERF_A4, ERF_A5 } = backend_util;

/** Activations of f32 or vec4; erf as in tfjs (Abramowitz and Stegun 1964, 7.1.26). */
const functions: Readonly<Record<Activation, string>> = {
  gelu: `
  let z = abs(v) * ${float(Math.SQRT1_2)};
  let t = 1.0 / (1.0 + ${float(ERF_P)} * z);
  let p = ((((${float(ERF_A5)} * t + ${float(ERF_A4)}) * t + ${float(ERF_A3)}) * t + ${float(ERF_A2)}) * t + ${float(ERF_A1)}) * t;
  let tail = 0.5 * p * exp(-z * z);
  return v * select(tail, 1.0 - tail, v > V(0.0));`,
  geluTanh: `return v / (1.0 + exp(clamp(${float(-2 * Math.sqrt(2 / Math.PI))} * v * (1.0 + 0.044715 * v * v), V(-80.0), V(80.0))));`,
  silu: 'return v / (1.0 + exp(min(-v, V(80.0))));',
  relu: 'return max(v, V(0.0));',
  sigmoid: 'return 1.0 / (1.0 + exp(min(-v, V(80.0))));',
  tanh: `
  let e = exp(-2.0 * abs(v));
  return sign(v) * (1.0 - e) / (1.0 + e);`,
  identity: 'return v;',
};

/** GELU, exact or with tanh if `approximate`. */
export const gelu: Kernel<{ x: TensorInfo }, { approximate: boolean }> = (backend, { x }, { approximate }) =>
  activate(backend, approximate ? 'geluTanh' : 'gelu', x);

/** x / (1 + e⁻ˣ). */
export const silu: Kernel<{ x: TensorInfo }, object> = (backend, { x }) => activate(backend, 'silu', x);

/** activation(gate) · up. */
export const gated: Kernel<{ gate: TensorInfo; up: TensorInfo }, { activation: Activation }> = (
  backend,
  { gate, up },
  { activation },
) => activate(backend, activation, gate, up);

function activate(backend: WebGPUBackend, name: Activation, x: TensorInfo, up?: TensorInfo): TensorInfo {
  const body = functions[name];
  if (body === undefined) throw new ResidualError('range', `gated: there is no activation '${name}'`);
  const width = sizeOf(x.shape) % 4 === 0 ? 4 : 1;
  const count = sizeOf(x.shape) / width;
  return runPass(backend, {
    inputs: { x, up },
    shape: x.shape,
    ints: { count },
    width,
    wide: width === 4 ? ['x', 'up'] : [],
    workgroups: workgroupsFor(count),
    code: `
alias V = ${width === 4 ? 'vec4<f32>' : 'f32'};
fn activation(v : V) -> V {
  ${body}
}
fn main(index : i32) {
  if (index < uniforms.count) { result[index] = activation(x[index])${up ? ' * up[index]' : ''}; }
}
`,
  });
}
