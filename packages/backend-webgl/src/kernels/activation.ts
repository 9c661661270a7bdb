import type { Activation } from '@residual/tensor';
import { type ActivationKernel, geluExponentCode, normalTailCode, tanhCode } from '@residual/tensor/kernels';
import type { WebGLBackend } from '../backend.js';
import { runPass } from '../program.js';

/** The bodies of functions of a vec4 v. */
const bodies: Readonly<Record<Activation, string>> = {
  gelu: `${normalTailCode('vec4')}
  return v * mix(tail, 1.0 - tail, greaterThan(v, vec4(0.0)));`,
  geluTanh: `return v / (1.0 + exp(${geluExponentCode()}));`,
  silu: 'return v / (1.0 + exp(-v));',
  relu: 'return max(v, 0.0);',
  sigmoid: 'return 1.0 / (1.0 + exp(-v));',
  tanh: tanhCode('vec4'),
  identity: 'return v;',
};

/** activation(x), or activation(x) · up, elementwise. */
export const activate: ActivationKernel<WebGLBackend> = (backend, activation, x, up) =>
  runPass(backend, {
    inputs: { x, up },
    shape: x.shape,
    code: `
vec4 activation(vec4 v) {
  ${bodies[activation]}
}
void main() {
  vec4 y = activation(texel(x, texelIndex()));
#ifdef HAS_up
  y *= texel(up, texelIndex());
#endif
  setOutput(y);
}
`,
  });
