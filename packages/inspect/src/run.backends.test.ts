import { add, dispose, memoryUsage, sub } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { ablate, addNoise, patch, run, steer } from './index.js';
import { tinyGpt2, tinyLlama } from './testing/tiny-model.js';

const clean = [3, 1, 4, 1, 5];
const exact = { absolute: 0 };
const corrupt = [3, 2, 4, 1, 5];

test('activations have the names of the paths and those of TransformerLens', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const names = ['blocks.*.hook_resid_pre', 'decoder.layers.2.attention.weights', 'hook_embed', 'hook_pos_embed'];
    const result = run(model, clean, { names: [...names, 'blocks.*.hook_resid_post', 'embedded'] });
    expect(result.output.shape).toEqual([1, 5, 13]);
    expect(result.activation('blocks.2.attn.hook_pattern').shape).toEqual([1, 2, 5, 5]);
    await expectClose(
      result.activation('blocks.1.hook_resid_pre'),
      result.activation('blocks.0.hook_resid_post'),
      exact,
    );
    const sum = add(result.activation('hook_embed'), result.activation('hook_pos_embed'));
    await expectClose(sum, result.activation('embedded'), exact);
    expect(() => result.activation('blocks.1.hook_mlp_out')).toThrow(
      "run: 'blocks.1.hook_mlp_out' was not kept; the run has embedding.output, positions.embedding, embedded,",
    );
    result.dispose();
    dispose([sum, model.weights]);
  }));

test.each([
  ['GPT-2', tinyGpt2],
  ['Llama', tinyLlama],
])('the parts of a block of %s add up to what it changes', (_, make) =>
  expectNoLeak(async () => {
    const model = make();
    const names = ['input', 'output', 'attention.output', 'mlp.output', 'mlpNorm.input'];
    using result = run(model, clean, { names: names.map(name => `decoder.layers.1.${name}`) });
    const at = (name: string) => result.activation(`decoder.layers.1.${name}`);
    const middle = add(at('input'), at('attention.output'));
    await expectClose(middle, at('mlpNorm.input'), { absolute: 1e-6 });
    const end = add(middle, at('mlp.output'));
    await expectClose(end, at('output'), { absolute: 1e-6 });
    dispose([middle, end, model.weights]);
  }),
);

test('a patched stream at every position makes the corrupt run the clean one', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using cleanRun = run(model, clean, { names: ['decoder.layers.1.input'] });
    using whole = run(model, corrupt, { hooks: [patch('blocks.1.hook_resid_pre', { from: cleanRun })] });
    await expectClose(whole.output, cleanRun.output, { absolute: 1e-6 });
    using corruptRun = run(model, corrupt);
    const part = patch('decoder.layers.1.input', { from: cleanRun, positions: [1, -1] });
    using patched = run(model, corrupt, { hooks: [part] });
    const difference = sub(patched.output, corruptRun.output);
    const rows = (await difference.data()) as Float32Array;
    const changed = [0, 1, 2, 3, 4].map(i => rows.subarray(13 * i, 13 * (i + 1)).some(value => Math.abs(value) > 1e-6));
    expect(changed).toEqual([false, true, true, true, true]);
    dispose([difference, model.weights]);
  }));

test('ablated heads, neurons and positions are zero or the mean, the others as they were', () =>
  expectNoLeak(async () => {
    const model = tinyLlama();
    const path = 'decoder.layers.0.attention.headOutputs';
    using before = run(model, clean, { names: [path] });
    using zero = run(model, clean, { names: [path], hooks: [ablate(path, { heads: [1], positions: [0, 3] })] });
    const [old, now] = [await before.activation(path).data(), await zero.activation(path).data()];
    const index = (i: number) => ({ head: Math.floor(i / 20) % 2, position: Math.floor(i / 4) % 5 });
    const expected = Array.from(old, (value, i) => {
      const { head, position } = index(i);
      return head === 1 && (position === 0 || position === 3) ? 0 : value;
    });
    expect(Array.from(now)).toEqual(expected);

    const hidden = 'decoder.layers.2.mlp.hidden';
    using original = run(model, clean, { names: [hidden] });
    const hooks = [ablate(hidden, { neurons: [7], value: 'mean' }), steer(hidden, { direction: Array(11).fill(1) })];
    using changed = run(model, clean, { names: [hidden], hooks });
    const values = Array.from(await original.activation(hidden).data());
    const mean = [0, 1, 2, 3, 4].reduce((sum, i) => sum + values[11 * i + 7]! / 5, 0);
    const wanted = values.map((value, i) => (i % 11 === 7 ? mean : value) + 1);
    await expectClose(changed.activation(hidden), wanted, { absolute: 1e-6 });
    dispose(model.weights);
  }));

test('noise is the same for the same seed and path, and only where it is asked for', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const noisy = (seed: number) =>
      run(model, clean, { names: ['embedded'], hooks: [addNoise('embedded', { std: 3, seed, positions: [2] })] });
    using plain = run(model, clean, { names: ['embedded'] });
    using first = noisy(1);
    using again = noisy(1);
    using other = noisy(2);
    const read = async (result: { activation(name: string): { data(): Promise<unknown> } }) =>
      Array.from((await result.activation('embedded').data()) as Float32Array);
    const [base, one, two, three] = await Promise.all([plain, first, again, other].map(read));
    expect(one).toEqual(two);
    expect(one).not.toEqual(three);
    const std = Math.sqrt(one!.slice(20, 30).reduce((sum, value, i) => sum + (value - base![20 + i]!) ** 2, 0) / 10);
    expect(std).toBeGreaterThan(1);
    expect(std).toBeLessThan(6);
    expect([...one!.slice(0, 20), ...one!.slice(30)]).toEqual([...base!.slice(0, 20), ...base!.slice(30)]);
    dispose(model.weights);
  }));

test('what does not fit is refused and frees everything', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const before = memoryUsage().tensors;
    const refused = (message: string, ...[input, options]: [never, object?]) =>
      expect(() => run(model, input, options)).toThrow(message);
    const at = (hook: unknown) => ({ hooks: [hook] });
    refused("run: 'decoder.layers.3.input' fits no tensor that came up", clean as never, {
      names: ['decoder.layers.3.input'],
    });
    refused("inspect: 'blocks.0.ln1.hook_scale' has no path here", clean as never, {
      names: ['blocks.0.ln1.hook_scale'],
    });
    refused('run: the sequences have 2 and 3 tokens', [
      [1, 2],
      [1, 2, 3],
    ] as never);
    refused('run: the input is "text"; it must be token ids', 'text' as never);
    refused(
      'ablate: head 2 does not exist, there are 2; decoder.layers.0.attention.headOutputs is [1, 2, 5, 5]',
      clean as never,
      at(ablate('decoder.layers.0.attention.headOutputs', { heads: [2] })),
    );
    refused(
      'ablate: position 5 does not exist, there are 5',
      clean as never,
      at(ablate('embedded', { positions: [5] })),
    );
    refused(
      'steer: embedded is [1, 5, 10], the tensor to put in [3]',
      clean as never,
      at(steer('embedded', { direction: [1, 2, 3] })),
    );
    expect(memoryUsage().tensors).toBe(before);
    dispose(model.weights);
  }));
