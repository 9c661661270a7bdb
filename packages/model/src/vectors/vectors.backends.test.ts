import { bytesSource, openSafetensors, type Safetensors } from '@residual/safetensors';
import { memoryUsage } from '@residual/tensor';
import { expectClose, fixture } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

const goldenOf = async (name: string) =>
  openSafetensors(bytesSource(await fixture(`checkpoints/${name}/golden.safetensors`)));
const load = (name: string) => loadModel(fixtureFiles(`fixtures/checkpoints/${name}`));

/** Integers of the file, by row. */
async function rowsOf(golden: Safetensors, name: string): Promise<number[][]> {
  const { shape, data } = await golden.read(name);
  const [rows = 0, length = 0] = shape;
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  return Array.from({ length: rows }, (_, i) => values.slice(i * length, (i + 1) * length));
}

/** The mean of rows of states [length, width]. */
const meanOf = (states: readonly (readonly number[])[]) =>
  states[0]!.map((_, k) => states.reduce((sum, row) => sum + row[k]!, 0) / states.length);

const statesOf = (data: Float32Array, width: number) =>
  Array.from({ length: data.length / width }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);

for (const name of ['gpt2', 'llama']) {
  test(`${name}: hidden states equal the reference's, and embed pools them`, async () => {
    const golden = await goldenOf(name);
    const [prompt] = (await rowsOf(golden, 'input_ids')) as [number[]];
    const model = await load(name);
    const before = memoryUsage();
    const { depth } = model;
    const hidden = await Promise.all(
      Array.from({ length: depth + 1 }, async (_, i) => {
        const { shape, data } = await golden.readFloat32(`hidden_states.${i}`);
        return statesOf(data, shape.at(-1)!);
      }),
    );
    const close = (ours: Float32Array, expected: readonly number[]) =>
      expectClose([...ours], expected, { absolute: 1e-4 });
    const last = hidden[depth]!;
    await close(await model.embed(prompt), meanOf(last));
    await close(await model.embed(prompt, { pooling: 'cls' }), last[0]!);
    await close(await model.embed(prompt, { pooling: 'last' }), last.at(-1)!);
    for (let layer = 0; layer < depth; layer++)
      await close(await model.embed(prompt, { layer }), meanOf(hidden[layer]!));
    const unit = await model.embed(prompt, { normalize: true });
    const length = Math.hypot(...meanOf(last));
    await close(
      unit,
      meanOf(last).map(value => value / length),
    );

    const { tokens, hiddenStates, output, lens } = await model.contextual(prompt, { lens: 3 });
    expect(tokens).toEqual(prompt);
    expect(hiddenStates).toHaveLength(depth + 1);
    for (let i = 0; i < depth; i++) await close(hiddenStates[i]!.data, hidden[i]!.flat());
    await close(output.data, last.flat());
    // The last layer's lens is the model's own prediction.
    const { logits } = await model.forward(prompt);
    const row = logits.data.slice(-model.vocab);
    const best = row.indexOf(Math.max(...row));
    const sum = row.reduce((total, value) => total + Math.exp(value - row[best]!), 0);
    expect(lens[depth]!.at(-1)![0]!.token).toBe(best);
    expect(lens[depth]!.at(-1)![0]!.probability).toBeCloseTo(1 / sum, 4);
    expect(lens.map(positions => positions.map(tokens => tokens.length))).toEqual(
      Array.from({ length: depth + 1 }, () => prompt.map(() => 3)),
    );
    expect(memoryUsage()).toEqual(before);
    model.dispose();
  });

  test(`${name}: each text of a batch of unequal lengths gets the vector that it gets alone`, async () => {
    const model = await load(name);
    const before = memoryUsage();
    const prompts = [[3, 5, 7, 11, 13], [2], [17, 19, 23]];
    const done: number[] = [];
    for (const pooling of ['mean', 'cls', 'last'] as const) {
      const onProgress = (progress: { done: number }) => done.push(progress.done);
      const together = await model.embedBatch(prompts, { pooling, batch: 2, onProgress });
      for (const [i, prompt] of prompts.entries())
        await expectClose([...together[i]!], [...(await model.embed(prompt, { pooling }))], { absolute: 1e-5 });
    }
    expect(done).toEqual([2, 3, 2, 3, 2, 3]);
    expect(await model.embedBatch([])).toEqual([]);
    expect(memoryUsage()).toEqual(before);
    model.dispose();
  });
}

