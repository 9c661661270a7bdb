import { type NormKernel, sizeOf } from '@residual/tensor/kernels';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { runPass, threads, vectorWidth } from '../program.js';

/** Normalizes each row in one workgroup. */
export const normalize: NormKernel<WebGPUBackend> = (backend, { x, weight, bias }, { epsilon, centered }) => {
  const dim = x.shape.at(-1) ?? 1;
  const rows = sizeOf(x.shape) / dim;
  const width = vectorWidth(dim);
  return runPass(backend, {
    inputs: { x, weight, bias },
    shape: x.shape,
    ints: { rows, dim },
    floats: { epsilon },
    width,
    wide: ['x', 'weight', 'bias', 'result'],
    workgroups: rows,
    code: codeFor(width, centered, weight !== undefined, bias !== undefined),
  });
};

/**
 * The first entry of the row is subtracted from all entries, which keeps the precision of
 * numbers far from 0 and close to each other; squares are summed around the mean.
 */
const codeFor = (width: 1 | 4, centered: boolean, hasWeight: boolean, hasBias: boolean) => {
  const total = (v: string) => (width === 4 ? `dot(${v}, vec4<f32>(1.0))` : v);
  const first = centered ? ` - first` : '';
  return `
var<workgroup> sums : array<f32, ${threads}>;
var<workgroup> squares : array<f32, ${threads}>;
fn main(index : i32) {
  let thread = i32(localId.x);
  let row = min(index / ${threads}, uniforms.rows - 1);
  let length = uniforms.dim / ${width};
  let start = row * length;
  var mean = 0.0;
  ${
    centered
      ? `
  let first = x[start]${width === 4 ? '.x' : ''};
  var sum = 0.0;
  for (var i = thread; i < length; i += ${threads}) { sum += ${total('(x[start + i] - first)')}; }
  sums[thread] = sum;
  workgroupBarrier();
  for (var i = 0; i < ${threads}; i++) { mean += sums[i]; }
  mean /= f32(uniforms.dim);`
      : ''
  }
  var square = 0.0;
  for (var i = thread; i < length; i += ${threads}) {
    let difference = x[start + i]${first} - mean;
    square += ${width === 4 ? 'dot(difference, difference)' : 'difference * difference'};
  }
  squares[thread] = square;
  workgroupBarrier();
  var variance = 0.0;
  for (var i = 0; i < ${threads}; i++) { variance += squares[i]; }
  let inverse = inverseSqrt(variance / f32(uniforms.dim) + uniforms.epsilon);
  for (var i = thread; i < length; i += ${threads}) {
    let y = (x[start + i]${first} - mean) * inverse;
    result[start + i] = y${hasWeight ? ' * weight[i]' : ''}${hasBias ? ' + bias[i]' : ''};
  }
}
`;
};
