import { bytesSource, openSafetensors, type StoredTensor, writeSafetensors } from '@residual/safetensors';
import type { ModelFiles } from '../load/sources/files.js';
import { isInput } from '../parity/model-outputs.js';

/** The files of a checkpoint, and of its reference the inputs and the outputs whose names match; it is not trained. */
export const withFewOutputs = (files: ModelFiles, outputs: RegExp): ModelFiles => ({
  ...files,
  text: async (name, options) => {
    const text = await files.text(name, options);
    if (text === undefined || name !== 'golden.json') return text;
    const { loss: _loss, grad_norm: _norm, adamw: _adamw, ...others } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify(others);
  },
  bytes: async (name, options) => {
    const source = await files.bytes(name, options);
    if (!source || name !== 'golden.safetensors') return source;
    const stored = await openSafetensors(source);
    const tensors = new Map<string, StoredTensor>();
    for (const each of stored.tensors.keys())
      if (isInput(each) || outputs.test(each)) tensors.set(each, await stored.read(each));
    return bytesSource(writeSafetensors(tensors));
  },
});