for (const name of ['bart', 'marian', 't5']) {
  test(`${name}: the encoder's hidden states equal the reference's, and padding has no effect`, async () => {
    const golden = await goldenOf(name);
    const [ids, mask] = await Promise.all([rowsOf(golden, 'input_ids'), rowsOf(golden, 'attention_mask')]);
    const { shape, data } = await golden.readFloat32('encoder_last_hidden_state');
    const [, length = 0, width = 0] = shape;
    const model = await load(name);
    const before = memoryUsage();
    const prompts = ids.map((row, i) => row.filter((_, k) => mask[i]![k] === 1));
    expect(prompts[0]!.length).not.toBe(prompts[1]!.length);
    const vectors = await model.embedBatch(prompts);
    for (const [i, prompt] of prompts.entries()) {
      const states = statesOf(data.subarray(i * length * width), width).slice(0, prompt.length);
      await expectClose([...vectors[i]!], meanOf(states), { absolute: 1e-4 });
      const { output, hiddenStates, lens } = await model.contextual(prompt);
      await expectClose([...output.data], states.flat(), { absolute: 1e-4 });
      expect([hiddenStates.length, lens]).toEqual([model.encoderDepth + 1, []]);
    }
    await expect(model.contextual(prompts[0]!, { lens: 1 })).rejects.toThrow(
      `contextual with a lens: ${model.family.name} is an encoder-decoder; this works on a model that continues a text`,
    );
    const table = await model.tokenVectors();
    expect([table.words.length, table.dims]).toEqual([model.vocab, width]);
    expect(memoryUsage()).toEqual(before);
    model.dispose();
  });
}

test('errors name what is wrong, an abort ends the reading, and nothing leaks', async () => {
  const model = await load('gpt2');
  const before = memoryUsage();
  const refusals: [() => Promise<unknown>, string][] = [
    [
      () => model.embed([1], { pooling: 'median' as never }),
      'embed: pooling is "median"; it must be mean, cls, last, max, meanSqrtLength, weightedMean',
    ],
    [() => model.embed([1], { layer: 3 }), 'embed: layer is 3; it must be a whole number from 0 to 2'],
    [() => model.embed([1], { batch: 0 }), 'embed: batch is 0; it must be a whole number, 1 or more'],
    [() => model.embed([]), 'embed: the prompt has no tokens'],
    [() => model.embedBatch([[1], [1e6]]), `embed: prompt id 1000000 is outside the vocabulary of ${model.vocab}`],
    [() => model.contextual([1], { lens: -1 }), 'contextual: lens is -1; it must be a whole number, 0 or more'],
    [
      () => model.contextual(Array(model.maxPositions + 1).fill(1)),
      `contextual: prompt of ${model.maxPositions + 1} tokens is longer than the ${model.maxPositions} positions`,
    ],
  ];
  for (const [call, message] of refusals) await expect(call()).rejects.toThrow(message);
  const abort = new AbortController();
  const onProgress = () => abort.abort();
  const settings = { batch: 1, signal: abort.signal, onProgress };
  await expect(model.embedBatch([[1], [2]], settings)).rejects.toThrow('abort');
  await expect(model.contextual([1], { signal: abort.signal })).rejects.toThrow('abort');
  expect(memoryUsage()).toEqual(before);
  model.dispose();
  await expect(model.embed([1])).rejects.toThrow('Model: it was disposed');
  await expect(model.tokenVectors()).rejects.toThrow('Model: it was disposed');
});
