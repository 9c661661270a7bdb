import '@residual/testkit/wasm';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { leastSquares } from '../least-squares.js';
import { shapes } from '../points.js';
import { corpusOf } from './corpus.js';
import { fit } from './fitting.js';

const points = [
  [-2, 1],
  [0, 2.5],
  [1, -1],
  [3, 4],
] as const;
const { signal } = new AbortController();
const settings = {
  examples: points,
  inputs: 1,
  hidden: 0,
  optimizer: 'sgd' as const,
  learningRate: 0.05,
  steps: 400,
  seed: 1,
};
const snapshotAt = async (job: ReturnType<typeof fit>, inputs: readonly number[]) =>
  job.requests!.snapshot(Float32Array.from(inputs));

test('a line approaches the closed form, follows other points, and frees its tensors', () =>
  expectNoLeak(async () => {
    const job = fit(settings, { signal });
    for await (const event of job.training) if (event.step === 200) job.requests!.examples(points.slice(0, 3));
    const { slope, intercept } = leastSquares(points.slice(0, 3));
    const { outputs, hidden, weights } = await snapshotAt(job, [0, 1]);
    await expectClose([...outputs], [intercept, slope + intercept], { absolute: 1e-3 });
    await expectClose([weights.weight![0]!, weights.bias![0]!], [slope, intercept], { absolute: 1e-3 });
    expect(hidden).toHaveLength(0);
    job.dispose!();
  }));

test('a perceptron separates classes that no line separates; its output is the sum over its neurons', () =>
  expectNoLeak(async () => {
    const examples = shapes.xor().map(({ x, y, kind }) => [x, y, kind!]);
    const job = fit({ ...settings, examples, inputs: 2, hidden: 6, optimizer: 'adam', learningRate: 0.05 }, { signal });
    for await (const _ of job.training) void _;
    const { outputs, hidden, weights } = await snapshotAt(
      job,
      examples.flatMap(([x, y]) => [x!, y!]),
    );
    expect([...outputs].map(Math.sign)).toEqual(examples.map(([, , kind]) => kind));
    const [down, bias] = [weights['down.weight']!, weights['down.bias']![0]!];
    const sum = down.reduce((all, weight, n) => all + weight * hidden[n]!, bias);
    expect(outputs[0]).toBeCloseTo(sum, 4);
    job.dispose!();
  }));

test('a text is split in two: validation data is not trained on', () => {
  const text = `${'a'.repeat(90)}${'b'.repeat(10)}`;
  const { tokenizer, batches, validation } = corpusOf(text, { length: 7, batch: 3, seed: 1 });
  const [a, b] = tokenizer.encode('ab').ids;
  const trained = Array.from({ length: 40 }, (_, at) => [...batches(at).ids, ...batches(at).labels]).flat();
  expect(new Set(trained)).toEqual(new Set([a]));
  expect(validation).toHaveLength(1);
  expect([...validation[0]!.ids]).toEqual(Array(7).fill(b));
});

test('a text that is too short is an error with both numbers, and so is an empty text', () => {
  const shape = { length: 7, batch: 3, seed: 1 };
  expect(() => corpusOf('too short text', shape)).toThrow(
    'The text has 14 characters; a context of 7 needs 16 or more, half to train on and half to validate on.',
  );
  expect(corpusOf('just long enough', shape).validation).toHaveLength(1);
  expect(() => corpusOf('', shape)).toThrow('The text is empty: there is nothing to learn from.');
});
