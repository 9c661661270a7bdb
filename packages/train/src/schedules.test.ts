import { fixtureJson } from '@residual/testkit';
import { expect, test } from 'vitest';
import { constantRate, cosineDecay, inverseSquareRoot, linearDecay, polynomialDecay } from './index.js';

const [peak, warmUp, steps] = [1e-3, 5, 40];

test.each([
  ['constant', constantRate({ peak, warmUp })],
  ['linear', linearDecay({ peak, warmUp, steps })],
  ['cosine', cosineDecay({ peak, warmUp, steps })],
  ['inverse_sqrt', inverseSquareRoot({ peak, warmUp })],
  ['polynomial', polynomialDecay({ peak, warmUp, steps, end: 1e-5, power: 2 })],
])('the schedule %s agrees with Hugging Face transformers, also beyond its end', async (name, schedule) => {
  const golden = await fixtureJson<Record<string, number[]>>('lr-schedules/golden.json');
  expect(golden[name]).toHaveLength(45);
  for (const [step, expected] of golden[name]!.entries()) expect(schedule(step)).toBeCloseTo(expected, 15);
});

test('a cosine decay can end at a floor and stay there', () => {
  const schedule = cosineDecay({ peak: 1e-3, warmUp: 100, steps: 2000, floor: 1e-4, hold: true });
  expect([100, 1050, 2000, 2500].map(schedule)).toEqual(
    [1e-3, 5.5e-4, 1e-4, 1e-4].map(rate => expect.closeTo(rate, 12)),
  );
  expect(schedule(50)).toBeCloseTo(5e-4, 12);
});

test('without warm-up the inverse square root decays from its timescale', () => {
  const schedule = inverseSquareRoot({ peak: 2, timescale: 16 });
  expect([schedule(0), schedule(48)]).toEqual([2, 1]);
});

test.each([
  [() => constantRate({ peak: 0 }), 'constantRate: peak is 0; it must be a number above 0'],
  [() => constantRate({ peak: 1, warmUp: 0.5 }), 'constantRate: warmUp is 0.5; it must be a whole number, 0 or more'],
  [
    () => linearDecay({ peak: 1, warmUp: 10, steps: 10 }),
    'linearDecay: steps is 10; it must be a whole number above warmUp 10',
  ],
  [() => polynomialDecay({ peak: 1e-8, steps: 10 }), 'polynomialDecay: end is 1e-7; it must be below peak 1e-8'],
])('invalid settings are errors: %#', (make, message) => {
  expect(make).toThrow(message);
});
