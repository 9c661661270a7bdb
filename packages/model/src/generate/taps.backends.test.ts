import { memoryUsage } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { PlainTensor } from '../plain-tensor.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import type { Step } from './sampling-policy.js';

const weights = 'decoder.layers.1.attention.weights';
const taps = ['decoder.layers.*.attention.weights', 'decoder.layers.1.output'];

/** The rows `from` and on of [..., length, width], of each row the first `keys`. */
const part = ({ shape, data }: PlainTensor, from: number, keys: number) => {
  const [length, width] = shape.slice(-2) as [number, number];
  const kept: number[] = [];
  for (let i = 0; i < data.length; i++)
    if (Math.floor(i / width) % length >= from && i % width < keys) kept.push(data[i]!);
  return kept;
};

test('taps of each step equal those of one pass over the whole text: queries just fed, keys so far', async () => {
  const model = await loadModel(fixtureFiles('fixtures/checkpoints/llama'));
  const before = memoryUsage();
  const steps: Step[] = [];
  const prompt = [3, 5, 7, 11, 13];
  for await (const step of model.generate(prompt, { eosTokenId: [], maxNewTokens: 4, taps })) steps.push(step);
  const whole = await model.forward([...prompt, ...steps.map(({ token }) => token)].slice(0, -1), { taps });
  for (const { index, taps: seen } of steps) {
    const total = prompt.length + index;
    const fed = index === 0 ? prompt.length : 1;
    expect(seen[weights]!.shape).toEqual([model.heads, fed, total]);
    expect(seen['decoder.layers.1.output']!.shape.slice(0, -1)).toEqual([fed]);
    const same = (path: string, keys: number) => {
      const { shape, data } = whole.taps[path]!;
      const upTo = total * shape.at(-1)!; // the rows so far, of each head
      const perHead = shape.at(-2)! * shape.at(-1)!;
      const rows = data.filter((_, i) => i % perHead < upTo);
      const short = { shape: [...shape.slice(0, -2), total, shape.at(-1)!], data: rows };
      return expectClose([...seen[path]!.data], part(short, total - fed, keys), { absolute: 1e-5 });
    };
    await same(weights, total);
    await same('decoder.layers.1.output', Number.POSITIVE_INFINITY);
  }
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});

test('in a batch of unequal prompts the keys include the padding, and the rest equals the prompt alone', async () => {
  const model = await loadModel(fixtureFiles('fixtures/checkpoints/gpt2'));
  const prompts = [
    [3, 5],
    [3, 5, 7, 11, 13],
  ];
  const options = { eosTokenId: [], maxNewTokens: 2, taps: [weights] };
  const together: Step[] = [];
  const alone: Step[] = [];
  for await (const step of model.generateBatch(prompts, options)) together.push(step);
  for await (const step of model.generate(prompts[0]!, options)) alone.push(step);
  for (const { index, taps: seen, token } of alone) {
    const other = together.find(step => step.batchIndex === 0 && step.index === index)!;
    expect(other.token).toBe(token);
    const [own, padded] = [seen[weights]!, other.taps[weights]!];
    const [heads, fed, keys] = own.shape as [number, number, number];
    expect(padded.shape).toEqual([heads, index === 0 ? 5 : 1, keys + 3]);
    const last = (x: PlainTensor) => {
      const [, queries, width] = x.shape as [number, number, number];
      return Array.from({ length: heads }, (_, head) => {
        const end = (head + 1) * queries * width;
        return [...x.data.slice(end - width, end)];
      });
    };
    const expected = last(own).map(row => [0, 0, 0, ...row]);
    await expectClose(last(padded).flat(), expected.flat(), { absolute: 1e-5 });
    expect(fed).toBe(index === 0 ? 2 : 1);
  }
  model.dispose();
});

test('taps of a source cover its tokens without padding, and in a batch equal those of each source alone', async () => {
  const model = await loadModel(fixtureFiles('fixtures/checkpoints/marian'));
  const sources = [
    [3, 5, 7, 11, 13, 17, 0],
    [3, 5, 0],
    [7, 5, 3, 2, 11, 0],
  ];
  const seenBy = [
    'source.embedded',
    'encoder.layers.1.attention.key',
    'encoder.layers.*.attention.weights',
    'encoder.layers.0.mlp.hidden',
    'encoder.layers.0.output',
    'decoder.layers.0.crossAttention.value',
    'decoder.layers.1.crossAttention.weights',
  ];
  const options = { maxNewTokens: 1, temperature: 0, taps: seenBy };
  const together: Step[] = [];
  for await (const step of model.generateBatch(sources, options)) together.push(step);
  for (const [row, source] of sources.entries()) {
    const { length } = source;
    for await (const { taps: seen } of model.generate(source, options)) {
      const shapes = Object.entries(seen).map(([path, { shape }]) => [path.replace(/\d+/, '*'), shape.slice(-2)]);
      const dim = seen['encoder.layers.0.output']!.shape.at(-1)!;
      expect(Object.fromEntries(shapes)).toEqual({
        'source.embedded': [length, dim],
        'encoder.layers.*.attention.key': [length, dim / model.encoderHeads],
        'encoder.layers.*.attention.weights': [length, length],
        'encoder.layers.*.mlp.hidden': [length, seen['encoder.layers.0.mlp.hidden']!.shape.at(-1)!],
        'encoder.layers.*.output': [length, dim],
        'decoder.layers.*.crossAttention.value': [length, dim / model.heads],
        'decoder.layers.*.crossAttention.weights': [1, length],
      });
      const sums = sumsOf(seen['encoder.layers.1.attention.weights']!);
      await expectClose(
        sums,
        sums.map(() => 1),
        { absolute: 1e-5 },
      ); // no attention is missing
      const batched = together.find(step => step.batchIndex === row)!.taps;
      for (const [path, { shape, data }] of Object.entries(seen)) {
        expect([path, batched[path]!.shape]).toEqual([path, shape]);
        await expectClose([...batched[path]!.data], [...data], { absolute: 1e-5 });
      }
    }
  }
  model.dispose();
});

/** The sums along the last axis. */
const sumsOf = ({ shape, data }: PlainTensor) => {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, row) =>
    data.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0),
  );
};
