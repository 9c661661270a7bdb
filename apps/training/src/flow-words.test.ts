import '@residual/testkit/wasm';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type Flow, partSentence, stageSentence } from './flow-words.js';
import { fit } from './work/fitting.js';

const example = [1, -1, 1];
const settings = { examples: [example], inputs: 2, hidden: 3, optimizer: 'sgd', learningRate: 0.3, steps: 1 } as const;

/** The loss in float64, with one weight changed. */
function lossOf({ values }: Flow, change: (name: string, index: number) => number): number {
  const at = (name: 'up' | 'upBias' | 'down' | 'downBias', i: number) => values[name][i]! + change(name, i);
  const hidden = [0, 1, 2].map(n => Math.tanh(at('up', 2 * n) - at('up', 2 * n + 1) + at('upBias', n)));
  const output = hidden.reduce((sum, value, n) => sum + at('down', n) * value, at('downBias', 0));
  return (output - 1) ** 2;
}

test('gradients are finite differences, the update is the rate times the gradient, and the sentences say so', () =>
  expectNoLeak(async () => {
    const job = fit({ ...settings, seed: 1 }, new AbortController());
    const flow: Flow = { ...(await job.requests!.backward(example)), example, learningRate: 0.3 };
    expect(flow.loss).toBeCloseTo(
      lossOf(flow, () => 0),
      5,
    );
    for (const [name, width] of [
      ['up', 6],
      ['upBias', 3],
      ['down', 3],
      ['downBias', 1],
    ] as const)
      for (let i = 0; i < width; i++) {
        const moved = (by: number) => lossOf(flow, (other, j) => (other === name && j === i ? by : 0));
        await expectClose([flow.gradients[name][i]!], [(moved(1e-5) - moved(-1e-5)) / 2e-5], { absolute: 1e-3 });
      }
    for await (const _ of job.training) void _;
    const { weights } = await job.requests!.snapshot(Float32Array.from([1, -1]));
    const [before, gradient] = [flow.values.down[1]!, flow.gradients.down[1]!];
    await expectClose([weights['down.weight']![1]!], [before - 0.3 * gradient], { absolute: 1e-5 });
    const numbersIn = (text: string) =>
      text
        .replaceAll('−', '-')
        .match(/-?\d+\.\d\d/g)!
        .map(Number);
    const edge = numbersIn(partSentence({ kind: 'down', from: 1 }, flow, true));
    await expectClose([edge[0]!, edge.at(-2)!, edge.at(-1)!], [before, gradient, -0.3 * gradient], { absolute: 0.006 });
    const neuron = numbersIn(partSentence({ kind: 'hidden', index: 1 }, flow, true));
    await expectClose([neuron.at(-1)!], [flow.gradients.sums[1]!], { absolute: 0.006 });
    expect(partSentence({ kind: 'hidden', index: 1 }, flow, false)).not.toContain('gradient');
    await expectClose([numbersIn(stageSentence('loss', flow)).at(-1)!], [flow.loss], { absolute: 0.006 });
    job.dispose!();
  }));
