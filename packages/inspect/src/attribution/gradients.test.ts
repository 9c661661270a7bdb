import '@residual/backend-cpu';
import { dispose, logSoftmax, mean, memoryUsage, sliceAxis, sum, type Tensor, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { beforeAll, expect, test } from 'vitest';
import { attentionRollout, gradientTimesInput, integratedGradients, run, steer } from '../index.js';
import { expectGradients, expectIntegratedGradients } from '../testing/expect-gradients.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import { tinyGpt2 } from '../testing/tiny-model.js';

beforeAll(() => useBackend('cpu'));

const ids = [3, 1, 4, 1, 5];

test.each(['gpt2', 'llama'] as const)('%s: what positions contribute agrees with the reference', name =>
  expectNoLeak(async () => {
    await expectGradients(name);
    await expectIntegratedGradients(name, 7);
  }),
);

test('integrated gradients add up to what the input changes, better with more steps', () =>
  expectNoLeak(async () => {
    const model = await loadCheckpoint('fixtures/checkpoints/gpt2');
    const deltaOf = async (steps: number) => {
      const { contributions, value, baselineValue, convergenceDelta } = await integratedGradients(model, ids, {
        target: 7,
        against: 9,
        position: 3,
        steps,
      });
      expect(contributions[4]).toBe(0); // a later position
      const total = contributions.reduce((all, contribution) => all + contribution, 0);
      expect(convergenceDelta).toBeCloseTo(total - (value - baselineValue), 9);
      expect(Math.abs(value - baselineValue)).toBeGreaterThan(0.05);
      return Math.abs(convergenceDelta);
    };
    const [few, many] = [await deltaOf(4), await deltaOf(32)];
    expect(many).toBeLessThan(few / 10);
    expect(many).toBeLessThan(1e-3);
    dispose(model.weights);
  }));

test('the batch changes nothing, and progress counts the points', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const done: number[] = [];
    const settings = { target: 2, steps: 7, baseline: Array.from({ length: 10 }, (_, i) => i / 100) };
    const one = await integratedGradients(model, ids, { ...settings, batch: 1 });
    const onProgress = (progress: { done: number; total: number }) => done.push(progress.done, progress.total);
    const three = await integratedGradients(model, ids, { ...settings, batch: 3, onProgress });
    await expectClose(three.contributions, one.contributions, { absolute: 1e-7 });
    expect(done).toEqual([3, 7, 6, 7, 7, 7]);
    dispose(model.weights);
  }));

test('gradient × input is the change when a position grows, for a source, a metric and a stream in the middle', () =>
  expectNoLeak(async () => {
    const marian = await loadCheckpoint('fixtures/checkpoints/marian');
    const gpt2 = await loadCheckpoint('fixtures/checkpoints/gpt2');
    const logprob = (logits: Tensor) => sum(sliceAxis(logSoftmax(logits), 1, 6, 1), { axis: 1 });
    for (const [model, input, name, length] of [
      [marian, { source: [5, 7, 9, 2], target: [0, 6] }, 'source.embedding.output', 4],
      [gpt2, ids, 'blocks.1.hook_resid_pre', 5],
    ] as const) {
      const { contributions } = await gradientTimesInput(model, input, { metric: logprob, name });
      expect(contributions.length).toBe(length);
      using plain = run(model, input, { names: [name] });
      const activation = plain.activation(name);
      const width = activation.shape[2]!;
      const numbers = await activation.data();
      for (const position of [0, length - 1]) {
        const direction = [...numbers.slice(position * width, (position + 1) * width)];
        const metricAt = async (scale: number) => {
          using result = run(model, input, { hooks: [steer(name, { direction, scale, positions: [position] })] });
          const logits = [...(await result.output.data())].slice(-result.output.shape[2]!);
          const largest = Math.max(...logits);
          return logits[6]! - largest - Math.log(logits.reduce((all, x) => all + Math.exp(x - largest), 0));
        };
        const slope = ((await metricAt(0.01)) - (await metricAt(-0.01))) / 0.02;
        expect(Math.abs(slope - contributions[position]!)).toBeLessThan(2e-3);
      }
      expect(Math.max(...contributions.map(Math.abs))).toBeGreaterThan(0.02);
    }
    dispose([marian.weights, gpt2.weights]);
  }));

test('the rollout of an encoder reads its own attention, and every row sums to 1', () =>
  expectNoLeak(async () => {
    const model = await loadCheckpoint('fixtures/checkpoints/bart');
    const input = { source: [5, 7, 9], target: [2, 6] };
    const [encoder, decoder] = [
      await attentionRollout(model, input, { stack: 'encoder' }),
      await attentionRollout(model, input),
    ];
    expect(encoder.map(rows => rows.map(row => row.length))).toEqual([
      [3, 3, 3],
      [3, 3, 3],
    ]);
    expect(decoder[1]![0]).toEqual([1, 0]);
    for (const row of [...encoder, ...decoder].flat())
      expect(row.reduce((all, weight) => all + weight, 0)).toBeCloseTo(1, 6);
    dispose(model.weights);
  }));

test('what does not fit is refused, an abort ends the call, and everything is freed', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const before = memoryUsage().tensors;
    const refused = (call: Promise<unknown>, message: string) => expect(call).rejects.toThrow(message);
    const needs = 'it needs a target, with or without against, or else a metric';
    const metric = (logits: Tensor) => mean(logits, { axis: 1 });
    await refused(gradientTimesInput(model, ids, {}), `gradientTimesInput: ${needs}`);
    await refused(integratedGradients(model, ids, { target: 1, metric }), `integratedGradients: ${needs}`);
    await refused(gradientTimesInput(model, ids, { metric, against: 2 }), needs);
    await refused(
      gradientTimesInput(model, ids, { metric: () => 5 as never }),
      'gradientTimesInput: metric gave 5; it must give a tensor at once',
    );
    await refused(
      gradientTimesInput(model, ids, { target: 1, name: 'blocks.0.attn.hook_pattern' }),
      'gradientTimesInput: blocks.0.attn.hook_pattern is [1, 2, 5, 5]; it must be [1, length, width]',
    );
    await refused(gradientTimesInput(model, ids, { target: 13 }), 'target is 13;');
    await refused(
      gradientTimesInput(model, ids, { target: 1, position: -6 }),
      'position -6 does not exist, there are 5',
    );
    await refused(
      integratedGradients(model, ids, { target: 1, baseline: [1, 2, 3] }),
      'integratedGradients: embedding.output is [1, 5, 10], the tensor to put in [3]; every axis must be equal or 1',
    );
    await refused(integratedGradients(model, ids, { target: 1, steps: 0 }), 'steps is 0;');
    const pair = [
      [1, 2],
      [3, 4],
    ];
    await refused(
      attentionRollout(model, pair),
      'attentionRollout: the input has 2 sequences; this reads one at a time',
    );
    await refused(attentionRollout(model, ids, { stack: 'both' as never }), 'stack is "both"; it must be');
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('enough'));
    await refused(integratedGradients(model, ids, { target: 1, batch: 1, signal: abort.signal, onProgress }), 'enough');
    await refused(attentionRollout(model, ids, { signal: abort.signal }), 'enough');
    await refused(gradientTimesInput(model, ids, { target: 1, signal: abort.signal }), 'enough');
    expect(memoryUsage().tensors).toBe(before);
    dispose(model.weights);
  }));
