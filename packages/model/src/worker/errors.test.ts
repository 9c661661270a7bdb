import '@residual/testkit/wasm';
import { errorFromPlain, errorToPlain } from '@residual/base';
import { linear } from '@residual/layers';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { sampler } from '@residual/sampling';
import { ResidualError } from '@residual/tensor';
import { tokenizerFromJson } from '@residual/tokenizer';
import { train } from '@residual/train';
import { wordVectors } from '@residual/word-vectors';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';

const errorOf = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
};

test.each<[string, string, () => unknown]>([
  ['tokenizer', 'file', () => tokenizerFromJson('{}')],
  ['sampling', 'option', () => sampler({ temperature: -1 })],
  ['safetensors', 'format', () => openSafetensors(bytesSource(new Uint8Array(3)))],
  ['word vectors', 'vectors', () => wordVectors({ 'a.txt': 'king x y' } as never)],
  ['model', 'files', () => loadModel(null as never)],
  ['layers', 'option', () => linear({} as never)],
  ['train', 'option', () => train({} as never)],
])('an error of %s is recognised, with code %s, here and on the other side of a port', async (_, code, work) => {
  const error = await errorOf(work);
  expect(ResidualError.is(error) && error.code).toBe(code);
  const remote = errorFromPlain(structuredClone(errorToPlain(error)));
  expect(ResidualError.is(remote) && [remote.code, remote.message]).toEqual([code, (error as Error).message]);
});
