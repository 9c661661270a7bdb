import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type Activation, activate, dispose, gated, gelu, silu, type Tensor, tensor, tidy, zeros } from '../index.js';
import { erf } from '../testing/erf.js';
import { expectOp } from '../testing/expect-op.js';
import { grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const activations: Record<Activation, (x: number) => number> = {
  gelu: x => (x * (1 + erf(x / Math.SQRT2))) / 2,
  geluTanh: x => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2,
  silu: x => x * sigmoid(x),
  relu: x => Math.max(x, 0),
  sigmoid,
  tanh: Math.tanh,
  identity: x => x,
};

const names = Object.keys(activations) as Activation[];

for (const name of names) {
  test(`${name} equals its formula, alone and as a gate`, async () => {
    const reference = activations[name];
    for (const shape of [[2, 3, 5], [1, 1, 7], []])
      await expectOp({
        inputs: { x: sample(shape, 3, -4, 4) },
        run: ({ x }) => activate(name, x),
        reference: ({ x }) => grid(shape, (...index) => reference(x.at(...index))),
      });
    await expectOp({
      inputs: { gate: sample([2, 3, 5], 3, -4, 4), up: sample([2, 3, 5], 5, -2, 2) },
      run: ({ gate, up }) => gated(gate, up, name),
      reference: ({ gate, up }) => grid([2, 3, 5], (...index) => reference(gate.at(...index)) * up.at(...index)),
    });
  });
}

test('gelu and silu by their own names', async () => {
  const x = sample([3, 5], 3, -4, 4);
  const own: [(x: Tensor) => Tensor, Activation][] = [
    [gelu, 'gelu'],
    [x => gelu(x, { approximate: true }), 'geluTanh'],
    [silu, 'silu'],
  ];
  for (const [ours, name] of own)
    await expectOp({
      inputs: { x },
      run: t => ours(t.x),
      reference: g => grid([3, 5], (...index) => activations[name](g.x.at(...index))),
    });
});

test('far from 0 they are 0 on the left and x on the right', async () => {
  const x = tensor([-60, -12, 12, 60], [4]);
  for (const name of ['gelu', 'geluTanh', 'silu', 'relu'] as const) {
    const result = activate(name, x);
    await expectClose(result, [0, 0, 12, 60], { absolute: 2e-4 }); // silu(12) = 12 - 7e-5
    result.dispose();
  }
  x.dispose();
});

test('identity returns a new handle', () => {
  const x = tensor([1], [1]);
  const y = activate('identity', x);
  expect(y).not.toBe(x);
  y.dispose();
  expect(x.isDisposed).toBe(false);
  dispose(x);
});

test('gate and up of different shapes are named', () => {
  tidy(() => {
    expect(messageOf(() => gated(zeros([2, 3]), zeros([3]), 'silu'))).toBe('gated: gate [2, 3] and up [3] differ');
  });
});
