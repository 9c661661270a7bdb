import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** A kernel: a compute shader with workgroups of 64 threads. */
export interface Pass {
  /** Input tensors by the name of their array in the shader; undefined ones are omitted. */
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly shape: readonly number[];
  readonly dtype?: DataType;
  /** A tensor to write into; a new one if absent. */
  readonly into?: TensorInfo;
  /** Integers that the shader reads as `uniforms.name`. */
  readonly ints?: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  /** 4 makes the result array, and the inputs named in `wide`, arrays of vec4; 1 if absent. */
  readonly width?: 1 | 4;
  readonly wide?: readonly string[];
  readonly workgroups: number;
  /**
   * WGSL with `fn main(index : i32)`, where index counts the threads of all workgroups; it writes to the array `result`
   * and must use every input.
   */
  readonly code: string;
}

/** The number of threads of a workgroup. */
export const threads = 64;

/** The number of workgroups for `count` threads. */
export const workgroupsFor = (count: number): number => Math.ceil(count / threads);

/**
 * Runs a pass and returns its output. Lengths are uniforms, so that one program serves all shapes; the code is the key
 * of a program.
 */
export function runPass(backend: WebGPUBackend, pass: Pass): TensorInfo {
  const { ints = {}, floats = {}, width = 1, wide = [], dtype = 'float32', into } = pass;
  const inputs = Object.entries(pass.inputs).filter((entry): entry is [string, TensorInfo] => entry[1] !== undefined);
  const names = inputs.map(([name]) => name);
  const program: WebGPUProgram = {
    variableNames: names,
    variableComponents: names.map(name => (wide.includes(name) ? 4 : 1)),
    outputComponent: width,
    outputShape: [sizeOf(pass.shape)],
    workgroupSize: [threads, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [pass.workgroups, 1, 1],
    uniforms:
      Object.keys(ints)
        .map(name => `${name} : i32, `)
        .join('') +
      Object.keys(floats)
        .map(name => `${name} : f32, `)
        .join(''),
    shaderKey: `${width} ${wide} ${pass.code}`, // the keys of tfjs omit the widths of arrays
    getUserCode: () => pass.code,
  };
  const uniforms = [
    ...Object.values(ints).map(value => ({ type: 'int32', data: [value] })),
    ...Object.values(floats).map(value => ({ type: 'float32', data: [value] })),
  ];
  const inputViews = inputs.map(([, input]) => flat(input));
  const output = backend.runWebGPUProgram(program, inputViews, dtype, uniforms, into && flat(into));
  return { ...output, shape: [...pass.shape] };
}

function flat(x: TensorInfo): TensorInfo {
  return { dataId: x.dataId, dtype: x.dtype, shape: [sizeOf(x.shape)] };
}

/** The number of entries of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
