import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { crossEntropy, dispose, gradients, requireBackend, tensor, tidy, zeros } from '../index.js';
import { expectOp } from '../testing/expect-op.js';
import { type Grid, grid, sample, sumOver } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const lossOf = (logits: Grid, labels: readonly number[], ignoreIndex: number): Grid =>
  grid([labels.length], row => {
    const label = labels[row!]!;
    if (label === ignoreIndex) return 0;
    const sum = sumOver(logits.shape[1]!, i => Math.exp(logits.at(row!, i) - logits.at(row!, label)));
    return Math.log(sum);
  });

test('the loss of each row, 0 where the label is to be ignored', async () => {
  for (const [labels, ignoreIndex] of [
    [[3, 0, 6, 2, 3], undefined],
    [[3, -100, 6, -100, 0], undefined],
    [[3, 0, 6, 0, 3], 0],
    [[-1, -1, -1, -1, -1], -1],
  ] as const)
    await expectOp({
      inputs: { logits: sample([5, 7], 3, -4, 4) },
      run: ({ logits }) => tidy(() => crossEntropy(logits, tensor(labels, [5], 'int32'), { ignoreIndex })),
      reference: ({ logits }) => lossOf(logits, labels, ignoreIndex ?? -100),
    });
});

test('large logits do not reduce the precision of a small loss', async () => {
  const logits = tensor([3000, 3001, -3000, 2990, 3000, 3000], [2, 3]);
  const labels = tensor([1, 0], [2], 'int32');
  const loss = crossEntropy(logits, labels);
  await expectClose(loss, [Math.log(1 + Math.exp(-1)), 10 + Math.log(2 + Math.exp(-10))], { absolute: 3e-6 });
  dispose([logits, labels, loss]);
});

test('a label outside the vocabulary, and NaN logits, give a loss that is not finite', async () => {
  const logits = tensor([1, 2, 3, 1, 2, 3, Number.NaN, 1, 2, 1, 2, 3], [4, 3]);
  const labels = (outside: number) => tensor([outside, 0, 1, -100], [4], 'int32');
  for (const outside of requireBackend() === 'wasm' ? [0] : [3, -1, 1000]) {
    const losses = tidy(() => crossEntropy(logits, labels(outside)));
    const [first, second, third] = await losses.data();
    expect(Number.isFinite(first)).toBe(outside === 0);
    expect(second).toBeCloseTo(2.407606, 5); // log(e⁰ + e¹ + e²)
    expect(Number.isFinite(third)).toBe(false);
    losses.dispose();
  }
  expect((await tidy(() => crossEntropy(logits, labels(0))).data())[3]).toBe(0);
  logits.dispose();
});

/** Every index of the cpu backend is exact. */
const onGpuOrWasm = test.skipIf(requireBackend() === 'cpu');

onGpuOrWasm('row times vocabulary may pass 2²⁴', async () => {
  const [rows, vocab] = [337, 50257];
  const labels = Array.from({ length: rows }, (_, row) => (row * 9973) % vocab);
  const row = Float32Array.from({ length: vocab }, (_, i) => (i % 1001) / 100);
  const logits = new Float32Array(rows * vocab);
  for (let start = 0; start < logits.length; start += vocab) logits.set(row, start);
  const result = tidy(() => crossEntropy(tensor(logits, [rows, vocab]), tensor(labels, [rows], 'int32')));
  const logSum = Math.log(sumOver(vocab, i => Math.exp((i % 1001) / 100)));
  await expectClose(
    result,
    labels.map(label => logSum - (label % 1001) / 100),
    { absolute: 2e-4 },
  );
  result.dispose();
});

test('what does not fit throws with both sides', () => {
  tidy(() => {
    const labels = zeros([5], 'int32');
    expect(messageOf(() => crossEntropy(zeros([2, 5, 7]), labels))).toBe(
      'crossEntropy: logits [2, 5, 7] are [rows, vocab], labels [5] are not [rows]',
    );
    expect(messageOf(() => crossEntropy(zeros([4, 7]), labels))).toBe(
      'crossEntropy: logits [4, 7] are [rows, vocab], labels [5] are not [rows]',
    );
    expect(messageOf(() => crossEntropy(zeros([5, 7]), zeros([5])))).toBe(
      'crossEntropy: labels must be int32, not float32',
    );
  });
});

test('labels have no gradient', () => {
  const [logits, labels, dy] = [zeros([2, 3]), zeros([2], 'int32'), zeros([2])];
  const output = gradients(() => crossEntropy(logits, labels), { logits, labels }, dy);
  expect(output.gradients.labels).toBeUndefined();
  expect(output.gradients.logits!.shape).toEqual([2, 3]);
  dispose([logits, labels, dy, output]);
});
