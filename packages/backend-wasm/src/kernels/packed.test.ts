import { type PackedForm, type PackedMatrix, pack, packedMatrix, unpack } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { call, expectNoGrowth, numbers, start } from '../testing/index.js';

beforeAll(start);

const forms: readonly PackedForm[] = ['f16', 'bf16', 'int8', 'int4'];

const linear = (x: tf.Tensor, { quants, scales, form }: PackedMatrix, bias?: tf.Tensor) =>
  call('packedLinear', { x, quants, scales, bias }, { form });

/** x weightᵀ + bias in float64, of the entries that the packed weight means. */
function reference(x: tf.Tensor, weight: PackedMatrix, bias?: tf.Tensor): Float64Array {
  const [out, width] = weight.shape;
  const entries = unpack(weight);
  const [a, w, b] = [x.dataSync(), (entries as unknown as tf.Tensor).dataSync(), bias?.dataSync()];
  entries.dispose();
  return Float64Array.from({ length: (x.size / width) * out }, (_, at) => {
    const [m, n] = [Math.floor(at / out), at % out];
    let sum = b ? b[n]! : 0;
    for (let i = 0; i < width; i++) sum += a[m * width + i]! * w[n * width + i]!;
    return sum;
  });
}

const packRandom = (form: PackedForm, out: number, width: number, seed: number) => {
  const { tensor } = numbers(seed);
  return tf.tidy(() => pack(tensor([out, width]).dataSync() as Float32Array, [out, width], form));
};

/** The largest error, divided by the largest entry of the result. */
function errorOf(form: PackedForm, rows: number, width: number, out: number): number {
  const weight = packRandom(form, out, width, rows + width);
  const error = tf.tidy(() => {
    const { tensor } = numbers(out);
    const [x, bias] = [tensor([rows, width]), out % 2 ? tensor([out]) : undefined];
    const [y, expected] = [linear(x, weight, bias).dataSync(), reference(x, weight, bias)];
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0) / largest;
  });
  weight.dispose();
  return error;
}

test.each(forms)('%s: every combination of small sizes is within the bound', form => {
  for (const width of [1, 7, 31, 33, 64, 97, 160])
    for (const out of [5, 8, 18])
      for (const rows of [1, 2, 3, 4, 5, 9])
        expect(errorOf(form, rows, width, out), `[${rows}, ${width}] [${out}, ${width}]`).toBeLessThan(1e-4);
});

test.each(forms)('%s: sizes around the panels and blocks are within the bound', form => {
  for (const [rows, width, out] of [
    [16, 33, 7],
    [257, 40, 9],
    [6, 1025, 16],
    [6, 1056, 17],
    [1, 1100, 6],
  ] as const)
    expect(errorOf(form, rows, width, out), `[${rows}, ${width}] [${out}, ${width}]`).toBeLessThan(1e-4);
});

test.each(forms)('%s: an infinity or a NaN stays in its row, and is never a finite number there', form => {
  const weight = packRandom(form, 9, 97, 3);
  for (const rows of [1, 3, 6, 17])
    for (const value of [Number.POSITIVE_INFINITY, Number.NaN])
      tf.tidy(() => {
        const values = numbers(5).tensor([rows, 97]).dataSync().slice();
        values[97 * (rows - 1) + 96] = value;
        const y = linear(tf.tensor(values, [rows, 97]), weight).dataSync();
        for (let i = 0; i < y.length; i++)
          expect(Number.isFinite(y[i]), `${rows} ${value} ${i}`).toBe(i < 9 * (rows - 1));
      });
  weight.dispose();
});

test('tiny and huge entries of x keep their size', () => {
  for (const form of forms)
    for (const size of [1e-15, 1e15])
      for (const rows of [1, 6]) {
        const weight = packRandom(form, 7, 64, 3);
        tf.tidy(() => {
          const x = tf.mul(numbers(5).tensor([rows, 64]), size);
          const [y, expected] = [linear(x, weight).dataSync(), reference(x, weight)];
          const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
          for (let i = 0; i < y.length; i++)
            expect(Math.abs(y[i]! - expected[i]!) / largest, `${form} ${size}`).toBeLessThan(1e-4);
        });
        weight.dispose();
      }
});

test('an f16 weight may be infinite or NaN', () => {
  const quants = new Int32Array(2 * 4).fill(0x3c003c00); // ones
  quants[1] = 0x3c007c00;
  quants[6] = 0x7e003c00;
  const weight = packedMatrix('f16', [2, 8], { quants });
  tf.tidy(() => {
    for (const rows of [1, 2, 17]) {
      const y = linear(tf.ones([rows, 8]), weight).dataSync();
      expect([...y]).toEqual(Array.from({ length: rows }, () => [Number.POSITIVE_INFINITY, Number.NaN]).flat());
    }
  });
  weight.dispose();
});

test('nothing grows', () => {
  const weights = forms.map(form => packRandom(form, 9, 40, 3));
  expectNoGrowth(() =>
    tf.tidy(() => {
      for (const weight of weights) linear(tf.zeros([1, 40]), weight);
      return linear(tf.zeros([6, 40]), weights[2]!);
    }),
  );
  for (const weight of weights) weight.dispose();
});
