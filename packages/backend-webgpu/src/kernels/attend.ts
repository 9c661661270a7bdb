import type { PackedCacheForm } from '@residual/tensor';
import {
  type AttentionDims,
  attentionDims,
  biasStrides,
  type KernelOps,
  presentInputs,
  quantWords,
} from '@residual/tensor/kernels';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Pass, runPass, vectorWidth } from '../program.js';
import { type AttendCode, forOneQuery, forQueryPerThread, queriesPerGroup } from './attend-code.js';
import { unpackCache } from './cache.js';
import type { Kernel } from './kernel.js';

type AttendAttributes = KernelOps['attend'][1];

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
export const attend: Kernel<'attend'> = (backend, inputs, attributes) =>
  attendTo(backend, inputs, attentionDims(inputs), attributes);

/**
 * `attend` over the words of packed caches, which it reads where they are. Rows that are no multiples of four entries
 * are unpacked first.
 */
export const packedAttend: Kernel<'packedAttend'> = (backend, inputs, { form, valueDim, ...attributes }) => {
  const { key, value, ...others } = inputs;
  const dims = { ...attentionDims(inputs), valueDim };
  const { headDim } = dims;
  if (vectorWidth(headDim, valueDim) === 4) {
    const ints = {
      ...{ keyWords: key.shape[3]!, keyQuants: quantWords(form, headDim) },
      ...{ valueWords: value.shape[3]!, valueQuants: quantWords(form, valueDim) },
    };
    return attendTo(backend, inputs, dims, attributes, { form, ints });
  }
  const unpacked = {
    key: unpackCache(backend, { cache: key }, { form, headDim }),
    value: unpackCache(backend, { cache: value }, { form, headDim: valueDim }),
  };
  const output = attendTo(backend, { ...others, ...unpacked }, dims, attributes);
  for (const { dataId } of Object.values(unpacked)) backend.disposeData(dataId);
  return output;
};

/** The form of packed keys and values, with the uniforms that find their words. */
interface PackedKeys {
  readonly form: PackedCacheForm;
  readonly ints: Readonly<Record<string, number>>;
}

function attendTo(
  backend: WebGPUBackend,
  inputs: Parameters<typeof attend>[1],
  dims: AttentionDims,
  { scale, causal, window, softCap }: AttendAttributes,
  packed?: PackedKeys,
): TensorInfo {
  const { batch, heads, kvHeads, queryLen, keyLen, headDim, valueDim } = dims;
  const width = vectorWidth(headDim, valueDim);
  const arrays = bindableInputs(backend, inputs);
  const code: AttendCode = {
    width,
    keyWidth: headDim / width,
    valueWidth: valueDim / width,
    inputs: new Set(Object.keys(arrays)),
    ...(packed && { form: packed.form }),
  };
  const many = queryLen >= manyQueries;
  const output = runPass(backend, {
    inputs: arrays,
    shape: [batch, heads, queryLen, valueDim],
    ints: {
      ...{ batch, heads, kvHeads, queryLen, keyLen, keyWidth: code.keyWidth, valueWidth: code.valueWidth },
      ...{ causal: Number(causal), window_: window, ...biasStrides(inputs) },
      ...packed?.ints,
    },
    floats: { scale, softCap },
    width,
    wide: packed ? ['query', 'result'] : ['query', 'key', 'value', 'result'],
    workgroups: batch * heads * (many ? Math.ceil(queryLen / queriesPerGroup) : queryLen),
    code: many ? forQueryPerThread(code) : forOneQuery(code),
  });
  if (arrays.bounds) backend.disposeData(arrays.bounds.dataId);
  return output;
}

/** Devices guarantee 8 arrays; with the result, that is one less than `attend` has. */
const maxInputs = 8;

/** The inputs that are present; if that is all of them, keyStart and keyEnd are concatenated to `bounds`. */
function bindableInputs(backend: WebGPUBackend, inputs: Pass['inputs']): Record<string, TensorInfo> {
  const present = presentInputs(inputs);
  const { keyStart, keyEnd, ...others } = present;
  if (Object.keys(present).length < maxInputs || !keyStart || !keyEnd) return present;
  const { kernelFunc } = getKernel('Concat', 'webgpu');
  const bounds = kernelFunc({ inputs: [keyStart, keyEnd] as never, attrs: { axis: 0 }, backend }) as TensorInfo;
  return { ...others, bounds };
}
