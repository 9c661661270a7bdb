import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNear, expectNoGrowth, numbers, start } from '../testing/index.js';

beforeAll(start);

/** erf(x) in float64: its series for small x, the continued fraction of erfc otherwise. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 2.5) {
    let [term, sum] = [a, a];
    for (let n = 1; n < 80; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const formulas: Record<string, (x: number) => number> = {
  identity: x => x,
  relu: x => Math.max(x, 0),
  sigmoid,
  silu: x => x * sigmoid(x),
  tanh: Math.tanh,
  gelu: x => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  geluTanh: x => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

/** 40,001 numbers from -10 to 10. */
const grid = () => tf.tensor1d(Float32Array.from({ length: 40001 }, (_, i) => (i - 20000) / 2000));

test('gelu in both forms and silu are within 1e-6 of float64 up to 10', () => {
  tf.tidy(() => {
    const x = grid();
    const expected = (name: string) => Float64Array.from(x.dataSync(), formulas[name]!);
    expectNear(call('gelu', { x }, { approximate: false }), expected('gelu'), { absolute: 1e-6 }, 'gelu');
    expectNear(call('gelu', { x }, { approximate: true }), expected('geluTanh'), { absolute: 1e-6 }, 'geluTanh');
    expectNear(call('silu', { x }), expected('silu'), { absolute: 1e-6 }, 'silu');
  });
});

test('exp, tanh and the normal tail keep the relative error that their source states', () => {
  tf.tidy(() => {
    const x = grid();
    const ones = tf.onesLike(x);
    const expected = (name: string) => Float64Array.from(x.dataSync(), formulas[name]!);
    const of = (activation: string) => call('gated', { gate: x, up: ones }, { activation });
    expectNear(of('sigmoid'), expected('sigmoid'), { relative: 3e-7 }, 'sigmoid');
    expectNear(of('tanh'), expected('tanh'), { relative: 3e-7 }, 'tanh');
    const near = tf.tensor1d(Float32Array.from({ length: 2000 }, (_, i) => -i / 500));
    const tail = Float64Array.from(near.dataSync(), formulas.gelu!);
    expectNear(call('gelu', { x: near }, { approximate: false }), tail, { relative: 3e-6, absolute: 1e-30 }, 'tail');
  });
});

test('every gate of every length is right', () => {
  const { tensor } = numbers(5);
  for (const activation of Object.keys(formulas))
    for (let length = 1; length <= 17; length++)
      tf.tidy(() => {
        const [gate, up] = [tensor([length], 3), tensor([length], 3)];
        const [g, u] = [gate.dataSync(), up.dataSync()];
        const expected = Float64Array.from(g, (v, i) => formulas[activation]!(v) * u[i]!);
        expectNear(
          call('gated', { gate, up }, { activation }),
          expected,
          { absolute: 2e-6 },
          `${activation} ${length}`,
        );
      });
});

test('far numbers go to their limits, and NaN stays NaN', () => {
  tf.tidy(() => {
    const x = tf.tensor1d([-1e30, -200, 200, 1e30, NaN]);
    const show = (y: tf.Tensor) => [...y.dataSync()].map(v => (Math.abs(v) < 1e-30 ? 0 : v));
    const [far, farther] = [200, Math.fround(1e30)];
    expect(show(call('gelu', { x }, { approximate: false }))).toEqual([0, 0, far, farther, NaN]);
    expect(show(call('gelu', { x }, { approximate: true })).slice(1)).toEqual([0, far, farther, NaN]);
    expect(show(call('silu', { x })).slice(1)).toEqual([0, far, farther, NaN]);
    expect(show(call('gated', { gate: x, up: tf.onesLike(x) }, { activation: 'tanh' }))).toEqual([-1, -1, 1, 1, NaN]);
  });
});

/** The density of a standard normal number. */
const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const derivatives: Record<string, (x: number) => number> = {
  silu: x => sigmoid(x) * (1 + x * sigmoid(-x)),
  gelu: x => 0.5 * (1 + erf(x / Math.SQRT2)) + x * density(x),
  geluTanh: x => {
    const [gate, slope] = [sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)), 2 * Math.sqrt(2 / Math.PI)];
    return gate + x * slope * (1 + 3 * 0.044715 * x * x) * gate * (1 - gate);
  },
};

test('derivatives of gelu in both forms and of silu are within 1e-6 of float64 up to 10', () => {
  tf.tidy(() => {
    const x = grid();
    for (const [activation, derivative] of Object.entries(derivatives)) {
      const expected = Float64Array.from(x.dataSync(), derivative);
      expectNear(
        call('activationGradient', { x, dy: tf.onesLike(x) }, { activation }),
        expected,
        { absolute: 1e-6 },
        activation,
      );
    }
  });
});

test('gradients of every length are the derivative times dy, far numbers have limits, and NaN stays NaN', () => {
  const { tensor } = numbers(7);
  for (const [activation, derivative] of Object.entries(derivatives)) {
    for (let length = 1; length <= 9; length++)
      tf.tidy(() => {
        const [x, dy] = [tensor([length], 3), tensor([length], 3)];
        const [values, upstream] = [x.dataSync(), dy.dataSync()];
        const expected = Float64Array.from(values, (v, i) => derivative(v) * upstream[i]!);
        expectNear(
          call('activationGradient', { x, dy }, { activation }),
          expected,
          { absolute: 3e-6 },
          `${activation} ${length}`,
        );
      });
    tf.tidy(() => {
      const x = tf.tensor1d([-Infinity, -1e30, -200, 200, 1e30, Infinity, NaN]);
      const y = call('activationGradient', { x, dy: tf.onesLike(x) }, { activation });
      expect([...y.dataSync()].map(v => (Math.abs(v) < 1e-10 ? 0 : v))).toEqual([0, 0, 0, 1, 1, 1, NaN]);
    });
  }
});

test('nothing grows over 1,000 calls', () => {
  const x = tf.zeros([3, 5]);
  expectNoGrowth(() => call('activationGradient', { x, dy: x }, { activation: 'gelu' }));
  expectNoGrowth(() => call('silu', { x }));
  expectNoGrowth(() => call('gated', { gate: x, up: x }, { activation: 'gelu' }));
  x.dispose();
});
