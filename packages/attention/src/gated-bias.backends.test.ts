import { emptyScope, init } from '@residual/layers';
import { dispose, sigmoid, tensor, tidy } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { gatedBiasAttention, selfAttention, sharedBias } from './index.js';

const attention = selfAttention({ modelDim: 4, heads: 2 });
const gated = gatedBiasAttention({ attention });

test('the bias of each query is scaled by its gate', async () => {
  const weights = init(gated, { seed: 3 });
  const values = Array.from({ length: 12 }, (_, i) => Math.sin(3 * i));
  const x = tensor(values, [1, 3, 4]);
  const bias = tensor(
    Array.from({ length: 18 }, (_, i) => Math.cos(i)),
    [1, 2, 3, 3],
  );
  const [gate, shift] = [await (weights.gate.weight as never as typeof x).data(), await weights.gate.bias!.data()];
  const logistic = (value: number) => 1 / (1 + Math.exp(-value));
  const gateOf = (head: number, query: number) => {
    const projected = Array.from({ length: 8 }, (_, o) => {
      return shift[o]! + [0, 1].reduce((sum, i) => sum + gate[o * 2 + i]! * values[query * 4 + head * 2 + i]!, 0);
    });
    const sumOf = (from: number) => projected.slice(from, from + 4).reduce((a, b) => a + b, 0);
    return logistic(sumOf(0)) * (logistic(sumOf(4)) - 1) + 2;
  };
  const biases = await bias.data();
  const scaled = Float32Array.from(biases, (value, i) => value * gateOf(Math.floor(i / 9), Math.floor(i / 3) % 3));
  const given = tensor(scaled, [1, 2, 3, 3]);
  const own = gated(weights, x, emptyScope.with(sharedBias, bias));
  const plain = attention(weights, x, emptyScope.with(sharedBias, given));
  await expectClose(own, Array.from(await plain.data()), { absolute: 1e-6 });
  dispose([weights, x, bias, given, own, plain]);
});

test('without a shared bias it says what it needs', () => {
  const weights = init(gated, { seed: 3 });
  expect(() => tidy(() => gated(weights, sigmoid(tensor([1, 2, 3, 4], [1, 1, 4]))))).toThrow(
    'gatedBiasAttention: the stack shares no bias; it needs a positionEncoding',
  );
  dispose(weights);
});
