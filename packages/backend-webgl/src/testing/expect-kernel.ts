import { dispose, gradients, normalValues, requireBackend, type Tensor, tensor } from '@residual/tensor';
import { sizeOf } from '@residual/tensor/kernels';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { getKernel } from '@tensorflow/tfjs-core';
import { describe, expect } from 'vitest';
import { withoutKernels } from './without-kernels.js';

/** The name of the active backend. */
export const backend = requireBackend();

let draws = { by: '', times: 0 };

/** Normally distributed numbers that differ between the calls of a test and do not depend on earlier tests. */
export function normal(shape: number[], scale = 1, shift = 0): Tensor {
  const by = expect.getState().currentTestName ?? '';
  draws = { by, times: draws.by === by ? draws.times + 1 : 0 };
  return tensor(
    normalValues(3, `${by} ${draws.times}`, sizeOf(shape)).map(x => x * scale + shift),
    shape,
  );
}

/** An int32 tensor. */
export const int32 = (values: readonly number[], shape = [values.length]) =>
  tensor(Int32Array.from(values), shape, 'int32');

/**
 * Expects the results of the kernel to equal those of the composition, for the output and the gradients of
 * `differentiated`.
 */
export async function expectKernelMatches(
  run: () => Tensor,
  inputs: unknown,
  differentiated: readonly Tensor[] = [],
  absolute = 1e-5,
) {
  const [ours, reference] = [run(), withoutKernels(run)];
  expect(ours.shape).toEqual(reference.shape);
  await expectClose(ours, reference, { absolute, relative: 1e-5 });
  if (differentiated.length > 0) {
    const dy = normal(ours.shape);
    const withGradients = () => gradients(run, [...differentiated], dy);
    const [kernelResult, compositionResult] = [withGradients(), withoutKernels(withGradients)];
    for (const [i, gradient] of kernelResult.gradients.entries())
      await expectClose(gradient!, compositionResult.gradients[i]!, { absolute: 5 * absolute, relative: 1e-5 });
    dispose([kernelResult.value, kernelResult.gradients, compositionResult.value, compositionResult.gradients, dy]);
  }
  await expectNoLeak(() => run().dispose());
  dispose([ours, reference, inputs]);
}

/** Describes tests of an op; skipped if the active backend has no kernel for it. */
export const kernelTests = (name: string, body: () => void) =>
  describe.skipIf(!getKernel(`residual.${name}`, backend))(`${name} on ${backend}`, body);

/** Shapes of ranks 0 to 4 with odd and even axes. */
export const shapes = [[], [1], [7], [1, 1], [3, 5], [2, 3, 5], [1, 1, 8], [2, 1, 3, 5]];
