import '@residual/testkit/wasm';
import { Cache } from '@residual/attention';
import { dispose, memoryUsage, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak, fixtureJson } from '@residual/testkit';
import { afterAll, expect, test } from 'vitest';
import { ablate, addNoise, type ModelInput, meanActivations, patch, run, steer } from '../index.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import { tinyGpt2, tinyLlama } from '../testing/tiny-model.js';

const [gpt2, llama] = [tinyGpt2(), tinyLlama()];
afterAll(() => dispose([gpt2.weights, llama.weights]));

/** What the reference has for `fixtures/checkpoints/NAME`. */
interface Reference {
  readonly clean: readonly number[];
  readonly answer: number;
  readonly wrong: number;
  /** The logit difference of the clean prompt without each head. */
  readonly zeroHeads: number[][];
}
const references = await fixtureJson<Record<string, Reference>>('inspect/patching/reference.json');

test.each(['gpt2', 'llama'])('%s without one of its heads has the logits of the reference', name =>
  expectNoLeak(async () => {
    const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
    const { clean, answer, wrong, zeroHeads } = references[name]!;
    for (const [layer, heads] of zeroHeads.entries())
      for (const [head, wanted] of heads.entries()) {
        using result = run(model, clean, { hooks: [ablate(`blocks.${layer}.attn.hook_z`, { heads: [head] })] });
        const logits = (await result.output.data()).slice(-128);
        await expectClose([logits[answer]! - logits[wrong]!], [wanted], { absolute: 1e-4 });
      }
    dispose(model.weights);
  }),
);

test('means over texts of several lengths weigh every position alike', () =>
  expectNoLeak(async () => {
    const name = 'decoder.layers.1.attention.headOutputs'; // [batch, heads, length, headDim]
    const two = [
      [1, 5, 9, 2],
      [6, 5, 3, 5],
    ];
    const inputs: readonly ModelInput[] = [[3, 1, 4], two, [8]];
    const done: number[] = [];
    const onProgress = (progress: { done: number; total: number }) => done.push(progress.done / progress.total);
    using means = await meanActivations(llama, inputs, { names: [name, 'blocks.0.hook_mlp_out'], onProgress });
    expect(done).toEqual([1 / 3, 2 / 3, 1]);
    const sums = new Float64Array(8);
    for (const input of inputs) {
      using result = run(llama, input, { names: [name] });
      const { shape } = result.activation(name);
      const data = await result.activation(name).data();
      for (const [i, value] of Array.from(data).entries()) {
        const head = Math.floor(i / (4 * shape[2]!)) % 2;
        sums[4 * head + (i % 4)]! += value / 12;
      }
    }
    expect(means.activation('blocks.1.attn.hook_z').shape).toEqual([1, 2, 1, 4]);
    await expectClose([...(await means.activation(name).data())], [...sums], { absolute: 1e-6 });

    using ablated = run(llama, [2, 7], { names: [name], hooks: [ablate(name, { value: means, heads: [1] })] });
    const second = (await ablated.activation(name).data()).slice(8);
    await expectClose([...second], [...sums.slice(4), ...sums.slice(4)], { absolute: 1e-6 });
    expect(() => means.activation('embedded')).toThrow("meanActivations: there is no mean of 'embedded'; there are ");
  }));

test('means of each position are of texts of one length', () =>
  expectNoLeak(async () => {
    const names = ['embedded'];
    const meanOf = (...inputs: number[][]) => meanActivations(gpt2, inputs, { names, perPosition: true });
    using means = await meanOf([1, 2, 3], [4, 2, 3]);
    using first = run(gpt2, [1, 2, 3], { names });
    const [mean, value] = [await means.activation('embedded').data(), await first.activation('embedded').data()];
    await expectClose([...mean.slice(10)], [...value.slice(10)], { absolute: 1e-6 });
    await expect(meanOf([1, 2, 3], [4, 2])).rejects.toThrow(
      'meanActivations: embedded has the means [1, 3, 10] and [1, 2, 10] in two inputs',
    );
    const controller = new AbortController();
    const stop = () => controller.abort(new Error('enough'));
    await expect(
      meanActivations(gpt2, [[1], [2]], { names, onProgress: stop, signal: controller.signal }),
    ).rejects.toThrow('enough');
  }));

test('an activation is replaced by numbers, by a tensor, or by that of a longer text at some positions', () =>
  expectNoLeak(async () => {
    const path = 'decoder.layers.0.output';
    const row = Array.from({ length: 10 }, (_, i) => i / 10);
    using numbers = run(gpt2, [1, 2], { names: [path], hooks: [ablate(path, { value: row, positions: [1] })] });
    await expectClose([...(await numbers.activation(path).data()).slice(10)], row, { absolute: 1e-6 });
    const direction = tensor(row, [10]);
    using ones = run(gpt2, [1, 2], { names: [path], hooks: [ablate(path, { value: direction })] });
    await expectClose([...(await ones.activation(path).data())], [...row, ...row], { absolute: 1e-6 });
    direction.dispose();

    using longer = run(gpt2, [7, 8, 9, 10], { names: [path] });
    const hooks = [patch(path, { from: longer, positions: [0, 2] })];
    using patched = run(gpt2, [1, 2, 3], { names: [path], hooks });
    using plain = run(gpt2, [1, 2, 3], { names: [path] });
    const [old, source] = [await plain.activation(path).data(), await longer.activation(path).data()];
    const expected = [...source.slice(0, 10), ...old.slice(10, 20), ...source.slice(20, 30)];
    await expectClose([...(await patched.activation(path).data())], expected, { absolute: 0 });
    const refused = (hook: ReturnType<typeof patch>, message: string) =>
      expect(() => run(gpt2, [1, 2, 3, 4, 5, 6], { hooks: [hook] })).toThrow(message);
    refused(patch(path, { from: longer }), `patch: ${path} is [1, 6, 10], the tensor to put in [1, 4, 10]`);
    refused(
      patch(path, { from: longer, positions: [5] }),
      `patch: position 5 does not exist in the tensor to put in, which is [1, 4, 10]; ${path} is [1, 6, 10]`,
    );
  }));

