import type { Activation } from '@residual/tensor';
import { type ActivationKernel, geluExponentCode, normalTailCode, sizeOf, tanhCode } from '@residual/tensor/kernels';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { runPass, vectorWidth } from '../program.js';

/** The bodies of functions of v, an f32 or vec4. */
const bodies: Readonly<Record<Activation, string>> = {
  gelu: `${normalTailCode('let')}
  return v * select(tail, 1.0 - tail, v > V(0.0));`,
  geluTanh: `return v / (1.0 + exp(clamp(${geluExponentCode()}, V(-80.0), V(80.0))));`,
  silu: 'return v / (1.0 + exp(min(-v, V(80.0))));',
  relu: 'return max(v, V(0.0));',
  sigmoid: 'return 1.0 / (1.0 + exp(min(-v, V(80.0))));',
  tanh: tanhCode('let'),
  identity: 'return v;',
};

/** activation(x), or activation(x) · up, elementwise. */
export const activate: ActivationKernel<WebGPUBackend> = (backend, activation, x, up) => {
  const size = sizeOf(x.shape);
  const width = vectorWidth(size);
  return runPass(backend, {
    inputs: { x, up },
    shape: x.shape,
    width,
    wide: ['x', 'up', 'result'],
    count: size / width,
    code: `
alias V = ${width === 4 ? 'vec4<f32>' : 'f32'};
fn activation(v : V) -> V {
  ${bodies[activation]}
}
fn main(index : i32) {
  if (index < uniforms.count) { result[index] = activation(x[index])${up ? ' * up[index]' : ''}; }
}
`,
  });
};
