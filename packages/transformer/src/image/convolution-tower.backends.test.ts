import { activation, convolution2d, init, record, sequential } from '@residual/layers';
import { dense, dispose, normalValues, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { convolutionTower, residualConvolution } from '../index.js';

const [batch, height, width, channels, dim] = [2, 3, 5, 1, 2];
const convolution = (inDim: number) => convolution2d({ in: inDim, out: dim, kernelSize: 1, bias: false });
const unit = sequential({ convolution: convolution(dim), activation: activation('relu') });
const layers = [convolution(channels), residualConvolution({ first: unit, second: convolution(dim) })] as const;

/** A matrix [dim, entries] times a vector. */
const times = (matrix: readonly number[], x: readonly number[]) =>
  Array.from({ length: dim }, (_, row) => x.reduce((sum, value, i) => sum + matrix[row * x.length + i]! * value, 0));

test('a tower is its layers, then half the mean and half the largest of the positions', () =>
  expectNoLeak(async () => {
    const tower = convolutionTower({ layers });
    const weights = init(tower, { seed: 3 });
    const values = Array.from(normalValues(1, 'pictures', batch * height * width * channels));
    const pictures = tensor(values, [batch, height, width, channels]);
    const [first, block] = weights.layers;
    const matrices = [first.weight, block.first.convolution.weight, block.second.weight].map(each => dense(each));
    const [reduce, inner, outer] = (await Promise.all(matrices.map(each => each.data()))).map(each => [...each]);
    const vectors = Array.from({ length: batch }, (_, i) => {
      const positions = Array.from({ length: height * width }, (_, at) => {
        const x = times(reduce!, [values[i * height * width + at]!]);
        const residual = times(
          outer!,
          times(inner!, x).map(value => Math.max(0, value)),
        );
        return x.map((value, c) => Math.max(0, value + residual[c]!));
      });
      return Array.from({ length: dim }, (_, c) => {
        const all = positions.map(position => position[c]!);
        return (all.reduce((a, b) => a + b) / all.length + Math.max(...all)) / 2;
      });
    });
    const recorder = record(['layers.1.first.output']);
    const result = tower(weights, pictures, recorder.scope);
    expect(result.shape).toEqual([batch, dim]);
    await expectClose(result, vectors.flat(), { absolute: 1e-6 });
    expect(recorder.values.get('layers.1.first.output')!.shape).toEqual([batch, height, width, dim]);
    recorder.dispose();
    dispose([weights, pictures, result] as (Tensor | typeof weights)[]);
  }));

test('what does not fit is refused', () => {
  expect(() => convolutionTower({ layers: [] })).toThrow('convolutionTower: there is no layer');
  expect(() => residualConvolution({ first: convolution(3), second: convolution(dim) })).toThrow(
    'residualConvolution: input is 3 wide, second 2; they must be equal',
  );
  const tower = convolutionTower({ layers });
  const [weights, flat] = [init(tower, { seed: 1 }), tensor([1, 2], [1, 2])];
  expect(() => tower(weights, flat)).toThrow(
    'convolutionTower: pictures [1, 2] are not [batch, height, width, channels]',
  );
  dispose([weights, flat]);
});
