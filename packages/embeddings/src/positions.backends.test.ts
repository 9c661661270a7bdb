import {
  emptyScope,
  init,
  keyRange,
  layer,
  layerNorm,
  mapTree,
  type PositionEncoding,
  type StepPositions,
  stepPositions,
} from '@residual/layers';
import { dispose, gradients, mul, normalValues, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf, type Rows } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  alibi,
  alibiSlopes,
  beforePositions,
  learnedPositions,
  type RotaryOptions,
  rotary,
  rotaryFrequencies,
  sinusoidalPositions,
} from './index.js';

const [batch, length, dim] = [2, 3, 6];
const numbers = (name: string, shape: number[]) =>
  tensor(
    normalValues(
      3,
      name,
      shape.reduce((product, n) => product * n, 1),
    ),
    shape,
  );

/** A layer that applies the input hook of a position encoding. */
const onInput = (scheme: PositionEncoding) =>
  layer({ scheme }, (w, x: Tensor, scope) => scheme.onInput!(w.scheme, x, scope));
/** A layer that gives the biases of a position encoding. */
const onScores = (scheme: PositionEncoding, shape: { heads: number; queryLen: number; keyLen: number }) =>
  layer({ scheme }, (w, _: undefined, scope) => scheme.onScores!(w.scheme, shape, scope));
const onHeads = (scheme: PositionEncoding) =>
  layer({ scheme }, (w, x: Tensor, scope) => scheme.onHeads!(w.scheme, x, scope));

/** Other position ids: 5, 6, 7 in the first sequence of the batch, 0, 0, 1 in the second. */
const elsewhere = (total = 8): StepPositions => ({
  positionIds: tensor([5, 6, 7, 0, 0, 1], [2, 3], 'int32'),
  totalLength: total,
});
const standing = [
  [5, 6, 7],
  [0, 0, 1],
];

test('learned positions add the row of each position', async () => {
  const add = onInput(learnedPositions({ maxPositions: 8, dim }));
  const [x, weights] = [numbers('x', [batch, length, dim]), { scheme: { weight: numbers('table', [8, dim]) } }];
  const [rows, table]: [Rows[], Rows] = [await nestedOf(x), await nestedOf(weights.scheme.weight)];
  const expected = (at: (row: number, i: number) => number) =>
    rows.map((own, row) => own.map((values, i) => values.map((value, d) => value + table[at(row, i)]![d]!)));
  const where = elsewhere();
  const [y, z] = [add(weights, x), add(weights, x, emptyScope.with(stepPositions, where))];
  await expectClose(
    y,
    expected((_, i) => i),
    { absolute: 1e-6 },
  );
  await expectClose(
    z,
    expected((row, i) => standing[row]![i]!),
    { absolute: 1e-6 },
  );
  await expectNoLeak(() => add(weights, x).dispose());
  dispose([x, weights, where.positionIds, y, z]);
});

test('sinusoids with an offset and with inclusive spacing', async () => {
  const values = async (options: object) => {
    const scheme = sinusoidalPositions({ maxPositions: 5, dim: 6, ...options });
    const weights = init(scheme, { seed: 1 });
    const x = tensor(new Float32Array(3 * 6), [1, 3, 6]);
    const y = scheme.onInput!(weights, x, emptyScope);
    const rows: Rows[] = await nestedOf(y);
    dispose([weights, x, y]);
    return rows[0]!;
  };
  const wave = (position: number, steps: number) =>
    [0, 1, 2].map(i => position / 10000 ** (i / steps)).map(angle => [Math.sin(angle), Math.cos(angle)]);
  const interleaved = (steps: number, first: number) => [0, 1, 2].map(i => wave(i + first, steps).flat());
  const halves = (steps: number, first: number) =>
    [0, 1, 2].map(i => [0, 1].flatMap(part => wave(i + first, steps).map(pair => pair[part]!)));
  await expectClose(await values({}), interleaved(3, 0), { absolute: 1e-6 });
  await expectClose(await values({ offset: 2 }), interleaved(3, 2), { absolute: 1e-6 });
  await expectClose(await values({ spacing: 'inclusive', layout: 'halves', offset: 2 }), halves(2, 2), {
    absolute: 1e-6,
  });
});

