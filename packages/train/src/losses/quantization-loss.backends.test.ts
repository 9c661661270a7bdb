import { dispose, gradients, normalValues, type Tensor, tensor, zeros } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { codeUsage, quantizationLoss } from '../index.js';

const size = 2 * 3 * 5;
const [v, q] = ['vectors', 'quantized'].map(name => Array.from(normalValues(4, name, size))) as [number[], number[]];

test('the codebook is pulled to the vectors, and the vectors less to their codes', () =>
  expectNoLeak(async () => {
    const inputs = { vectors: tensor(v, [2, 3, 5]), quantized: tensor(q, [2, 3, 5]) };
    const mean = v.reduce((sum, value, i) => sum + (value - q[i]!) ** 2, 0) / size;
    for (const [options, commitment] of [[{}, 0.25] as const, [{ commitment: 0.7 }, 0.7] as const]) {
      const { value, gradients: slopes } = gradients(() => quantizationLoss(inputs, options), inputs);
      await expectClose(value, mean * (1 + commitment), { relative: 1e-5 });
      const towards = v.map((entry, i) => (2 * (entry - q[i]!)) / size);
      await expectClose(
        slopes.vectors!,
        towards.map(slope => commitment * slope),
        { absolute: 1e-6 },
      );
      await expectClose(
        slopes.quantized!,
        towards.map(slope => -slope),
        { absolute: 1e-6 },
      );
      dispose([value, slopes] as unknown as Tensor[]);
    }
    dispose(inputs as unknown as Tensor[]);
  }));

test('usage is counted, with its perplexity', () => {
  const { counts, used, perplexity } = codeUsage([0, 2, 2, 0, 4, 4, 2, 0], 5);
  expect([[...counts], used]).toEqual([[3, 0, 3, 0, 2], 3]);
  const entropy = -[3, 3, 2].reduce((sum, count) => sum + (count / 8) * Math.log(count / 8), 0);
  expect(perplexity).toBeCloseTo(Math.exp(entropy), 10);
  expect(codeUsage([1, 3], 4).perplexity).toBeCloseTo(2, 10);
  expect(codeUsage([], 4).perplexity).toBe(0);
});

test('what does not fit is refused', () => {
  const inputs = { vectors: zeros([2, 3]), quantized: zeros([3, 2]) };
  expect(() => quantizationLoss(inputs)).toThrow(
    'quantizationLoss: vectors [2, 3] and quantized [3, 2] must have one shape',
  );
  dispose(inputs as unknown as Tensor[]);
  expect(() => codeUsage([0, 5], 5)).toThrow('codeUsage: code 1 is 5; it must be 0 .. 4');
});
