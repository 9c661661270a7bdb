import {
  emptyScope,
  expectPositionEncoding,
  init,
  keyRange,
  layer,
  type PositionEncoding,
  stepPositions,
} from '@residual/layers';
import { dispose, normalValues, type Tensor, tensor } from '@residual/tensor';
import { expectClose, nestedOf } from '@residual/testkit';
import { expect, test } from 'vitest';
import { alibi, combinedPositions, learnedPositions, positionTemperature, rotary } from './index.js';

const shape = [2, 3, 4, 6]; // [batch, heads, length, headDim]
const query = () => tensor(normalValues(1, 'query', 2 * 3 * 4 * 6), shape);
const positions = [
  [0, 2, 3, 5],
  [6, 8, 9, 300],
];
const scope = (positionIds: Tensor) => emptyScope.with(stepPositions, { positionIds, totalLength: 301 });
const ids = () => tensor(positions.flat(), [2, 4], 'int32');
const onQuery = (scheme: PositionEncoding) =>
  layer({ scheme }, (w, x: Tensor, scope) => {
    const encoded = scheme.onHeads?.(w.scheme, x, scope) ?? x;
    return scheme.onQuery?.(w.scheme, encoded, scope) ?? encoded;
  });

test('queries are multiplied by 1 + strength · log(1 + ⌊position / interval⌋)', async () => {
  const [x, positionIds] = [query(), ids()];
  const y = onQuery(positionTemperature({ strength: 0.3, interval: 3 }))({ scheme: {} }, x, scope(positionIds));
  const rows: number[][][][] = await nestedOf(x);
  const factor = (position: number) => 1 + 0.3 * Math.log(1 + Math.floor(position / 3));
  const expected = rows.map((heads, b) =>
    heads.map(head => head.map((row, i) => row.map(value => value * factor(positions[b]![i]!)))),
  );
  await expectClose(y, expected, { absolute: 1e-5 });
  dispose([x, positionIds, y]);
});

test('positions may begin at 1 and count padding', async () => {
  const [x, positionIds, position] = [query(), ids(), tensor([4], [1], 'int32')];
  const counting = positionTemperature({ strength: 0.3, interval: 3, firstPosition: 1, countsPadding: true });
  const y = onQuery(counting)({ scheme: {} }, x, scope(positionIds).with(keyRange, { position }));
  const rows: number[][][][] = await nestedOf(x);
  const factor = (i: number) => 1 + 0.3 * Math.log(1 + Math.floor((4 + i + 1) / 3));
  const expected = rows.map(heads => heads.map(head => head.map((row, i) => row.map(value => value * factor(i)))));
  await expectClose(y, expected, { absolute: 1e-5 });
  dispose([x, positionIds, position, y]);
});

test('the quotient of a position and an interval is exact where it is whole', async () => {
  const interval = 7;
  const whole = Array.from({ length: 512 }, (_, i) => interval * i);
  const positionIds = tensor(whole, [1, 512], 'int32');
  const x = tensor(Array(512).fill(1), [1, 1, 512, 1]);
  const temperature = positionTemperature({ strength: 1, interval });
  const y = onQuery(temperature)({ scheme: {} }, x, emptyScope.with(stepPositions, { positionIds, totalLength: 3600 }));
  await expectClose(
    await y.data(),
    whole.map((_, i) => 1 + Math.log(1 + i)),
    { absolute: 1e-5 },
  );
  dispose([positionIds, x, y]);
});

test('combined positions act one after the other, and are checked as one', async () => {
  const [first, second] = [rotary({ headDim: 6 }), positionTemperature({ strength: 0.3, interval: 3 })];
  const both = combinedPositions([first, second]);
  const [x, positionIds] = [query(), ids()];
  const layers = { both: onQuery(both), first: onQuery(first), second: onQuery(second) };
  const weights = { both: init(layers.both, { seed: 1 }), first: init(layers.first, { seed: 1 }) };
  const y = layers.both(weights.both, x, scope(positionIds));
  const rotated = layers.first(weights.first, x, scope(positionIds));
  const expected = layers.second({ scheme: {} }, rotated, scope(positionIds));
  await expectClose(y, expected, { absolute: 1e-6 });
  expect([both.headDim, both.onInput, both.onScores]).toEqual([6, undefined, undefined]);
  expect(() => expectPositionEncoding('selfAttention', both, 'attention', { headDim: 5 })).toThrow(
    'selfAttention: rotary + positionTemperature is made for headDim 6, here headDim is 5; they must be equal',
  );
  dispose([x, positionIds, weights, y, rotated, expected]);
});

test('combined biases on scores are added; parts of other dims are refused', async () => {
  const both = combinedPositions([alibi({ heads: 2 }), alibi({ heads: 2 })]);
  const bias = (scheme: PositionEncoding, weights: unknown) =>
    scheme.onScores!(weights, { heads: 2, queryLen: 3, keyLen: 3 }, emptyScope);
  const alone = alibi({ heads: 2 });
  const weights = { both: init(both, { seed: 1 }), alone: init(alone, { seed: 1 }) };
  const [twice, once] = [bias(both, weights.both), bias(alone, weights.alone)];
  await expectClose(
    await twice.data(),
    Array.from(await once.data(), value => 2 * value),
    { absolute: 1e-6 },
  );
  expect(() => combinedPositions([rotary({ headDim: 4 }), rotary({ headDim: 6 })])).toThrow(
    'combinedPositions: one part has headDim 4, another 6',
  );
  const input = combinedPositions([learnedPositions({ maxPositions: 5, dim: 6 })]);
  expect([input.dim, input.onHeads, typeof input.onInput]).toEqual([6, undefined, 'function']);
  dispose([weights, twice, once]);
});
