import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { getKernel, type KernelFunc, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { runPass, sizeOf, threads } from '../program.js';
import type { Kernel } from './kernel.js';

interface Inputs {
  /** [..., in] */
  x: TensorInfo;
  /** [out, in] */
  weight: TensorInfo;
  /** [out] */
  bias?: TensorInfo;
}

/** x weightᵀ + bias: [..., out]. A few rows are multiplied as vectors, each weight read once; for many tfjs's tiled product serves. */
export const linear: Kernel<Inputs, object> = (backend, inputs) => {
  const { x, weight } = inputs;
  const rows = sizeOf(x.shape) / weight.shape[1]!;
  const y = rows <= mostRows ? vectors(backend, inputs, rows) : tiled(backend, inputs, rows);
  return { ...y, shape: [...x.shape.slice(0, -1), weight.shape[0]!] };
};

const mostRows = 8;

/** Threads that share a row of the weight: together they read 128 bytes in a row. */
const lanes = 8;

function vectors(backend: WebGPUBackend, { x, weight, bias }: Inputs, rows: number): TensorInfo {
  const [out, inner] = weight.shape as [number, number];
  const width = inner % 4 === 0 ? 4 : 1;
  return runPass(backend, {
    inputs: { x, weight, bias },
    shape: [rows, out],
    ints: { rows, out_: out, length: inner / width },
    wide: width === 4 ? ['x', 'weight'] : [],
    workgroups: Math.ceil(out / (threads / lanes)),
    code: codeFor(2 ** Math.ceil(Math.log2(rows)), width, bias !== undefined),
  });
}

const codeFor = (rows: number, width: 1 | 4, hasBias: boolean) => {
  const each = (line: (row: number) => string) => Array.from({ length: rows }, (_, row) => line(row)).join('\n');
  return `
var<workgroup> parts : array<f32, ${rows * threads}>;
fn main(index : i32) {
  let thread = i32(localId.x);
  let lane = thread % ${lanes};
  let column = index / ${lanes};
  let start = min(column, uniforms.out_ - 1) * uniforms.length;
  ${each(row => `var sum${row} = 0.0;\nlet row${row} = min(${row}, uniforms.rows - 1) * uniforms.length;`)}
  for (var i = lane; i < uniforms.length; i += ${lanes}) {
    let w = weight[start + i];
    ${each(row => `sum${row} += ${width === 4 ? `dot(w, x[row${row} + i])` : `w * x[row${row} + i]`};`)}
  }
  ${each(row => `parts[${row * threads} + thread] = sum${row};`)}
  workgroupBarrier();
  if (lane >= uniforms.rows || column >= uniforms.out_) { return; }
  var y = ${hasBias ? 'bias[column]' : '0.0'};
  for (var i = 0; i < ${lanes}; i++) { y += parts[lane * ${threads} + thread - lane + i]; }
  result[lane * uniforms.out_ + column] = y;
}
`;
};

function tiled(backend: WebGPUBackend, { x, weight, bias }: Inputs, rows: number): TensorInfo {
  const inputs = { a: { ...x, shape: [rows, weight.shape[1]!] }, b: weight, ...(bias ? { bias } : {}) };
  const attrs = { transposeA: false, transposeB: true, activation: 'linear' };
  return stock(bias ? '_FusedMatMul' : 'BatchMatMul')({
    inputs: inputs as NamedTensorInfoMap,
    attrs,
    backend,
  }) as TensorInfo;
}

const stock = (name: string): KernelFunc => getKernel(name, 'webgpu').kernelFunc;
