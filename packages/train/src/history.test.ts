import '@residual/backend-cpu';
import { type AnyLayer, init, layer, linear } from '@residual/layers';
import { dense, dispose, normalValues, type Tensor, tanh, tensor, useBackend } from '@residual/tensor';
import { beforeAll, expect, test } from 'vitest';
import { adam, meanSquaredError, sgd, train } from './index.js';

beforeAll(() => useBackend('cpu'));

test('a line agrees with the closed form of least squares', async () => {
  const xs = [...normalValues(1, 'x', 20)];
  const ys = xs.map((x, i) => 1.7 * x - 0.4 + 0.3 * normalValues(2, 'noise', 20)[i]!);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const slope = mean(xs.map((x, i) => (x - mx) * (ys[i]! - my))) / mean(xs.map(x => (x - mx) ** 2));
  const line = linear({ in: 1, out: 1 });
  const weights = init(line, { seed: 1 });
  const [x, y] = [tensor(xs, [20, 1]), tensor(ys, [20, 1])];
  const loss = (w: typeof weights) => meanSquaredError(line(w, x), y);
  for await (const _ of train({
    layer: line,
    weights,
    loss,
    batches: [0],
    steps: 300,
    learningRate: 0.2,
    optimizer: sgd(),
  }))
    void _;
  expect(Math.abs((await dense(weights.weight).data())[0]! - slope)).toBeLessThan(1e-4);
  expect(Math.abs((await weights.bias!.data())[0]! - (my - slope * mx))).toBeLessThan(1e-4);
  dispose([weights, x, y]);
});

const questions = [0, 0, 0, 1, 1, 0, 1, 1];
const answers = [0, 1, 1, 0];

/** What a layer says to the four questions after learning. */
async function learned(net: AnyLayer<Tensor, Tensor>): Promise<number[]> {
  const weights = init(net, { seed: 1 });
  const [x, y] = [tensor(questions, [4, 2]), tensor(answers, [4, 1])];
  const loss = (w: unknown) => meanSquaredError(net(w, x), y);
  for await (const _ of train({
    layer: net,
    weights,
    loss,
    batches: [0],
    steps: 400,
    learningRate: 0.05,
    optimizer: adam(),
  }))
    void _;
  const output = net(weights, x);
  const values = [...(await output.data())];
  dispose([weights, x, y, output]);
  return values;
}

const perceptron = () => {
  const [up, down] = [linear({ in: 2, out: 4, std: 1 }), linear({ in: 4, out: 1, std: 1 })];
  return layer({ up, down }, (w, x: Tensor) => down(w.down, tanh(up(w.up, x))));
};

test('XOR: a line predicts a half for everything, a perceptron learns it', async () => {
  for (const value of await learned(linear({ in: 2, out: 1 }))) expect(value).toBeCloseTo(0.5, 2);
  expect((await learned(perceptron())).map(Math.round)).toEqual(answers);
});
