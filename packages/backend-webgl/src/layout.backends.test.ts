import {
  add,
  attend,
  crossEntropy,
  exp,
  keep,
  layerNorm,
  linear,
  mul,
  reshape,
  rmsNorm,
  rotate,
  silu,
  sum,
  type Tensor,
  tidy,
} from '@residual/tensor';
import { env, getKernel } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { backend, expectKernelMatches, int32, normal } from './testing/expect-kernel.js';

/** A tensor made by ops that leave Infinity, e^100, in the padding of an odd axis of the texture. */
function spoiled(shape: number[]): Tensor {
  return tidy(() => exp(add(mul(normal(shape, 0.02, 2), -50), 100)));
}

describe.skipIf(!getKernel('residual.linear', backend))(`layout on ${backend}`, () => {
  if (backend === 'webgl') {
    beforeAll(() => env().set('WEBGL_CPU_FORWARD', false)); // ops on little data run on the device too
    afterAll(() => env().set('WEBGL_CPU_FORWARD', true));
  }
  const cases: Record<string, (make: (shape: number[]) => Tensor) => Tensor> = {
    layerNorm: make => layerNorm(make([3, 7]), make([7]), make([7]), 1e-5),
    rmsNorm: make => rmsNorm(make([3, 7]), make([7]), 1e-5),
    linear: make => linear(make([3, 7]), make([5, 7]), make([5])),
    'linear of one row': make => linear(make([1, 7]), make([5, 7]), make([5])),
    crossEntropy: make => crossEntropy(make([3, 7]), int32([0, 6, 3])),
    rotate: make =>
      rotate(make([1, 3, 5, 7]), { cos: make([5, 3]), sin: make([5, 3]), ids: int32([0, 1, 2, 3, 4], [1, 5]) }),
    attend: make => attend({ query: make([1, 2, 3, 7]), key: make([1, 2, 5, 7]), value: make([1, 2, 5, 3]) }),
    'attend of one query': make =>
      attend({ query: make([1, 2, 1, 7]), key: make([1, 2, 5, 7]), value: make([1, 2, 5, 3]) }),
  };
  for (const [name, body] of Object.entries(cases))
    test(`padding beyond the last number does not affect ${name}`, async () => {
      const inputs: Tensor[] = [];
      const run = () => {
        let count = 0;
        return tidy(() =>
          body(shape => {
            inputs[count] ??= keep(spoiled(shape));
            return inputs[count++]!;
          }),
        );
      };
      await expectKernelMatches(run, inputs);
    });

  test('kernels read the outputs of other ops in every layout', async () => {
    const [x, weight] = [normal([2, 3, 4]), normal([5, 4])];
    const run = () =>
      tidy(() => {
        const rows = reshape(mul(x, 2), [3, 2, 4]);
        const y = linear(mul(silu(rows), rows), mul(weight, 0.5));
        return mul(y, sum(mul(y, reshape(y, [3, 2, 5])), { axis: 2, keepDims: true }));
      });
    await expectKernelMatches(run, [x, weight], [x, weight], 1e-4);
  });

  test('single rows under other shapes, and back, keep their order', async () => {
    const x = normal([2, 1, 12]);
    const run = () =>
      tidy(() => {
        const heads = reshape(silu(x), [2, 3, 1, 4]);
        const joined = reshape(mul(heads, heads), [2, 1, 12]);
        return mul(reshape(joined, [6, 4]), reshape(silu(x), [6, 4]));
      });
    await expectKernelMatches(run, x, [x]);
  });
});
