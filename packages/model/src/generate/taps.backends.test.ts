import { patch } from '@residual/inspect';
import { memoryUsage, zeros } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import type { PlainTensor } from '../plain-tensor.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import type { Step } from './sampling-policy.js';

const weights = 'decoder.layers.1.attention.weights';
const taps = ['decoder.layers.*.attention.weights', 'decoder.layers.1.output'];

/** The first `keys` entries of each row of [..., length, width], from row `from` on. */
const part = ({ shape, data }: PlainTensor, from: number, keys: number) => {
  const [length, width] = shape.slice(-2) as [number, number];
  const entries: number[] = [];
  for (let i = 0; i < data.length; i++)
    if (Math.floor(i / width) % length >= from && i % width < keys) entries.push(data[i]!);
  return entries;
};

test('taps of each step equal those of one pass over the whole text, at the tokens fed', async () => {
  const model = await loadModel(fixtureFiles('fixtures/checkpoints/llama'));
  const before = memoryUsage();
  const steps: Step[] = [];
  const prompt = [3, 5, 7, 11, 13];
  for await (const step of model.generate(prompt, { eosTokenId: [], maxNewTokens: 4, taps })) steps.push(step);
  const whole = await model.forward([...prompt, ...steps.map(({ token }) => token)].slice(0, -1), { taps });
  for (const { index, taps: tensors } of steps) {
    const total = prompt.length + index;
    const queryLen = index === 0 ? prompt.length : 1;
    expect(tensors[weights]!.shape).toEqual([model.heads, queryLen, total]);
    expect(tensors['decoder.layers.1.output']!.shape.slice(0, -1)).toEqual([queryLen]);
    const same = (path: string, keys: number) => {
      const { shape, data } = whole.taps[path]!;
      const upTo = total * shape.at(-1)!; // the rows so far, of each head
      const perHead = shape.at(-2)! * shape.at(-1)!;
      const rows = data.filter((_, i) => i % perHead < upTo);
      const short = { shape: [...shape.slice(0, -2), total, shape.at(-1)!], data: rows };
      return expectClose([...tensors[path]!.data], part(short, total - queryLen, keys), { absolute: 1e-5 });
    };
    await same(weights, total);
    await same('decoder.layers.1.output', Number.POSITIVE_INFINITY);
  }
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});

test('in a batch of unequal prompts the keys include the padding, with weight 0', async () => {
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
  for (const { index, taps: tensors, token } of alone) {
    const other = together.find(step => step.batchIndex === 0 && step.index === index)!;
    expect(other.token).toBe(token);
    const [own, padded] = [tensors[weights]!, other.taps[weights]!];
    const [heads, queryLen, keyLen] = own.shape as [number, number, number];
    expect(padded.shape).toEqual([heads, index === 0 ? 5 : 1, keyLen + 3]);
    const last = (x: PlainTensor) => {
      const [, queries, width] = x.shape as [number, number, number];
      return Array.from({ length: heads }, (_, head) => {
        const end = (head + 1) * queries * width;
        return [...x.data.slice(end - width, end)];
      });
    };
    const expected = last(own).map(row => [0, 0, 0, ...row]);
    await expectClose(last(padded).flat(), expected.flat(), { absolute: 1e-5 });
    expect(queryLen).toBe(index === 0 ? 2 : 1);
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
  const sourceTaps = [
    'source.embedded',
    'encoder.layers.1.attention.key',
    'encoder.layers.*.attention.weights',
    'encoder.layers.0.mlp.hidden',
    'encoder.layers.0.output',
    'decoder.layers.0.crossAttention.value',
    'decoder.layers.1.crossAttention.weights',
  ];
  const options = { maxNewTokens: 1, temperature: 0, taps: sourceTaps };
  const together: Step[] = [];
  for await (const step of model.generateBatch(sources, options)) together.push(step);
  for (const [row, source] of sources.entries()) {
    const { length } = source;
    for await (const { taps: tensors } of model.generate(source, options)) {
      const shapes = Object.entries(tensors).map(([path, { shape }]) => [path.replace(/\d+/, '*'), shape.slice(-2)]);
      const dim = tensors['encoder.layers.0.output']!.shape.at(-1)!;
      expect(Object.fromEntries(shapes)).toEqual({
        'source.embedded': [length, dim],
        'encoder.layers.*.attention.key': [length, dim / model.encoderHeads],
        'encoder.layers.*.attention.weights': [length, length],
        'encoder.layers.*.mlp.hidden': [length, tensors['encoder.layers.0.mlp.hidden']!.shape.at(-1)!],
        'encoder.layers.*.output': [length, dim],
        'decoder.layers.*.crossAttention.value': [length, dim / model.heads],
        'decoder.layers.*.crossAttention.weights': [1, length],
      });
      const sums = sumsOf(tensors['encoder.layers.1.attention.weights']!);
      await expectClose(
        sums,
        sums.map(() => 1),
        { absolute: 1e-5 },
      ); // all attention is on the tokens of the source
      const batched = together.find(step => step.batchIndex === row)!.taps;
      for (const [path, { shape, data }] of Object.entries(tensors)) {
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

test('hooks see a source without padding, so an activation of its length fits', async () => {
  const model = await loadModel(fixtureFiles('fixtures/checkpoints/marian'));
  const before = memoryUsage();
  const path = 'encoder.layers.0.output';
  const source = [3, 5, 7, 11, 13, 17, 0];
  const from = zeros([1, source.length, 32]);
  const options = { maxNewTokens: 1, temperature: 0, hooks: [patch(path, { from })], taps: [path] };
  for await (const { taps: tensors } of model.generate(source, options)) {
    expect(tensors[path]!.shape).toEqual([source.length, 32]);
    expect(tensors[path]!.data.every(value => value === 0)).toBe(true);
  }
  from.dispose();
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});
