import { dispose, gradients, mul, normalValues, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { pixelShuffle, vectorQuantizer } from './index.js';

const [batch, rows, dim, codes] = [2, 3, 5, 7];
const values = (name: string, count: number) => Array.from(normalValues(2, name, count));
const [x, codebook] = [values('x', batch * rows * dim), values('codebook', codes * dim)];

/** A vector with a root mean square of 1. */
const unit = (vector: readonly number[]) => {
  const length = Math.sqrt(vector.reduce((total, value) => total + value * value, 0) / dim + 1e-6);
  return vector.map(value => value / length);
};
const vectorsOf = (all: readonly number[]) =>
  Array.from({ length: all.length / dim }, (_, i) => unit(all.slice(i * dim, (i + 1) * dim)));
const product = (a: readonly number[], b: readonly number[]) => a.reduce((total, value, i) => total + value * b[i]!, 0);

test('a vector becomes the one of the codebook with the largest cosine', () =>
  expectNoLeak(async () => {
    const layer = vectorQuantizer({ codes, dim });
    const weights = { codebook: tensor(codebook, [codes, dim]) };
    const input = tensor(x, [batch, rows, dim]);
    const [vectors, book] = [vectorsOf(x), vectorsOf(codebook)];
    const nearest = vectors.map(vector => {
      const cosines = book.map(other => product(vector, other));
      return cosines.indexOf(Math.max(...cosines));
    });
    const found = layer.quantize(weights, input);
    const [output, lookedUp] = [layer(weights, input), layer.lookUp(weights, found.codes)];
    expect(new Set(nearest).size).toBeGreaterThan(2);
    expect([...(await found.codes.data())]).toEqual(nearest);
    expect([found.codes.dtype, found.codes.shape]).toEqual(['int32', [batch, rows]]);
    await expectClose(found.vectors, vectors.flat(), { absolute: 1e-5 });
    for (const each of [found.quantized, output, lookedUp])
      await expectClose(
        each,
        nearest.flatMap(code => book[code]!),
        { absolute: 1e-5 },
      );
    dispose([weights, input, found, output, lookedUp] as unknown as Tensor[]);
  }));

test('the gradient passes straight through to the input, and none reaches the codebook', () =>
  expectNoLeak(async () => {
    const layer = vectorQuantizer({ codes, dim });
    const weights = { codebook: tensor(codebook, [codes, dim]) };
    const input = tensor(x, [batch, rows, dim]);
    const factors = values('factors', batch * rows * dim);
    const upstream = tensor(factors, [batch, rows, dim]);
    const { value, gradients: slopes } = gradients(() => sum(mul(layer(weights, input), upstream)), {
      input,
      codebook: weights.codebook,
    });
    // That of the norm alone: with length r, (g - v (g · v) / dim) / r for the vector v of root mean square 1.
    const expected = vectorsOf(x).flatMap((vector, i) => {
      const [own, g] = [x, factors].map(all => all.slice(i * dim, (i + 1) * dim)) as [number[], number[]];
      const length = Math.sqrt(product(own, own) / dim + 1e-6);
      return g.map((slope, k) => (slope - (vector[k]! * product(g, vector)) / dim) / length);
    });
    await expectClose(slopes.input!, expected, { absolute: 1e-5 });
    if (slopes.codebook) await expectClose(slopes.codebook, Array(codes * dim).fill(0), { absolute: 0 });
    dispose([weights, input, upstream, value, slopes] as unknown as Tensor[]);
  }));

test('a pixel shuffle makes a square of each position', () =>
  expectNoLeak(async () => {
    const [height, width, factor, channels] = [2, 3, 2, 5];
    const layer = pixelShuffle({ in: factor ** 2 * channels, factor });
    const all = Array.from({ length: height * width * factor ** 2 * channels }, (_, i) => i);
    const input = tensor(all, [1, height, width, factor ** 2 * channels]);
    const output = layer({}, input);
    expect([output.shape, layer.about.outDim]).toEqual([[1, 4, 6, 5], 5]);
    const expected = Array.from({ length: 4 * 6 * 5 }, (_, i) => {
      const [row, column, channel] = [Math.floor(i / 30), Math.floor(i / 5) % 6, i % 5];
      const position = Math.floor(row / 2) * width + Math.floor(column / 2);
      return position * 20 + ((row % 2) * 2 + (column % 2)) * 5 + channel;
    });
    await expectClose(output, expected, { absolute: 0 });
    dispose([input, output]);
  }));

test('what does not fit is refused', () => {
  expect(() => vectorQuantizer({ codes: 0, dim: 3 })).toThrow(
    'vectorQuantizer: codes is 0; it must be a whole number, 1 or more',
  );
  expect(() => pixelShuffle({ in: 6, factor: 2 })).toThrow('pixelShuffle: in is 6; it must be a multiple of 2 · 2');
  const [weights, input] = [{ codebook: tensor(codebook, [codes, dim]) }, tensor([1, 2], [1, 2])];
  expect(() => vectorQuantizer({ codes, dim })(weights, input)).toThrow('vectorQuantizer: x [1, 2] is not [..., 5]');
  dispose([weights, input] as unknown as Tensor[]);
});