test('a learned table may have unused rows at its start', async () => {
  const scheme = learnedPositions({ maxPositions: 5, dim, offset: 2 });
  const weights = init(scheme, { seed: 1 });
  expect((weights.weight as Tensor).shape).toEqual([7, dim]);
  const x = tensor(new Float32Array(length * dim), [1, length, dim]);
  const y = onInput(scheme)({ scheme: weights }, x);
  const table: Rows = await nestedOf(weights.weight as Tensor);
  await expectClose(y, [table.slice(2, 5)], { absolute: 1e-7 });
  dispose([weights, x, y]);
});

test('learned positions are trained: used rows get a gradient', async () => {
  const scheme = learnedPositions({ maxPositions: 5, dim });
  const [x, dy, weights] = [
    numbers('x', [batch, length, dim]),
    numbers('dy', [batch, length, dim]),
    init(scheme, { seed: 1 }),
  ];
  const found = gradients(() => sum(mul(onInput(scheme)({ scheme: weights }, x), dy)), weights);
  const upstream: Rows[] = await nestedOf(dy);
  const expected = Array.from({ length: 5 }, (_, i) =>
    Array.from({ length: dim }, (_, d) => (i < length ? upstream[0]![i]![d]! + upstream[1]![i]![d]! : 0)),
  );
  await expectClose(found.gradients.weight!, expected, { absolute: 1e-6 });
  dispose([x, dy, weights, found]);
});

test.each([
  ['interleaved', (i: number, even: boolean) => 2 * i + (even ? 0 : 1)],
  ['halves', (i: number, even: boolean) => (even ? i : dim / 2 + i)],
] as const)('sinusoidal positions are sin and cos of position / 10000^(2i / dim): %s', async (layout, column) => {
  const scheme = sinusoidalPositions({ maxPositions: 8, dim, layout });
  const weights = init(scheme, { seed: 1 });
  const x = numbers('x', [batch, length, dim]);
  const rows: Rows[] = await nestedOf(x);
  const added = (position: number) => {
    const row = Array(dim).fill(0) as number[];
    for (let i = 0; i < dim / 2; i++) {
      row[column(i, true)] = Math.sin(position / 10000 ** ((2 * i) / dim));
      row[column(i, false)] = Math.cos(position / 10000 ** ((2 * i) / dim));
    }
    return row;
  };
  const where = elsewhere();
  const y = onInput(scheme)({ scheme: weights }, x, emptyScope.with(stepPositions, where));
  const expected = rows.map((own, row) =>
    own.map((values, i) => values.map((value, d) => value + added(standing[row]![i]!)[d]!)),
  );
  await expectClose(y, expected, { absolute: 1e-6 });
  dispose([weights, x, where.positionIds, y]);
});

/** A row of a head rotated by the angles of its position; entries beyond rotaryDim are unchanged. */
const turned = (row: readonly number[], position: number, options: RotaryOptions, reached: number) => {
  const rotaryDim = options.rotaryDim ?? options.headDim;
  const { frequencies, amplitude } = rotaryFrequencies({
    rotaryDim,
    base: options.base,
    scaling: options.scaling,
    length: reached,
  });
  const result = [...row];
  frequencies.forEach((frequency, i) => {
    const [a, b] = options.interleaved ? [2 * i, 2 * i + 1] : [i, i + rotaryDim / 2];
    const [cos, sin] = [amplitude * Math.cos(position * frequency), amplitude * Math.sin(position * frequency)];
    result[a] = row[a]! * cos - row[b]! * sin;
    result[b] = row[b]! * cos + row[a]! * sin;
  });
  return result;
};