test('grouped heads: keys and values have fewer heads than queries', () =>
  expectNoLeak(async () => {
    const at = (name: string, heads: readonly number[]) => () =>
      run(llama, [1, 2, 3], { hooks: [ablate(`decoder.layers.0.attention.${name}`, { heads })] });
    at('query', [1])().dispose();
    at('value', [0])().dispose();
    expect(at('value', [1])).toThrow('ablate: head 1 does not exist, there are 1; decoder.layers.0.attention.value is');
  }));

test('hooks by position in cached steps give what a pass over the whole text gives', () =>
  expectNoLeak(async () => {
    const ids = [3, 1, 4, 1, 5, 9];
    using other = run(llama, [2, 7, 1, 8, 2], { names: ['decoder.layers.1.input'] });
    const hooks = [
      patch('decoder.layers.1.input', { from: other, positions: [1, 3, 4] }),
      steer('decoder.layers.0.output', { direction: Array(10).fill(0.5), positions: [2, 5] }),
      ablate('decoder.layers.2.attention.key', { heads: [0], positions: [4] }),
      ablate('decoder.layers.2.attention.headOutputs', { heads: [1], positions: [0, 5] }),
    ];
    using whole = run(llama, ids, { hooks });
    using cache = new Cache({ maxPositions: 17 });
    const steps: number[] = [];
    for (const part of [[3, 1, 4], [1], [5, 9]]) {
      using step = cache.step(part.length, scope => run(llama, part, { hooks, scope }));
      steps.push(...(await step.output.data()));
    }
    await expectClose(steps, [...(await whole.output.data())], { absolute: 1e-5 });
  }));

test('noise is the same whether a text is fed at once or in parts', () =>
  expectNoLeak(async () => {
    const hooks = [addNoise('decoder.layers.0.output', { std: 0.5, seed: 3, positions: [1, 2, 4] })];
    using whole = run(llama, [3, 1, 4, 1, 5], { hooks });
    using cache = new Cache({ maxPositions: 17 });
    const steps: number[] = [];
    for (const part of [[3, 1], [4, 1], [5]]) {
      using step = cache.step(part.length, scope => run(llama, part, { hooks, scope }));
      steps.push(...(await step.output.data()));
    }
    await expectClose(steps, [...(await whole.output.data())], { absolute: 1e-5 });
  }));

test('options that do not fit are refused where a hook is made, others where it acts', () => {
  const before = memoryUsage();
  const made: readonly (readonly [() => unknown, string])[] = [
    [() => ablate('x', { positions: [1.5] }), 'ablate: positions is [1.5]; it must be a list of whole numbers'],
    [
      () => ablate('x', { value: 'one' } as never),
      "ablate: value is \"one\"; it must be 'zero', 'mean', 'resample' or",
    ],
    [() => ablate('x', { seed: 3 }), "ablate: seed is 3 but nothing is drawn; it goes with value 'resample'"],
    [() => ablate('x', { head: [1] } as never), 'ablate: head is not an option; options are '],
    [() => steer('x', { direction: [1], scale: Number.NaN }), 'steer: scale is NaN; it must be a number'],
    [() => addNoise('x', { std: -1 }), 'addNoise: std is -1; it must be a number, 0 or more'],
    [() => patch('x', { from: 5 } as never), 'patch: from is 5; it must be a tensor or a run that kept it'],
    [() => ablate('blocks.0.hook_nothing'), "inspect: 'blocks.0.hook_nothing' has no path here"],
  ];
  for (const [make, message] of made) expect(make).toThrow(message);
  const acting: readonly (readonly [Parameters<typeof run>[2], string])[] = [
    [
      { hooks: [ablate('embedded', { value: 'resample' })] },
      "ablate: value is 'resample' and embedded has 1 sequence; it takes the activation of another one",
    ],
    [
      { hooks: [ablate('embedded', { heads: [0] })] },
      'ablate: heads are the second of four axes; embedded is [1, 2, 10]',
    ],
    [
      { hooks: [ablate('embedded', { neurons: [-11] })] },
      'ablate: neuron -11 does not exist, there are 10; embedded is',
    ],
    [{ hooks: [ablate('embedded', { value: [1, 2] })] }, 'ablate: embedded is [1, 2, 10], the tensor to put in [2]'],
  ];
  for (const [options, message] of acting) expect(() => run(gpt2, [1, 2], options)).toThrow(message);
  expect(memoryUsage()).toEqual(before);
});
