import { dispose, gradients, linear, normalValues, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { chunkedLoss, labelsOf, meanSquaredError, type TokenLossOptions, tokenLoss } from '../index.js';

const [rows, dim, vocab] = [7, 5, 11];
const labels = [3, 0, -100, 10, 3, 7, -100];
const weights = [1, 0.5, 9, 2, 0, 1.5, 1];
const numbers = (name: string, shape: number[]) =>
  tensor(
    normalValues(
      5,
      name,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );

/** The loss in float64, straight from its definition. */
const expected = (logits: ArrayLike<number>, { ignoreIndex = -100, labelSmoothing = 0, weights }: TokenLossOptions) => {
  let [sum, total] = [0, 0];
  for (const [row, label] of labels.entries()) {
    if (label === ignoreIndex) continue;
    const scores = Array.from({ length: vocab }, (_, i) => logits[row * vocab + i]!);
    const norm = Math.log(scores.reduce((all, score) => all + Math.exp(score), 0));
    const logs = scores.map(score => norm - score);
    const target = logs.map((_, i) => (i === label ? 1 - labelSmoothing : 0) + labelSmoothing / vocab);
    const weight = weights?.[row] ?? 1;
    sum += weight * logs.reduce((all, log, i) => all + target[i]! * log, 0);
    total += weight;
  }
  return sum / total;
};

test.each<[string, TokenLossOptions]>([
  ['plain', {}],
  ['with another id to ignore', { ignoreIndex: 3 }],
  ['smoothed', { labelSmoothing: 0.1 }],
  ['weighted', { weights }],
  ['weighted and smoothed', { weights, labelSmoothing: 0.3 }],
])('tokenLoss equals its definition: %s', async (_, options) => {
  const given = options.ignoreIndex === undefined ? labels : labels.map(label => (label === -100 ? 3 : label));
  const logits = numbers('logits', [rows, vocab]);
  const loss = tokenLoss(logits, given, options);
  const wanted = options.ignoreIndex === undefined ? options : { ignoreIndex: 3 };
  const data = await logits.data();
  const value = options.ignoreIndex === undefined ? expected(data, wanted) : expectedIgnoring3(data);
  await expectClose(loss, value, { absolute: 2e-6 });
  dispose([logits, loss]);
});

/** Where 3 is ignored, the rows that counted before and are not 3. */
const expectedIgnoring3 = (logits: ArrayLike<number>) => {
  const others = labels.map((label, row) => ({ label, row })).filter(({ label }) => label !== 3 && label !== -100);
  const losses = others.map(({ label, row }) => {
    const scores = Array.from({ length: vocab }, (_, i) => logits[row * vocab + i]!);
    return Math.log(scores.reduce((all, score) => all + Math.exp(score), 0)) - scores[label]!;
  });
  return losses.reduce((a, b) => a + b, 0) / losses.length;
};

test('where no row counts the loss is 0', async () => {
  const logits = numbers('logits', [2, vocab]);
  const loss = tokenLoss(logits, [-100, -100]);
  expect([...(await loss.data())]).toEqual([0]);
  dispose([logits, loss]);
});

test.each([2, 3, 50])('a chunked loss of %i rows and its gradients equal those of the whole', chunk =>
  expectNoLeak(async () => {
    const [x, head] = [numbers('x', [1, rows, dim]), numbers('head', [vocab, dim])];
    const logits = ({ head }: { head: { head?: Tensor } }, rows: Tensor) => linear(rows, head.head!);
    const options = { labelSmoothing: 0.1, weights };
    const read = chunkedLoss(labelsOf('test', labels, options), chunk, options);
    const parts = gradients(() => read(x, { head: { head }, embedding: undefined }, logits), { x, head });
    const whole = gradients(() => tokenLoss(linear(x, head), labels, options), { x, head });
    const total = 5; // the weights of the rows that count
    await expectClose(parts.value, (await whole.value.data())[0]! * total, { relative: 1e-5 });
    for (const name of ['x', 'head'] as const) {
      const scaled = Array.from(await whole.gradients[name]!.data(), value => value * total);
      await expectClose(await parts.gradients[name]!.data(), scaled, { absolute: 1e-5 });
    }
    dispose([x, head, parts, whole]);
  }),
);

/**
 * The most bytes of data that there were at once while `work` ran, beyond those before it; handles on the same data
 * count once.
 */
function peakBytes(work: () => void): number {
  const { state } = (globalThis as unknown as { _tfengine: { state: { tensorInfo: TensorInfos } } })._tfengine;
  const infos = state.tensorInfo;
  let [bytes, most] = [0, 0];
  const sizeOf = (id: object) => 4 * infos.get(id)!.shape.reduce((size, length) => size * length, 1);
  state.tensorInfo = {
    get: id => infos.get(id),
    has: id => infos.has(id),
    set: (id, info) => {
      infos.set(id, info);
      bytes += sizeOf(id);
      most = Math.max(most, bytes);
    },
    delete: id => {
      bytes -= sizeOf(id);
      return infos.delete(id);
    },
  };
  try {
    work();
    return most;
  } finally {
    state.tensorInfo = infos;
  }
}

/** What TensorFlow.js notes of each piece of data. */
interface TensorInfos {
  get(id: object): { readonly shape: readonly number[] } | undefined;
  has(id: object): boolean;
  set(id: object, info: { readonly shape: readonly number[] }): unknown;
  delete(id: object): boolean;
}

test('a chunked loss never stores all logits, forward or backward', () => {
  const [rows, vocab, chunk] = [96, 256, 8];
  const [x, head] = [numbers('x', [rows, 1]), numbers('head', [vocab, 1])];
  const logits = ({ head }: { head: { head?: Tensor } }, rows: Tensor) => linear(rows, head.head!);
  const labels = labelsOf('test', Array(rows).fill(1), {});
  const peakWith = (chunk: number, smoothing: number) =>
    peakBytes(() => {
      const read = chunkedLoss(labels, chunk, { labelSmoothing: smoothing });
      dispose(gradients(() => read(x, { head: { head }, embedding: undefined }, logits), { x, head }));
    });
  const whole = rows * vocab * 4;
  expect(peakWith(rows, 0)).toBeGreaterThan(whole);
  for (const smoothing of [0, 0.1]) expect(peakWith(chunk, smoothing)).toBeLessThan(7 * chunk * vocab * 4);
  dispose([x, head]);
});

test('meanSquaredError is the mean over all entries', async () => {
  const [y, target] = [tensor([1, 2, 3, 5], [2, 2]), tensor([1, 0, 6, 5], [2, 2])];
  const loss = meanSquaredError(y, target);
  await expectClose(loss, 13 / 4, { absolute: 1e-6 });
  dispose([loss, target]);
  const other = tensor([1, 2], [2, 1]);
  expect(() => meanSquaredError(y, other)).toThrow('meanSquaredError: y [2, 2] and target [2, 1] must have one shape');
  dispose([y, other]);
});

test.each([
  [[1, 2], {}, 'tokenLoss: label 1 is 2; it must be 0 .. 1, or -100 to be ignored'],
  [[1, 0], { labelSmoothing: 1 }, 'tokenLoss: labelSmoothing is 1; it must be a number from 0 to below 1'],
  [[1, 0], { weights: [1] }, 'tokenLoss: 1 weights do not fit 2 labels'],
  [[1, 0], { weights: [1, -1] }, 'tokenLoss: weight 1 is -1; it must be a number, 0 or more'],
] as const)('invalid arguments are errors: %s %o', (labels, options, message) => {
  const logits = tensor([1, 2, 3, 4], [2, 2]);
  expect(() => tokenLoss(logits, labels, options)).toThrow(message);
  logits.dispose();
});
