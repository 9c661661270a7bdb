import type { AttendAttributes, AttendInputs, KernelInputs } from '@residual/tensor';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { runPass } from '../program.js';
import { type AttendCode, forOneQuery, forQueryPerThread, queriesPerGroup } from './attend-code.js';
import type { Kernel } from './kernel.js';

type Inputs = KernelInputs<AttendInputs>;

/**
 * From this number of queries on, each thread takes one query, so that all threads of a workgroup read the same key at
 * once.
 */
const manyQueries = 16;

/**
 * softmax(query keyᵀ · scale + bias) value over the visible keys: [batch, heads, queryLen, valueDim], in one pass
 * without storing scores: an online softmax, in which a new largest score rescales the sums so far (Milakov and
 * Gimelshein 2018).
 */
export const attend: Kernel<Inputs, AttendAttributes> = (backend, inputs, { scale, causal, window, softCap }) => {
  const { query, value, bias } = inputs;
  const [batch, heads, queryLen, headDim] = query.shape as [number, number, number, number];
  const [, kvHeads, keyLen, valueDim] = value.shape as [number, number, number, number];
  const width = headDim % 4 === 0 && valueDim % 4 === 0 ? 4 : 1;
  const read = bindable(backend, inputs);
  const code: AttendCode = {
    width,
    keyWidth: headDim / width,
    valueWidth: valueDim / width,
    inputs: new Set(Object.keys(read)),
    causal,
    windowed: window > 0,
    capped: softCap > 0,
  };
  const many = queryLen >= manyQueries;
  const lines = batch * heads * (many ? Math.ceil(queryLen / queriesPerGroup) : queryLen);
  const y = runPass(backend, {
    inputs: read,
    shape: [batch, heads, queryLen, valueDim],
    ints: { batch, heads, kvHeads, queryLen, keyLen, window_: window, ...biasStrides(bias?.shape) },
    floats: { scale, softCap },
    width,
    wide: width === 4 ? ['query', 'key', 'value'] : [],
    workgroups: lines,
    code: many ? forQueryPerThread(code) : forOneQuery(code),
  });
  if (read.bounds) backend.disposeData(read.bounds.dataId);
  return y;
};

/**
 * The inputs that are present. Devices guarantee only 8 arrays, the result included, so keyStart and keyLength are
 * joined if all are present.
 */
function bindable(backend: WebGPUBackend, inputs: Inputs): Record<string, TensorInfo> {
  const present = Object.entries(inputs).filter(([, input]) => input !== undefined);
  const { keyStart, keyLength, ...others } = Object.fromEntries(present) as Record<string, TensorInfo>;
  if (present.length < 8) return { ...others, ...(keyStart && { keyStart }), ...(keyLength && { keyLength }) };
  const { kernelFunc } = getKernel('Concat', 'webgpu');
  const bounds = kernelFunc({ inputs: [keyStart, keyLength] as never, attrs: { axis: 0 }, backend }) as TensorInfo;
  return { ...others, bounds };
}

/** The strides of the axes batch, heads and queryLen of the bias; 0 for an axis of length 1. */
function biasStrides(shape: number[] = [1, 1, 1, 0]): Record<string, number> {
  const [batch, heads, queryLen, keyLen] = shape as [number, number, number, number];
  return {
    biasBatch: batch > 1 ? heads * queryLen * keyLen : 0,
    biasHead: heads > 1 ? queryLen * keyLen : 0,
    biasRow: queryLen > 1 ? keyLen : 0,
  };
}