const rotaries: Record<string, RotaryOptions> = {
  'pairs of halves': { headDim: 6 },
  'pairs of neighbours': { headDim: 6, interleaved: true },
  'a part of the head': { headDim: 10, rotaryDim: 4, base: 100 },
  linear: { headDim: 6, scaling: { type: 'linear', factor: 3 } },
  llama3: {
    headDim: 6,
    scaling: { type: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 16 },
  },
  yarn: { headDim: 6, scaling: { type: 'yarn', factor: 4, originalMaxPositions: 16 } },
  'more positions than are stored': { headDim: 6, storedPositions: 5 },
  'yarn, more positions than are stored': {
    headDim: 6,
    storedPositions: 2,
    scaling: { type: 'yarn', factor: 4, originalMaxPositions: 16 },
  },
  'dynamic, more positions than are stored': {
    headDim: 6,
    storedPositions: 3,
    scaling: { type: 'dynamic', factor: 2, originalMaxPositions: 3 },
  },
  'dynamic, within the original length': {
    headDim: 6,
    scaling: { type: 'dynamic', factor: 2, originalMaxPositions: 8 },
  },
  'dynamic, beyond it': { headDim: 6, scaling: { type: 'dynamic', factor: 2, originalMaxPositions: 3 } },
};

test.each(Object.entries(rotaries))('rotary positions turn pairs by their angles: %s', async (_, options) => {
  const scheme = rotary({ storedPositions: 16, ...options });
  const weights = init(scheme, { seed: 1 });
  const x = numbers('x', [batch, 5, length, options.headDim]);
  const where = elsewhere();
  const turn = onHeads(scheme);
  const y = turn({ scheme: weights }, x, emptyScope.with(stepPositions, where));
  const heads: Rows[][] = await nestedOf(x);
  const expected = heads.map((own, row) =>
    own.map(rows => rows.map((values, i) => turned(values, standing[row]![i]!, options, where.totalLength))),
  );
  await expectClose(y, expected, { absolute: 1e-5 });
  await expectNoLeak(() => turn({ scheme: weights }, x, emptyScope.with(stepPositions, where)).dispose());
  dispose([weights, x, where.positionIds, y]);
});

test('dynamic tables depend on the length, also when it becomes shorter', async () => {
  const options: RotaryOptions = {
    headDim: 6,
    storedPositions: 16,
    scaling: { type: 'dynamic', factor: 2, originalMaxPositions: 3 },
  };
  const scheme = rotary(options);
  const weights = init(scheme, { seed: 1 });
  const x = numbers('x', [1, 1, 3, 6]);
  const [[rows]] = (await nestedOf(x)) as [[Rows]];
  for (const total of [8, 16, 8, 3]) {
    const ids = tensor([total - 3, total - 2, total - 1], [1, 3], 'int32');
    const y = onHeads(scheme)(
      { scheme: weights },
      x,
      emptyScope.with(stepPositions, { positionIds: ids, totalLength: total }),
    );
    await expectClose(y, [[rows.map((row, i) => turned(row, total - 3 + i, options, total))]], { absolute: 1e-5 });
    dispose([ids, y]);
  }
  dispose([weights, x]);
});

test('given frequencies turn pairs by their angles, and are a table', async () => {
  const frequencies = [1.5, -0.25, 0];
  const scheme = rotary({ headDim: 6, storedPositions: 4, frequencies });
  const rotate = onHeads(scheme);
  const weights = init(rotate, { seed: 1 });
  await expectClose(weights.scheme.frequencies as Tensor, frequencies, { absolute: 0 });
  const x = numbers('x', [1, 1, length, dim]);
  for (const first of [0, 5]) {
    const positionIds = tensor([first, first + 1, first + 2], [1, 3], 'int32');
    const scope = emptyScope.with(stepPositions, { positionIds, totalLength: first + 3 });
    const [[rows]] = (await nestedOf(x)) as unknown as [[Rows]];
    const expected = rows.map((row, i) =>
      row.map((_, j) => {
        const [pair, angle] = [j % 3, (first + i) * frequencies[j % 3]!];
        const [a, b] = [row[pair]!, row[pair + 3]!];
        return j < 3 ? a * Math.cos(angle) - b * Math.sin(angle) : b * Math.cos(angle) + a * Math.sin(angle);
      }),
    );
    const turned = rotate(weights, x, scope);
    await expectClose(turned, [[expected]], { absolute: 1e-5 });
    dispose([turned, positionIds]);
  }
  dispose([weights as never, x]);
});

