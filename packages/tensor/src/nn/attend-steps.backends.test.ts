import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  attend,
  attentionMask,
  attentionScores,
  attentionValues,
  attentionWeights,
  dispose,
  dropout,
  gradients,
  ones,
  tensor,
  tidy,
  zeros,
} from '../index.js';
import { heads } from '../testing/expect-attend.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { fromValues, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';
import { referenceAttention, scoresOf, weightsOf } from '../testing/reference-attention.js';

onDevice();

const close = { absolute: 1e-5 };

test('scores, weights and values in three steps are what attend does in one', async () => {
  const attendCase = { ...heads(2), bias: sample([1, 6, 3, 7], 11), causal: true, softCap: 2, keyStart: [1, 0] };
  await expectNoLeak(async () => {
    const { query, key, value, bias } = attendCase;
    const inputs = { query: toTensor(query), key: toTensor(key), value: toTensor(value), bias: toTensor(bias) };
    const keyStart = tensor(attendCase.keyStart, [2], 'int32');
    const scores = attentionScores(inputs, { causal: true, softCap: 2 });
    const visible = attentionMask(3, 7, { causal: true }, { keyStart })!;
    const weights = attentionWeights(scores, visible);
    const output = attentionValues(weights, inputs.value);
    const once = attend({ ...inputs, keyStart }, { causal: true, softCap: 2 });
    expect(visible.shape).toEqual([2, 1, 3, 7]);
    await expectClose(scores, scoresOf(attendCase), close);
    await expectClose(weights, weightsOf(attendCase), close);
    await expectClose(output, referenceAttention(attendCase), close);
    await expectClose(once, referenceAttention(attendCase), close);
    dispose([inputs, keyStart, scores, visible, weights, output, once]);
  });
});

test('a sink takes a part of the weight of each head, also where no key is visible, and has a gradient', async () => {
  const attendCase = { ...heads(2), keyEnd: [7, 0], sinks: sample([6], 13) };
  const { query, key, value, sinks } = attendCase;
  await expectOp({
    inputs: { query, key, value, sinks },
    run: t =>
      tidy(() => {
        const visible = attentionMask(3, 7, {}, { keyEnd: tensor(attendCase.keyEnd, [2], 'int32') });
        return attentionValues(attentionWeights(attentionScores(t), visible, t.sinks), t.value);
      }),
    reference: grids => referenceAttention({ ...attendCase, ...grids }),
  });
});

test('gradients flow through the three steps', async () => {
  const attendCase = { ...heads(2), causal: true };
  const { query, key, value } = attendCase;
  await expectOp({
    inputs: { query, key, value },
    run: t =>
      tidy(() => {
        const visible = attentionMask(3, 7, { causal: true }, {});
        return attentionValues(attentionWeights(attentionScores(t), visible), t.value);
      }),
    reference: grids => referenceAttention({ ...attendCase, ...grids }),
  });
});

test('there is no mask where every key is visible', () => {
  expect(attentionMask(3, 7, {}, {})).toBeUndefined();
});

test('dropout on the weights is that of `dropout` in the same stream, forward and backward', async () => {
  const stream = { seed: 9, path: 'layers.0.attention', step: 3 };
  const { query, key, value } = heads(2);
  const factors = tidy(() => dropout(ones([2, 6, 3, 7]), 0.4, stream));
  const mask = fromValues([2, 6, 3, 7], Float64Array.from(await factors.data()));
  factors.dispose();
  expect(new Set(mask.values.map(m => Math.round(m * 1000))).size).toBe(2);
  await expectOp({
    inputs: { query, key, value },
    run: t => attend(t, { causal: true, dropout: { rate: 0.4, ...stream } }),
    reference: grids => referenceAttention({ ...grids, causal: true, dropoutMask: mask }),
  });
  await expectOp({
    inputs: { query, key, value },
    run: t => attend(t, { dropout: { rate: 0, ...stream } }),
    reference: grids => referenceAttention(grids),
  });
});

test('what does not fit throws with both sides', () => {
  const of = (...shape: number[]) => zeros(shape);
  tidy(() => {
    const [query, key, value] = [of(2, 6, 3, 5), of(2, 2, 7, 5), of(2, 2, 7, 3)];
    const fit = 'do not fit; they are [batch, heads | kvHeads, length, headDim] and kvHeads divides heads';
    expect(messageOf(() => attend({ query, key: of(2, 4, 7, 5), value: of(2, 4, 7, 3) }))).toBe(
      `attend: query [2, 6, 3, 5], key [2, 4, 7, 5] and value [2, 4, 7, 3] ${fit}`,
    );
    expect(messageOf(() => attentionScores({ query, key: of(1, 2, 7, 5), value }))).toBe(
      `attentionScores: query [2, 6, 3, 5], key [1, 2, 7, 5] and value [2, 2, 7, 3] ${fit}`,
    );
    expect(messageOf(() => attend({ query, key, value, bias: of(2, 6, 3, 1) }))).toBe(
      'attend: bias [2, 6, 3, 1] does not broadcast to [2, 6, 3, 7]',
    );
    const ids = (...shape: number[]) => zeros(shape, 'int32');
    const message = (more: object, options = {}) => messageOf(() => attend({ query, key, value, ...more }, options));
    expect(message({ position: ids(2) })).toBe('attend: position [2] must be [1]');
    expect(message({ position: of(1) })).toBe('attend: position must be int32, not float32');
    expect(message({ keyStart: ids(1) })).toBe('attend: keyStart [1] must be [2]');
    expect(message({ keyEnd: ids(2, 1) })).toBe('attend: keyEnd [2, 1] must be [2]');
    expect(message({ beamIndices: ids(2, 3) })).toBe('attend: beamIndices [2, 3] must be [2, 7]');
    expect(message({}, { window: 1.5 })).toBe('attend: window is 1.5; it must be a whole number of keys, 0 for all');
    expect(message({}, { softCap: -1 })).toBe('attend: softCap is -1; it must be 0 (none) or above');
    expect(message({}, { dropout: { rate: 1, seed: 1, path: 'a', step: 0 } })).toBe(
      'attend: rate is 1; it must be from 0 to below 1',
    );
    expect(
      messageOf(() => gradients(() => attend({ query, key, value, beamIndices: ids(2, 7) }), query, of(2, 6, 3, 3))),
    ).toBe('attend: keys read through `beamIndices` have no gradient');
  });
});
