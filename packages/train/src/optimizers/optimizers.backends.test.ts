import { dispose, normalValues, type Tensor, tensor, tidy, zeros } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { adam, adamW, lion, muon, type Optimizer, onlyMatrices, sgd } from '../index.js';

const shape = [3, 5];
const start = Array.from(normalValues(1, 'start', 15));
const slopes = [0, 1, 2].map(step => Array.from(normalValues(2, `slope ${step}`, 15)));
const rate = 0.1;

/** Three updates by the optimizer. */
async function updated(optimizer: Optimizer, path = 'w', shape_ = shape): Promise<number[]> {
  let weight = tensor(start, shape_);
  let optimizerState: Record<string, Tensor> = Object.fromEntries(
    optimizer.stateNames(path, shape_).map(name => [name, zeros(shape_)]),
  );
  for (const [step, slope] of slopes.entries()) {
    const gradient = tensor(slope, shape_);
    const scalars = Object.fromEntries(
      Object.entries(optimizer.scalars(rate, step + 1)).map(([name, value]) => [name, tensor([value], [])]),
    );
    const next = tidy(
      () =>
        optimizer.update({ path, weight, gradient, optimizerState, scalars }) as {
          weight: Tensor;
          optimizerState: Record<string, Tensor>;
        },
    );
    dispose([weight, gradient, scalars, optimizerState]);
    weight = next.weight;
    optimizerState = next.optimizerState;
  }
  const data = Array.from(await weight.data());
  dispose([weight, optimizerState]);
  return data;
}

/** The same in float64, entry by entry: `rule` gets weight, slope, the step from 1 and a record for its state. */
const byHand = (rule: (w: number, g: number, t: number, state: Record<string, number>) => number) =>
  start.map((w, i) => {
    const state: Record<string, number> = {};
    return slopes.reduce((w, slope, step) => rule(w, slope[i]!, step + 1, state), w);
  });

const adamRule = (decoupled: number) => (w: number, g: number, t: number, state: Record<string, number>) => {
  state.m = 0.8 * (state.m ?? 0) + 0.2 * g;
  state.v = 0.95 * (state.v ?? 0) + 0.05 * g * g;
  const step = state.m / (1 - 0.8 ** t) / (Math.sqrt(state.v / (1 - 0.95 ** t)) + 1e-3);
  return w * (1 - rate * decoupled) - rate * step;
};
const settings = { beta1: 0.8, beta2: 0.95, epsilon: 1e-3 };

test.each<[string, Optimizer, number[]]>([
  ['plain descent', sgd(), byHand((w, g) => w - rate * g)],
  ['descent with decay', sgd({ weightDecay: 0.2 }), byHand((w, g) => w - rate * (g + 0.2 * w))],
  ['momentum', sgd({ momentum: 0.9 }), byHand((w, g, _, state) => w - rate * (state.v = 0.9 * (state.v ?? 0) + g))],
  [
    'momentum that looks ahead',
    sgd({ momentum: 0.9, nesterov: true }),
    byHand((w, g, _, state) => w - rate * (g + 0.9 * (state.v = 0.9 * (state.v ?? 0) + g))),
  ],
  ['adam', adam(settings), byHand(adamRule(0))],
  ['adamW', adamW({ ...settings, weightDecay: 0.3 }), byHand(adamRule(0.3))],
  ['adamW where nothing decays', adamW({ ...settings, weightDecay: 0.3, decays: () => false }), byHand(adamRule(0))],
  [
    'lion',
    lion({ beta1: 0.9, beta2: 0.99, weightDecay: 0.3 }),
    byHand((w, g, _, state) => {
      const m = state.m ?? 0;
      state.m = 0.99 * m + 0.01 * g;
      return w - rate * (Math.sign(0.9 * m + 0.1 * g) + 0.3 * w);
    }),
  ],
])('three updates by %s equal the formula', async (_, optimizer, expected) => {
  await expectNoLeak(async () => expectClose(await updated(optimizer), expected, { absolute: 2e-6 }));
});

test('muon orthogonalizes the step of a matrix, and uses adamW for other weights', async () => {
  const alone = muon({ weightDecay: 0, momentum: 0 });
  const [weight, gradient] = [tensor(start, shape), tensor(slopes[0]!, shape)];
  const numbers = { rate: tensor([1], []) };
  const memory = { first: zeros(shape) };
  const next = tidy(() =>
    alone.update({ path: 'mlp.up.weight', weight, gradient, optimizerState: memory, scalars: numbers }),
  );
  const [before, after] = [await weight.data(), await next.weight.data()];
  const scale = 0.2 * Math.sqrt(5);
  const moved = Array.from(before, (w, i) => (w - after[i]!) / scale);
  // Rows of a wide matrix with singular values in the range that the polynomial leads to.
  const gram = [0, 1, 2].map(i =>
    [0, 1, 2].map(j => [0, 1, 2, 3, 4].reduce((sum, k) => sum + moved[i * 5 + k]! * moved[j * 5 + k]!, 0)),
  );
  for (const i of [0, 1, 2]) expect(gram[i]![i]!).toBeGreaterThan(0.4);
  for (const i of [0, 1, 2]) expect(gram[i]![i]!).toBeLessThan(1.5);
  for (const [i, j] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)
    expect(Math.abs(gram[i]![j]!)).toBeLessThan(0.35);
  dispose([weight, gradient, numbers, memory, next]);
  const others = adamW({ beta2: 0.95, weightDecay: 0 });
  for (const path of ['embedding.weight', 'head.weight'])
    expect(await updated(muon(), path)).toEqual(await updated(others));
  expect(await updated(muon(), 'mlp.up.bias', [15])).toEqual(await updated(others, 'b', [15]));
});

test('onlyMatrices restricts weight decay to matrices', async () => {
  const decaying = adamW({ weightDecay: 0.3, decays: onlyMatrices });
  expect(await updated(decaying, 'bias', [15])).toEqual(await updated(adamW({ weightDecay: 0 }), 'bias', [15]));
  expect(await updated(decaying)).toEqual(await updated(adamW({ weightDecay: 0.3 })));
});

test.each([
  [() => sgd({ momentum: 1 }), 'sgd: momentum is 1; it must be a number from 0 to below 1'],
  [() => adamW({ weightDecay: -1 }), 'adamW: weightDecay is -1; it must be a number, 0 or more'],
  [() => adam({ beta2: 2 }), 'adam: beta2 is 2; it must be a number from 0 to below 1'],
  [() => adam({ epsilon: 0 }), 'adam: epsilon is 0; it must be a number above 0'],
])('settings out of range are errors: %#', (make, message) => {
  expect(make).toThrow(message);
});
