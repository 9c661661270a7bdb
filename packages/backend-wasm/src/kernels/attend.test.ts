import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { type AttendCase, attendReference } from '../testing/attend-reference.js';
import { call, expectNear, expectNoGrowth, ints, numbers, start } from '../testing/index.js';

beforeAll(start);

const plain = { causal: false, window: 0, softCap: 0 };

function check(attendCase: AttendCase, where: string) {
  const { inputs, attributes } = attendCase;
  const y = call('attend', { ...inputs }, attributes);
  const [batch, heads, queryLen] = inputs.query.shape as [number, number, number];
  expect(y.shape).toEqual([batch, heads, queryLen, inputs.value.shape[3]]);
  expectNear(y, attendReference(attendCase), { absolute: 3e-6 }, where);
}

/** Random inputs of every kind that the kernel takes. */
function randomCase(seed: number): AttendCase {
  const { int, pick, tensor, real } = numbers(seed);
  const [batch, kvHeads, group] = [int(1, 3), int(1, 3), int(1, 4)];
  const heads = kvHeads * group;
  const queryLen = pick([1, 1, 2, 3, int(4, 19)]);
  const keyLen = pick([queryLen, queryLen + int(0, 40)]);
  const [headDim, valueDim] = [int(1, 21), int(1, 21)];
  const maybe = <T>(make: () => T): T | undefined => (real() > 0 ? make() : undefined);
  const causal = real() > 0;
  return {
    inputs: {
      query: tensor([batch, heads, queryLen, headDim], 2),
      key: tensor([batch, kvHeads, keyLen, headDim], 2),
      value: tensor([batch, kvHeads, keyLen, valueDim]),
      bias: maybe(() => tensor([pick([1, batch]), pick([1, heads]), pick([1, queryLen]), keyLen], 2)),
      position: maybe(() => ints([int(0, keyLen)], [1])),
      keyStart: maybe(() =>
        ints(
          Array.from({ length: batch }, () => int(0, Math.ceil(keyLen / 3))),
          [batch],
        ),
      ),
      keyEnd: maybe(() =>
        ints(
          Array.from({ length: batch }, () => int(0, keyLen)),
          [batch],
        ),
      ),
      beamIndices: maybe(() =>
        ints(
          Array.from({ length: batch * keyLen }, () => int(0, batch - 1)),
          [batch, keyLen],
        ),
      ),
    },
    attributes: { scale: 1 / Math.sqrt(headDim), causal, window: pick([0, 0, int(1, 9)]), softCap: pick([0, 0, 5]) },
  };
}

test('300 random combinations of shapes, groups, masks, bias, cap and beamIndices are right', () => {
  for (let seed = 0; seed < 300; seed++) tf.tidy(() => check(randomCase(seed), `seed ${seed}`));
});

/** Numbers as a packed cache holds them: its words, and what they mean. */
function packed(x: tf.Tensor, form: 'f16' | 'int8') {
  const words = call('pack', { x }, { form });
  return { words, numbers: call('unpackCache', { cache: words }, { form, headDim: x.shape[3]! }) };
}

test('200 random combinations over packed caches are those over the numbers that they mean', () => {
  for (let seed = 0; seed < 200; seed++)
    tf.tidy(() => {
      const { int, pick, tensor } = numbers(1000 + seed);
      const form = pick(['f16', 'int8'] as const);
      const { inputs, attributes } = randomCase(seed);
      const dims = pick([
        [inputs.key.shape[3]!, inputs.value.shape[3]!],
        [32, 64],
        [64, int(1, 40)],
      ]);
      const wide = (x: tf.Tensor, dim: number) => tensor([...x.shape.slice(0, 3), dim], 2);
      const query = wide(inputs.query, dims[0]!);
      const [key, value] = [packed(wide(inputs.key, dims[0]!), form), packed(wide(inputs.value, dims[1]!), form)];
      const words = { ...inputs, query, key: key.words, value: value.words };
      const y = call('packedAttend', words, { ...attributes, form, valueDim: dims[1]! });
      const meaning = { ...inputs, query, key: key.numbers, value: value.numbers };
      expectNear(y, attendReference({ inputs: meaning, attributes }), { absolute: 1e-5 }, `seed ${seed}, ${form}`);
    });
});

test('a long packed cache is read in several blocks, by one query and by the queries of a group', () => {
  for (const form of ['f16', 'int8'] as const)
    for (const [heads, kvHeads, keyLen] of [
      [2, 2, 2051],
      [4, 2, 1100],
      [4, 1, 1100],
    ] as const)
      tf.tidy(() => {
        const { tensor } = numbers(heads);
        const query = tensor([1, heads, 1, 64], 2);
        const [key, value] = [0, 1].map(() => packed(tensor([1, kvHeads, keyLen, 64], 2), form)) as [Packed, Packed];
        const attributes = { ...plain, scale: 1 / 8, causal: true };
        const y = call(
          'packedAttend',
          { query, key: key.words, value: value.words },
          { ...attributes, form, valueDim: 64 },
        );
        const inputs = { query, key: key.numbers, value: value.numbers };
        expectNear(y, attendReference({ inputs, attributes }), { absolute: 3e-6 }, `${form} ${heads} of ${kvHeads}`);
      });
});

