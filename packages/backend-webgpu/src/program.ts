import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** A kernel on the device: a compute shader of workgroups of 64 threads. */
export interface Pass {
  /** Tensors by the name under which the shader reads them as an array; those that are undefined are left out. */
  readonly inputs: Readonly<Record<string, TensorInfo | undefined>>;
  readonly shape: readonly number[];
  readonly dtype?: DataType;
  /** A tensor to write into, in place of a new one. */
  readonly into?: TensorInfo;
  /** Whole numbers that the shader reads as `uniforms.name`. */
  readonly ints?: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  /** Numbers per entry of the result array: 4 makes it, and the inputs named in `wide`, arrays of vec4. */
  readonly width?: 1 | 4;
  readonly wide?: readonly string[];
  readonly workgroups: number;
  /** WGSL with `fn main(index : i32)`, index counting the threads of all workgroups; it writes to the array `result`. Every input is used. */
  readonly code: string;
}

/** Threads of a workgroup. */
export const threads = 64;

/** Workgroups for so many threads. */
export const workgroupsFor = (count: number): number => Math.ceil(count / threads);

/** Runs a pass and gives its output. Lengths come as numbers, so that one program serves all shapes; the code is what tells programs apart. */
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
    shaderKey: `${width} ${wide} ${pass.code}`, // tfjs leaves the widths of arrays out of its key
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

/** How many numbers a shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