test('rotary scores depend only on the distance', async () => {
  const scheme = rotary({ headDim: 6, storedPositions: 64 });
  const weights = init(scheme, { seed: 1 });
  const [q, k] = [numbers('q', [1, 1, 1, 6]), numbers('k', [1, 1, 1, 6])];
  const scoreAt = async (queryPlace: number, keyPlace: number) => {
    const at = (x: Tensor, position: number) => {
      const ids = tensor([position], [1, 1], 'int32');
      const y = onHeads(scheme)(
        { scheme: weights },
        x,
        emptyScope.with(stepPositions, { positionIds: ids, totalLength: 64 }),
      );
      ids.dispose();
      return y;
    };
    const turned = [at(q, queryPlace), at(k, keyPlace)];
    const [a, b] = await Promise.all(turned.map(x => x.data()));
    dispose(turned);
    return [...a!].reduce((total, value, i) => total + value * b![i]!, 0);
  };
  await expectClose(await scoreAt(9, 4), await scoreAt(45, 40), { absolute: 1e-5 });
  await expect(expectClose(await scoreAt(9, 4), await scoreAt(9, 8), { absolute: 1e-3 })).rejects.toThrow('differ');
  dispose([weights, q, k]);
});

test('all layers of a tree share the tables of one position encoding', () => {
  const scheme = rotary({ headDim: 6, storedPositions: 4 });
  const weights = init({ needs: { layers: [{ scheme }, { scheme }] } }, { seed: 1 });
  expect(weights.layers[1]!.scheme.cos).toBe(weights.layers[0]!.scheme.cos);
  const kept = mapTree(weights, leaf => leaf);
  expect(kept.layers[1]!.scheme.sin).toBe(weights.layers[0]!.scheme.sin);
  dispose(weights);
});

test('ALiBi slopes are those of the paper: a geometric series, and every second one of the next', async () => {
  await expectClose(
    alibiSlopes(8),
    [1, 2, 3, 4, 5, 6, 7, 8].map(h => 2 ** -h),
    { relative: 1e-12 },
  );
  await expectClose(alibiSlopes(2), [1 / 16, 1 / 256], { relative: 1e-12 });
  await expectClose(alibiSlopes(1), [1 / 256], { relative: 1e-12 });
  await expectClose(alibiSlopes(6), [0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125], { relative: 1e-12 });
  expect(() => alibiSlopes(0)).toThrow('alibiSlopes: heads is 0; it must be a whole number, 1 or more');
});

test('ALiBi adds slope times distance to the scores', async () => {
  const [heads, keyLen] = [3, 7];
  const scheme = alibi({ heads });
  const bias = layer({}, (_, __: undefined, scope) => scheme.onScores!({}, { heads, queryLen: length, keyLen }, scope));
  const where = elsewhere();
  const [shared, own] = [bias({}, undefined), bias({}, undefined, emptyScope.with(stepPositions, where))];
  const slopes = [1 / 16, 1 / 256, 1 / 4];
  const expected = (positionOf: (i: number) => number) =>
    slopes.map(slope =>
      Array.from({ length }, (_, i) => Array.from({ length: keyLen }, (_, j) => slope * (j - positionOf(i)))),
    );
  await expectClose(shared, [expected(i => i)], { absolute: 1e-6 });
  await expectClose(
    own,
    standing.map(row => expected(i => row[i]!)),
    { absolute: 1e-6 },
  );
  dispose([where.positionIds, shared, own]);
});

test('slopes of its own replace those of ALiBi', async () => {
  const shape = { heads: 2, queryLen: 1, keyLen: 3 };
  const bias = onScores(alibi({ heads: 2, slopes: [1, -2] }), shape)({ scheme: {} }, undefined);
  await expectClose(bias, [[[[0, 1, 2]], [[0, -2, -4]]]], { absolute: 0 });
  expect(() => alibi({ heads: 3, slopes: [1, 2] })).toThrow('alibi: there are 2 slopes for 3 heads');
  bias.dispose();
});

