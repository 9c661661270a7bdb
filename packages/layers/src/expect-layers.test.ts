import type { Tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import {
  activation,
  expectPositionEncoding,
  expectSameWidth,
  layerNorm,
  linear,
  type PositionEncoding,
} from './index.js';

test('parts of one width fit, and those that state none fit everything', () => {
  expect(
    expectSameWidth('block', {
      norm: layerNorm({ dim: 7 }),
      mlp: linear({ in: 7, out: 7 }),
      dropout: undefined,
      relu: activation('relu'),
    }),
  ).toBe(7);
  expect(expectSameWidth('block', { relu: activation('relu') })).toBeUndefined();
});

test('parts of two widths are named with both', () => {
  expect(() => expectSameWidth('block', { norm: layerNorm({ dim: 7 }), mlp: linear({ in: 7, out: 5 }) })).toThrow(
    'block: norm is 7 wide, mlp 5; they must be equal',
  );
});

const onInput: PositionEncoding = {
  needs: {},
  about: { name: 'counted' },
  dim: 7,
  onInput: (_: unknown, x: Tensor) => x,
};
const onHeads: PositionEncoding = {
  needs: {},
  about: { name: 'turned' },
  headDim: 5,
  onHeads: (_: unknown, x: Tensor) => x,
};
const onScores: PositionEncoding = { needs: {}, heads: 3, onScores: () => expect.unreachable() };

test('position encodings fit where they act', () => {
  expect(() => {
    expectPositionEncoding('model', undefined, 'input', { dim: 7 });
    expectPositionEncoding('model', onInput, 'input', { dim: 7 });
    expectPositionEncoding('attention', onHeads, 'attention', { heads: 2, headDim: 5 });
    expectPositionEncoding('attention', onScores, 'attention', { heads: 3, headDim: 11 });
  }).not.toThrow();
});

test('position encodings that would do nothing throw', () => {
  expect(() => expectPositionEncoding('attention', onInput, 'attention', { heads: 3 })).toThrow(
    'attention: counted acts on the input only and would do nothing inside attention',
  );
  expect(() => expectPositionEncoding('model', onHeads, 'input', { dim: 7 })).toThrow(
    'model: turned acts inside attention only and would do nothing on the input',
  );
  expect(() => expectPositionEncoding('model', onScores, 'input', { dim: 7 })).toThrow(
    'model: the position encoding acts inside attention only and would do nothing on the input',
  );
});

test('position encodings for other dims throw with both numbers', () => {
  expect(() => expectPositionEncoding('model', onInput, 'input', { dim: 11 })).toThrow(
    'model: counted is made for dim 7, here dim is 11; they must be equal',
  );
  expect(() => expectPositionEncoding('attention', onHeads, 'attention', { heads: 3, headDim: 4 })).toThrow(
    'attention: turned is made for headDim 5, here headDim is 4; they must be equal',
  );
  expect(() => expectPositionEncoding('attention', onScores, 'attention', { heads: 4, headDim: 5 })).toThrow(
    'attention: the position encoding is made for heads 3, here heads is 4; they must be equal',
  );
});
