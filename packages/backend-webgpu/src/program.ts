import { presentInputs, type ShaderPass, sizeOf } from '@residual/tensor/kernels';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/**
 * One run of a compute shader with workgroups of 64 threads: WGSL with `fn main(index : i32)`, where index counts the
 * threads of all workgroups. It writes to the array `result`, reads uniforms as `uniforms.name` and must use every
 * input.
 */
export interface Pass extends ShaderPass {
  /** A tensor to write into; a new one if absent. */
  readonly into?: TensorInfo;
  /** 4 makes the arrays named in `wide`, inputs or `result`, arrays of vec4; 1 if absent. */
  readonly width?: 1 | 4;
  readonly wide?: readonly string[];
  /** The number of threads that have work; the shader reads it as `uniforms.count`. */
  readonly count?: number;
  /** The number of workgroups; enough for `count` threads if absent. */
  readonly workgroups?: number;
}

/** The number of threads of a workgroup. */
export const threads = 64;

/** 4 if arrays whose rows have these lengths can be read as vec4, or else 1. */
export const vectorWidth = (...lengths: readonly number[]): 1 | 4 => (lengths.every(n => n % 4 === 0) ? 4 : 1);

/** Runs a pass and returns its output. The code is the key of a program. */
export function runPass(backend: WebGPUBackend, pass: Pass): TensorInfo {
  const { count, floats = {}, width = 1, wide = [], dtype = 'float32', into, shape, code } = pass;
  const { workgroups = Math.ceil((count ?? sizeOf(shape)) / threads) } = pass;
  const ints = { ...(count !== undefined && { count }), ...pass.ints };
  const inputs = Object.entries(presentInputs(pass.inputs));
  const names = inputs.map(([name]) => name);
  const components = (name: string) => (wide.includes(name) ? width : 1);
  const declare = (uniforms: object, type: string) => Object.keys(uniforms).map(name => `${name} : ${type}, `);
  const program: WebGPUProgram = {
    variableNames: names,
    variableComponents: names.map(components),
    outputComponent: components('result'),
    outputShape: [sizeOf(shape)],
    workgroupSize: [threads, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [workgroups, 1, 1],
    uniforms: [...declare(ints, 'i32'), ...declare(floats, 'f32')].join(''),
    shaderKey: `${width} ${wide} ${code}`, // the keys of tfjs omit the widths of arrays
    getUserCode: () => code,
  };
  const uniforms = [
    ...Object.values(ints).map(value => ({ type: 'int32', data: [value] })),
    ...Object.values(floats).map(value => ({ type: 'float32', data: [value] })),
  ];
  const inputViews = inputs.map(([, input]) => flat(input));
  const output = backend.runWebGPUProgram(program, inputViews, dtype, uniforms, into && flat(into));
  return { ...output, shape: [...shape] };
}

function flat(x: TensorInfo): TensorInfo {
  return { dataId: x.dataId, dtype: x.dtype, shape: [sizeOf(x.shape)] };
}
