import { type AttendInputs, type AttendOptions, attend } from '@residual/tensor';
import { test } from 'vitest';
import { expectKernelMatches, int32, kernelTests, normal } from '../testing/expect-kernel.js';

kernelTests('attend', () => {
  interface Case {
    readonly dims: readonly [batch: number, heads: number, kvHeads: number, queryLen: number, keyLen: number];
    readonly headDim?: number;
    readonly valueDim?: number;
    readonly options?: AttendOptions;
    readonly extra?: (dims: readonly number[]) => Partial<AttendInputs>;
    readonly gradient?: boolean;
  }

  const check = (name: string, { dims, headDim = 6, valueDim = headDim, options, extra, gradient = false }: Case) =>
    test(`the kernel equals the composition: ${name}`, async () => {
      const [batch, heads, kvHeads, queryLen, keyLen] = dims;
      const query = normal([batch, heads, queryLen, headDim]);
      const [key, value] = [normal([batch, kvHeads, keyLen, headDim]), normal([batch, kvHeads, keyLen, valueDim])];
      const inputs: AttendInputs = { query, key, value, ...extra?.(dims) };
      const differentiable = [query, key, value, ...(inputs.bias ? [inputs.bias] : [])];
      await expectKernelMatches(() => attend(inputs, options), inputs, gradient ? differentiable : []);
    });

  // Gradients of each option are compared with finite differences in the tests of the op.
  check('heads that share keys', { dims: [2, 6, 2, 3, 7], gradient: true });
  check('one query', { dims: [2, 6, 2, 1, 7] });
  check('one query, long heads', { dims: [1, 3, 3, 1, 33], headDim: 36 });
  check('heads of 1', { dims: [2, 3, 1, 3, 5], headDim: 1, valueDim: 3 });
  check('odd heads', { dims: [1, 2, 2, 3, 5], headDim: 7, valueDim: 5 });
  check('values of another width', { dims: [1, 2, 2, 3, 5], headDim: 4, valueDim: 9 });
  check('values wider by a whole number of four', { dims: [1, 2, 2, 4, 5], headDim: 4, valueDim: 12 });
  check('one key head', { dims: [2, 6, 1, 1, 5], headDim: 8 });
  check('causal', { dims: [2, 6, 2, 3, 7], options: { causal: true } });
  check('causal, one query', { dims: [2, 6, 2, 1, 7], options: { causal: true } });
  check('causal, more queries than keys', { dims: [1, 2, 2, 7, 3], options: { causal: true } });
  check('a window', { dims: [1, 2, 2, 7, 7], options: { window: 2 } });
  check('a causal window', { dims: [1, 2, 2, 7, 7], options: { causal: true, window: 3 } });
  check('a cap', { dims: [2, 6, 2, 3, 7], options: { softCap: 0.7, scale: 2 } });
  check('many queries', { dims: [1, 2, 1, 67, 67], headDim: 8, options: { causal: true } });
  check('many keys', { dims: [1, 2, 1, 1, 131], headDim: 8 });
  for (const at of [0, 1, 8])
    check(`queries from position ${at} of a cache`, {
      dims: [2, 4, 2, 3, 11],
      options: { causal: true },
      extra: () => ({ position: int32([at]) }),
    });
  check('one query in a cache', {
    dims: [2, 4, 2, 1, 64],
    headDim: 8,
    options: { causal: true, window: 5 },
    extra: () => ({ position: int32([17]) }),
  });
  check('rows of different lengths, a row that sees nothing', {
    dims: [3, 2, 2, 3, 7],
    extra: () => ({ keyStart: int32([0, 2, 5]), keyEnd: int32([7, 5, 5]) }),
  });
  check('one query, rows of different lengths', {
    dims: [3, 2, 1, 1, 7],
    extra: () => ({ keyStart: int32([0, 3, 6]), keyEnd: int32([6, 4, 7]) }),
  });
  for (const shape of [
    [1, 1, 1, 7],
    [2, 6, 3, 7],
    [1, 6, 1, 7],
    [2, 1, 3, 7],
  ])
    check(`a bias [${shape}]`, { dims: [2, 6, 2, 3, 7], extra: () => ({ bias: normal(shape) }) });
  check('keys from other rows', {
    dims: [3, 4, 2, 1, 5],
    extra: () => ({ beamIndices: int32([0, 1, 2, 0, 1, 2, 2, 1, 1, 0, 0, 1, 0, 2, 2], [3, 5]) }),
  });
  check('keys from other rows, several queries, everything at once', {
    dims: [2, 4, 2, 3, 8],
    headDim: 8,
    options: { causal: true, window: 4, softCap: 3, scale: 0.5 },
    extra: () => ({
      bias: normal([1, 4, 3, 8]),
      position: int32([3]),
      keyStart: int32([1, 0]),
      keyEnd: int32([6, 8]),
      beamIndices: int32([0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1], [2, 8]),
    }),
  });
});