type Packed = ReturnType<typeof packed>;

test('long rows of wide heads are right, for one query and many', () => {
  for (const [queryLen, keyLen, headDim] of [
    [1, 2051, 64],
    [1, 257, 128],
    [129, 129, 64],
    [33, 700, 80],
  ] as const) {
    tf.tidy(() => {
      const { tensor } = numbers(queryLen);
      const [query, key, value] = [queryLen, keyLen, keyLen].map(length => tensor([1, 2, length, headDim], 2));
      const inputs = { query: query!, key: key!, value: value! };
      check(
        { inputs, attributes: { ...plain, scale: 1 / Math.sqrt(headDim), causal: true } },
        `${queryLen} of ${keyLen}`,
      );
    });
  }
});

test('a query that may see no key gives zeros, and so does one whose every score is -Infinity', () => {
  tf.tidy(() => {
    const { tensor } = numbers(1);
    const [query, key, value] = [tensor([2, 3, 5, 7]), tensor([2, 3, 11, 7]), tensor([2, 3, 11, 4])];
    const keyEnd = ints([0, 3], [2]);
    const y = call('attend', { query, key, value, keyEnd }, { ...plain, scale: 1 }).dataSync();
    expect([...y.slice(0, 60)]).toEqual(new Array(60).fill(0));
    expect(y.slice(60).every(v => v !== 0)).toBe(true);
    const bias = tf.fill([1, 1, 1, 11], -Infinity);
    for (const q of [query, tf.slice(query, 0, [2, 3, 1, 7])]) {
      expect(
        call('attend', { query: q, key, value, bias }, { ...plain, scale: 1 })
          .dataSync()
          .every(v => v === 0),
      ).toBe(true);
    }
  });
});

test('masked keys are not read: NaN in them has no effect', () => {
  tf.tidy(() => {
    const { tensor } = numbers(2);
    const filled = 5;
    const hide = (x: tf.Tensor) =>
      tf.concat([tf.slice(x, [0, 0, 0, 0], [2, 3, filled, 8]), tf.fill([2, 3, 100, 8], NaN)], 2);
    const [key, value] = [hide(tensor([2, 3, filled, 8])), hide(tensor([2, 3, filled, 8]))];
    for (const queryLen of [1, 3]) {
      const position = ints([filled - queryLen], [1]);
      const query = tensor([2, 6, queryLen, 8]);
      const attributes = { ...plain, causal: true, scale: 1 };
      expect(call('attend', { query, key, value, position }, attributes).dataSync().every(Number.isFinite)).toBe(true);
      const keyEnd = ints([filled, filled], [2]);
      const y = call('attend', { query, key, value, keyEnd }, { ...plain, scale: 1 });
      expect(y.dataSync().every(Number.isFinite)).toBe(true);
    }
  });
});

test('scores of thousands neither overflow nor lose the largest', () => {
  tf.tidy(() => {
    const key = tf.tensor(
      [0, 1, 2, 3, 4].map(i => i * 1000),
      [1, 1, 5, 1],
    );
    const value = tf.tensor([1, 2, 3, 4, 5], [1, 1, 5, 1]);
    for (const heads of [1, 4]) {
      const query = tf.fill([1, heads, 1, 1], 3);
      expect([...call('attend', { query, key, value }, { ...plain, scale: 1 }).dataSync()]).toEqual(
        new Array(heads).fill(5),
      );
    }
  });
});

test('a beamIndices outside the batch throws with both numbers and leaks nothing', () => {
  const { tensor } = numbers(4);
  const [query, key] = [tensor([2, 1, 1, 4]), tensor([2, 1, 3, 4])];
  const beamIndices = ints([0, 1, 0, 1, 2, 0], [2, 3]);
  const before = tf.memory().numTensors + tf.backend().numDataIds();
  expect(() => call('attend', { query, key, value: key, beamIndices }, { ...plain, scale: 1 })).toThrow(
    'attend: beamIndices holds 2; the batch has rows 0 to 1',
  );
  expect(tf.memory().numTensors + tf.backend().numDataIds()).toBe(before);
  tf.dispose([query, key, beamIndices]);
});

test('nothing grows over 1,000 calls', () => {
  const { tensor } = numbers(3);
  const [query, key] = [tensor([1, 4, 3, 8]), tensor([1, 2, 30, 8])];
  expectNoGrowth(() => call('attend', { query, key, value: key }, { ...plain, causal: true, scale: 1 }));
  tf.dispose([query, key]);
});
