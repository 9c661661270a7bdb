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
  const [out, width] = weight.shape as [number, number];
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

function packRandom(form: PackedForm, out: number, width: number, seed: number): PackedMatrix {
  const { real } = numbers(seed);
  return pack(Float32Array.from({ length: out * width }, real), [out, width], form);
}

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
  for (const width of [1, 7, 33, 97])
    for (const out of [5, 8, 18])
      for (const rows of [1, 2, 3, 9])
        expect(errorOf(form, rows, width, out), `[${rows}, ${width}] [${out}, ${width}]`).toBeLessThan(1e-4);
});

test.each(forms)('%s: larger matrices of all widths are within the bound, for one row, few and many', form => {
  for (const [width, out] of [
    [7, 2401],
    [31, 529],
    [32, 514],
    [33, 499],
    [64, 257],
    [97, 170],
    [160, 103],
    [544, 31],
    [1025, 18],
    [1100, 15],
    [4100, 6],
  ] as const)
    for (const rows of [1, 2, 3, 4, 5, 6, 9])
      expect(errorOf(form, rows, width, out), `[${rows}, ${width}] [${out}, ${width}]`).toBeLessThan(1e-4);
  for (const rows of [16, 257]) expect(errorOf(form, rows, 40, 411), `${rows} rows`).toBeLessThan(1e-4);
});

test.each(['int8', 'int4'] as const)('%s: products of the sizes of GPT-2 are those of the unpacked matrix', form => {
  const [out, width] = [768, 3072];
  const values = new Float32Array(out * width);
  for (let i = 0; i < values.length; i++) values[i] = (Math.imul(i, 2654435761) >> 8) / 2 ** 23;
  const weight = pack(values, [out, width], form);
  tf.tidy(() => {
    const dense = unpack(weight) as unknown as tf.Tensor;
    for (const rows of [1, 40]) {
      const x = tf.tensor(values.slice(7, 7 + rows * width), [rows, width]);
      const expected = tf.matMul(x, dense, false, true);
      const difference = tf.sub(linear(x, weight), expected);
      const [error, largest] = [difference, expected].map(y => tf.max(tf.abs(y)).dataSync()[0]!) as [number, number];
      expect(error / largest, `${rows} rows`).toBeLessThan(4e-5);
    }
    dense.dispose();
  });
  weight.dispose();
});

test.each(forms)('%s: an infinity or a NaN stays in its row, and is never a finite number there', form => {
  for (const out of [9, 171]) {
    const weight = packRandom(form, out, 97, 3);
    for (const rows of [1, 3, 6])
      for (const value of [Number.POSITIVE_INFINITY, Number.NaN])
        tf.tidy(() => {
          const values = numbers(5).tensor([rows, 97]).dataSync().slice();
          values[97 * (rows - 1) + 96] = value;
          const y = linear(tf.tensor(values, [rows, 97]), weight).dataSync();
          const finite = Array.from(y, Number.isFinite);
          expect(finite).toEqual(finite.map((_, i) => i < out * (rows - 1)));
        });
    weight.dispose();
  }
});

test.each(forms)('%s: tiny and huge entries of x keep their size', form => {
  const weight = packRandom(form, 257, 64, 3);
  for (const size of [1e-15, 1e15])
    for (const rows of [1, 6])
      tf.tidy(() => {
        const x = tf.mul(numbers(5).tensor([rows, 64]), size);
        const [y, expected] = [linear(x, weight).dataSync(), reference(x, weight)];
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const error = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0);
        expect(error / largest, `${size}`).toBeLessThan(1e-4);
      });
  weight.dispose();
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
  const weights = forms.map(form => packRandom(form, 411, 40, 3));
  expectNoGrowth(() =>
    tf.tidy(() => {
      for (const weight of weights) linear(tf.zeros([1, 40]), weight);
      return linear(tf.zeros([6, 40]), weights[2]!);
    }),
  );
  for (const weight of weights) weight.dispose();
});