test('rounded biases of ALiBi are those of 8 significant bits, by the position of the key after padding', async () => {
  // 181 / 256, 0.7071 in 8 bits, times 3 is 543 / 256 and lies between 542 and 544, 271 · 2 and 272 · 2.
  const options = { heads: 2, slopes: [Math.SQRT1_2, 0.25], scale: 2, precision: 'bfloat16' } as const;
  const biases = onScores(alibi(options), { heads: 2, queryLen: 2, keyLen: 4 });
  const keyStart = tensor([0, 2], [2], 'int32');
  const padded = emptyScope.with(keyRange, { keyStart });
  const row = [0, 181, 362, 544].map(value => (2 * value) / 256);
  const quarter = [0, 0.5, 1, 1.5];
  const [whole, own] = [biases({ scheme: {} }, undefined), biases({ scheme: {} }, undefined, padded)];
  await expectClose(whole, [[[row], [quarter]]], { absolute: 0 });
  const shifted = [
    [0, 0, 0, row[1]!],
    [0, 0, 0, 0.5],
  ].map(each => [each]);
  await expectClose(own, [[[row], [quarter]], shifted], { absolute: 0 });
  expect(() => alibi({ heads: 2, precision: 'half' as never })).toThrow(
    'alibi: precision is "half"; it must be bfloat16 or absent',
  );
  await expectNoLeak(() => {
    for (const scope of [emptyScope, padded]) biases({ scheme: {} }, undefined, scope).dispose();
  });
  dispose([keyStart, whole, own]);
});

test('a layer before positions reads the tokens alone', async () => {
  const norm = layerNorm({ dim });
  const use = onInput(beforePositions(norm, learnedPositions({ maxPositions: 4, dim })));
  const [weights, x] = [init(use, { seed: 5 }), numbers('x', [batch, length, dim])];
  const { scheme } = weights as unknown as { scheme: { weight: Tensor; onTokens: never } };
  const rows: Rows = await nestedOf(scheme.weight);
  const y = use(weights, x);
  const normed = norm(scheme.onTokens, x);
  const expected = ((await nestedOf(normed)) as Rows[]).map(tokens =>
    tokens.map((token, i) => token.map((value, d) => value + rows[i]![d]!)),
  );
  await expectClose(y, expected, { absolute: 1e-5 });
  await expectNoLeak(() => use(weights, x).dispose());
  dispose([weights, x, y, normed]);
});

test.each([
  ['learnedPositions', onInput(learnedPositions({ maxPositions: 7, dim }))],
  ['sinusoidalPositions', onInput(sinusoidalPositions({ maxPositions: 7, dim }))],
] as const)('%s: more tokens than positions are refused with both numbers', (name, use) => {
  const weights = init(use, { seed: 1 });
  const [x, where] = [numbers('x', [2, 3, dim]), elsewhere(8)];
  expect(() => use(weights, x, emptyScope.with(stepPositions, where))).toThrow(
    `${name}: a sequence of 8 tokens is longer than the 7 positions`,
  );
  dispose([weights, x, where.positionIds]);
});

test('parts that do not fit throw when they are composed', () => {
  expect(() => sinusoidalPositions({ maxPositions: 5, dim: 7 })).toThrow(
    'sinusoidalPositions: dim 7 is odd; sines and cosines come in pairs',
  );
  expect(() => rotary({ headDim: 6, rotaryDim: 8 })).toThrow('rotary: rotaryDim 8 is more than headDim 6');
  expect(() => rotary({ headDim: 5 })).toThrow('rotaryDim 5 does not split into pairs');
  expect(() => rotary({ headDim: 8, rotaryDim: 6, frequencies: [1, 2] })).toThrow(
    'rotary: frequencies has 2 entries; rotaryDim 6 has 3 pairs, each of which needs one',
  );
  expect(() => rotary({ headDim: 4, frequencies: [1, Number.NaN] })).toThrow(
    'rotary: frequencies[1] is NaN; it must be a finite number',
  );
  expect(() => rotary({ headDim: 4, base: 10000, frequencies: [1, 2] })).toThrow(
    'rotary: base has no effect beside frequencies; only one of them can be given',
  );
});
