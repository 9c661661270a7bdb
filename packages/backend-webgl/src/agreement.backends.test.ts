import {
  type Activation,
  type AttendInputs,
  type AttendOptions,
  appendToCache,
  attend,
  crossEntropy,
  dispose,
  dropout,
  embed,
  gated,
  gelu,
  gradients,
  layerNorm,
  linear,
  mul,
  normalValues,
  registeredBackends,
  requireBackend,
  reshape,
  rmsNorm,
  rotate,
  silu,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { getKernel, getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

const backend = requireBackend();

/** Runs the body with every kernel of ours taken away, so that compositions run. */
function composed<Result>(body: () => Result): Result {
  const ours = getKernelsForBackend(backend).filter(({ kernelName }) => kernelName.startsWith('residual.'));
  for (const { kernelName } of ours) unregisterKernel(kernelName, backend);
  try {
    return body();
  } finally {
    for (const kernel of ours) registerKernel(kernel);
  }
}

let streams = 0;

function normal(shape: number[], scale = 1, shift = 0): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(
    normalValues(3, `values ${streams++}`, size).map(x => x * scale + shift),
    shape,
  );
}

const whole = (values: readonly number[], shape = [values.length]) => tensor(Int32Array.from(values), shape, 'int32');

/** The kernel gives the numbers of the composition, for the result and for the gradient of each input that is asked for. */
async function agree(run: () => Tensor, inputs: unknown, wanted: readonly Tensor[] = [], absolute = 1e-5) {
  const [ours, theirs] = [run(), composed(run)];
  expect(ours.shape).toEqual(theirs.shape);
  await expectClose(ours, theirs, { absolute, relative: 1e-5 });
  if (wanted.length > 0) {
    const dy = normal(ours.shape);
    const withGradients = () => gradients(run, [...wanted], dy);
    const [mine, other] = [withGradients(), composed(withGradients)];
    for (const [i, gradient] of mine.gradients.entries())
      await expectClose(gradient!, other.gradients[i]!, { absolute: 5 * absolute, relative: 1e-5 });
    dispose([mine.value, mine.gradients, other.value, other.gradients, dy]);
  }
  await expectNoLeak(() => run().dispose());
  dispose([ours, theirs, inputs]);
}

/** Tests of an op, where the active backend has a kernel for it. */
const kernelTests = (name: string, body: () => void) =>
  describe.skipIf(!getKernel(`residual.${name}`, backend))(`${name} on ${backend}`, body);

const lastAxes = [1, 2, 3, 7, 8, 31, 64, 257];

kernelTests('layerNorm', () => {
  for (const dim of lastAxes)
    test(`rows of ${dim}`, async () => {
      for (const lead of [[1], [5], [2, 3], [2, 1, 3]]) {
        const [x, weight, bias] = [normal([...lead, dim], 2, 1), normal([dim]), normal([dim])];
        await agree(() => layerNorm(x, weight, bias, 1e-5), [x, weight, bias], dim > 1 ? [x, weight, bias] : []);
      }
    });

  test('without a bias, with numbers far from 0, with large ones', async () => {
    for (const [scale, shift] of [
      [1, 100],
      [1, 1e4],
      [3000, 0],
      [1e-3, 0],
    ] as const) {
      const [x, weight] = [normal([3, 50], scale, shift), normal([50])];
      await agree(() => layerNorm(x, weight, undefined, 1e-6), [x, weight], [], 5e-5);
    }
  });
});

kernelTests('rmsNorm', () => {
  for (const dim of lastAxes)
    test(`rows of ${dim}`, async () => {
      for (const lead of [[1], [5], [2, 3]]) {
        const [x, weight] = [normal([...lead, dim], 2), normal([dim])];
        await agree(() => rmsNorm(x, weight, 1e-6), [x, weight], [x, weight]);
      }
    });

  test('without a weight', async () => {
    const x = normal([3, 5, 7]);
    await agree(() => rmsNorm(x, undefined, 1e-6), [x], [x]);
  });
});

const shapes = [[], [1], [7], [1, 1], [3, 5], [2, 3, 5], [1, 1, 8], [2, 1, 3, 5]];

kernelTests('gelu', () => {
  for (const approximate of [false, true])
    test(approximate ? 'with tanh' : 'exact', async () => {
      for (const shape of shapes) {
        const x = normal(shape, 4);
        await agree(() => gelu(x, { approximate }), [x], [x]);
      }
      const far = tensor([-1e4, -100, -20, 0, 20, 100, 1e4], [7]);
      await agree(() => gelu(far, { approximate }), [far]);
    });
});

kernelTests('silu', () => {
  test('of any shape', async () => {
    for (const shape of shapes) {
      const x = normal(shape, 4);
      await agree(() => silu(x), [x], [x]);
    }
    const far = tensor([-1e4, -100, -20, 0, 20, 100, 1e4], [7]);
    await agree(() => silu(far), [far]);
  });
});

kernelTests('gated', () => {
  const activations: Activation[] = ['gelu', 'geluTanh', 'silu', 'relu', 'sigmoid', 'tanh', 'identity'];
  for (const activation of activations)
    test(activation, async () => {
      for (const shape of shapes) {
        const [gate, up] = [normal(shape, 3), normal(shape)];
        await agree(() => gated(gate, up, activation), [gate, up], [gate, up]);
      }
    });
});

kernelTests('rotate', () => {
  for (const interleaved of [false, true])
    for (const [headDim, pairs] of [
      [2, 1],
      [6, 3],
      [8, 4],
      [7, 3],
      [10, 3],
      [64, 32],
    ] as const)
      test(`${pairs} pairs of ${headDim}${interleaved ? ', interleaved' : ''}`, async () => {
        for (const [batch, heads, length] of [
          [1, 5, 1],
          [2, 3, 5],
          [3, 1, 4],
        ] as const) {
          const [cos, sin] = [normal([11, pairs]), normal([11, pairs])];
          for (const idRows of new Set([1, batch])) {
            const x = normal([batch, heads, length, headDim]);
            const ids = whole(
              Array.from({ length: idRows * length }, (_, i) => (i * 7 + 3) % 11),
              [idRows, length],
            );
            await agree(() => rotate(x, { cos, sin, ids }, { interleaved }), [x, ids], [x]);
          }
          dispose([cos, sin]);
        }
      });
});

kernelTests('linear', () => {
  const sizes = [
    [[1], 1, 1],
    [[1], 2, 3],
    [[1, 1], 7, 5],
    [[1, 1], 64, 33],
    [[2, 1], 30, 31],
    [[3], 9, 8],
    [[2, 3], 12, 7],
    [[5, 1, 2], 17, 4],
    [[8], 16, 24],
    [[9], 40, 20],
    [[4, 16], 33, 35],
    [[1], 1030, 6],
    [[1], 2000, 150],
    [[1], 3, 9000],
    [[1], 20001, 3],
    [[3], 20000, 2],
    [[130], 260, 70],
    [[], 5, 3],
  ] as const;
  for (const [lead, width, out] of sizes)
    for (const withBias of [false, true])
      test(`x [${[...lead, width]}], weight [${[out, width]}]${withBias ? ' and bias' : ''}`, async () => {
        const [x, weight] = [normal([...lead, width]), normal([out, width], width ** -0.5)];
        const bias = withBias ? normal([out]) : undefined;
        const wanted = lead.length > 0 ? [x, weight, ...(bias ? [bias] : [])] : [];
        await agree(() => linear(x, weight, bias), [x, weight, bias], width > 1000 ? [] : wanted);
      });
});

kernelTests('embed', () => {
  for (const [rows, dim] of [
    [1, 1],
    [7, 5],
    [10, 8],
    [33, 3],
  ] as const)
    test(`weight [${rows}, ${dim}]`, async () => {
      for (const shape of [[], [1], [1, 1], [5], [2, 3], [2, 2, 3]]) {
        const size = shape.reduce((product, n) => product * n, 1);
        const weight = normal([rows, dim]);
        const ids = whole(
          Array.from({ length: size }, (_, i) => (i * 5 + 2) % rows),
          shape,
        );
        await agree(() => embed(weight, ids), [weight, ids], [weight]);
      }
    });
});

kernelTests('dropout', () => {
  test('the same entries go as in the composition, bit for bit', async () => {
    for (const shape of [[], [1], [7], [3, 5], [2, 3, 5], [2, 1, 31, 33]]) {
      for (const rate of [0.1, 0.5, 0.99]) {
        const x = normal(shape);
        await agree(() => dropout(x, rate, { seed: 4294967295, path: 'a.b', step: 12 }), [x], [x], 1e-6);
      }
    }
  });

  test('a third of many entries goes', async () => {
    const x = tensor(new Float32Array(30000).fill(1), [100, 300]);
    const y = dropout(x, 1 / 3, { seed: 5, path: 'p', step: 0 });
    const kept = (await y.data()).filter(value => value !== 0).length;
    expect(kept).toBeGreaterThan(19600);
    expect(kept).toBeLessThan(20400);
    dispose([x, y]);
  });
});

kernelTests('crossEntropy', () => {
  for (const [rows, vocab] of [
    [1, 2],
    [3, 5],
    [4, 8],
    [2, 1001],
  ] as const)
    test(`logits [${rows}, ${vocab}]`, async () => {
      const logits = normal([rows, vocab], 5);
      const labels = whole(Array.from({ length: rows }, (_, i) => (i === 1 ? -100 : (i * 3 + vocab - 1) % vocab)));
      await agree(() => crossEntropy(logits, labels), [logits, labels], [logits]);
    });
});

kernelTests('appendToCache', () => {
  for (const [batch, kvHeads, capacity, headDim, length] of [
    [1, 1, 1, 1, 1],
    [1, 5, 8, 4, 1],
    [2, 3, 7, 5, 1],
    [2, 3, 11, 6, 4],
    [1, 2, 9, 8, 3],
    [3, 1, 6, 3, 6],
  ] as const)
    test(`x of ${length} in a cache [${batch}, ${kvHeads}, ${capacity}, ${headDim}], twice`, async () => {
      const values = normalValues(1, 'cache', batch * kvHeads * capacity * headDim);
      for (let at = 0; at + length <= capacity; at++) {
        const [x, later] = [normal([batch, kvHeads, length, headDim]), normal([batch, kvHeads, 1, headDim])];
        const [position, end] = [whole([at]), whole([capacity - 1])];
        const run = () => {
          const cache = tensor(values, [batch, kvHeads, capacity, headDim]);
          return appendToCache(appendToCache(cache, x, position), later, end);
        };
        await agree(run, [x, later, position, end], [], 0);
      }
    });

  test('a cache that is larger than one texture is wide', async () => {
    const [x, position] = [normal([1, 9, 2, 2]), whole([5])];
    const run = () => appendToCache(appendToCache(zeros([1, 9, 2048, 2]), x, position), x, position);
    await agree(run, [x, position], [], 0);
  });

  test('rows that would lie beyond the capacity are left out', async () => {
    const [x, position] = [normal([1, 2, 3, 4]), whole([4])];
    const run = () =>
      appendToCache(appendToCache(tensor(new Float32Array(40), [1, 2, 5, 4]), x, whole([0])), x, position);
    const [ours, theirs] = [run(), composed(run)];
    await expectClose(ours, theirs, { absolute: 0 });
  });

  test('a handle that someone else keeps does not change', async () => {
    const [x, one, two] = [normal([1, 2, 1, 6]), whole([1]), whole([2])];
    const first = appendToCache(tensor(new Float32Array(48), [1, 2, 4, 6]), x, one);
    const kept = reshape(first, [8, 6]);
    const before = await kept.data();
    const second = appendToCache(first, x, two);
    expect([...(await kept.data())]).toEqual([...before]);
    expect([...(await second.data())].filter(value => value !== 0).length).toBe(24);
    dispose([x, one, two, kept, second]);
  });

  test('what was read before is read anew after', async () => {
    const [x, one, two] = [normal([1, 2, 1, 6]), whole([1]), whole([2])];
    const first = appendToCache(tensor(new Float32Array(48), [1, 2, 4, 6]), x, one);
    expect([...(await first.data())].filter(value => value !== 0).length).toBe(12);
    const second = appendToCache(first, x, two);
    expect([...(await second.data())].filter(value => value !== 0).length).toBe(24);
    dispose([x, one, two, second]);
  });
});

kernelTests('attend', () => {
  interface Case {
    readonly dims: readonly [batch: number, heads: number, kvHeads: number, queryLen: number, keyLen: number];
    readonly headDim?: number;
    readonly valueDim?: number;
    readonly options?: AttendOptions;
    readonly extra?: (dims: readonly number[]) => Partial<AttendInputs>;
    readonly gradient?: boolean;
  }

  const check = (name: string, { dims, headDim = 6, valueDim = headDim, options, extra, gradient = true }: Case) =>
    test(name, async () => {
      const [batch, heads, kvHeads, queryLen, keyLen] = dims;
      const query = normal([batch, heads, queryLen, headDim]);
      const [key, value] = [normal([batch, kvHeads, keyLen, headDim]), normal([batch, kvHeads, keyLen, valueDim])];
      const inputs: AttendInputs = { query, key, value, ...extra?.(dims) };
      const wanted = [query, key, value, ...(inputs.bias ? [inputs.bias] : [])];
      await agree(() => attend(inputs, options), inputs, gradient ? wanted : []);
    });

  check('every key', { dims: [2, 3, 3, 5, 7] });
  check('one query', { dims: [2, 3, 3, 1, 7] });
  check('one query, long heads', { dims: [1, 5, 5, 1, 64], headDim: 64 });
  check('heads of 1', { dims: [2, 3, 1, 3, 5], headDim: 1, valueDim: 3 });
  check('odd heads', { dims: [1, 2, 2, 3, 5], headDim: 7, valueDim: 5 });
  check('values of another width', { dims: [1, 2, 2, 4, 5], headDim: 4, valueDim: 9 });
  check('values wider by a whole number of four', { dims: [1, 2, 2, 4, 5], headDim: 4, valueDim: 12 });
  check('heads that share keys', { dims: [2, 6, 2, 3, 5] });
  check('one key head', { dims: [2, 6, 1, 1, 5], headDim: 8 });
  check('causal', { dims: [2, 3, 3, 5, 7], options: { causal: true } });
  check('causal, one query', { dims: [2, 3, 3, 1, 7], options: { causal: true } });
  check('causal, more queries than keys', { dims: [1, 2, 2, 7, 3], options: { causal: true } });
  check('a window', { dims: [1, 2, 2, 7, 7], options: { window: 2 } });
  check('a causal window', { dims: [1, 2, 2, 7, 7], options: { causal: true, window: 3 } });
  check('a cap', { dims: [1, 2, 2, 3, 5], options: { softCap: 0.7, scale: 2 } });
  check('many queries', { dims: [1, 2, 1, 70, 70], headDim: 8, options: { causal: true } });
  check('many keys', { dims: [1, 2, 1, 1, 300], headDim: 8 });
  for (const at of [0, 1, 4, 8])
    check(`queries from position ${at} of a cache`, {
      dims: [2, 4, 2, 3, 11],
      options: { causal: true },
      extra: () => ({ position: whole([at]) }),
    });
  check('one query in a cache', {
    dims: [2, 4, 2, 1, 64],
    headDim: 8,
    options: { causal: true, window: 5 },
    extra: () => ({ position: whole([17]) }),
  });
  check('rows of different lengths, a row that sees nothing', {
    dims: [3, 2, 2, 3, 7],
    extra: () => ({ keyStart: whole([0, 2, 5]), keyLength: whole([7, 5, 5]) }),
  });
  check('one query, rows of different lengths', {
    dims: [3, 2, 1, 1, 7],
    extra: () => ({ keyStart: whole([0, 3, 6]), keyLength: whole([6, 4, 7]) }),
  });
  for (const shape of [
    [1, 1, 1, 7],
    [2, 3, 5, 7],
    [1, 3, 1, 7],
    [2, 1, 5, 7],
  ])
    check(`a bias [${shape}]`, { dims: [2, 3, 3, 5, 7], extra: () => ({ bias: normal(shape) }) });
  check('keys from other rows', {
    dims: [3, 4, 2, 1, 5],
    gradient: false,
    extra: () => ({ source: whole([0, 1, 2, 0, 1, 2, 2, 1, 1, 0, 0, 1, 0, 2, 2], [3, 5]) }),
  });
  check('keys from other rows, several queries, everything at once', {
    dims: [2, 4, 2, 3, 8],
    headDim: 8,
    gradient: false,
    options: { causal: true, window: 4, softCap: 3, scale: 0.5 },
    extra: () => ({
      bias: normal([1, 4, 3, 8]),
      position: whole([3]),
      keyStart: whole([1, 0]),
      keyLength: whole([6, 8]),
      source: whole([0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1], [2, 8]),
    }),
  });
});

test('kernels read what other ops made, in whatever form it lies on the device', async () => {
  const run = () => {
    const [x, weight] = [normal([2, 3, 4]), normal([5, 4])];
    const made = reshape(mul(x, 2), [3, 2, 4]);
    const y = linear(mul(silu(made), made), mul(weight, 0.5));
    return sum(mul(y, reshape(y, [3, 2, 5])));
  };
  streams = 1000;
  const ours = run();
  streams = 1000;
  await expectClose(ours, composed(run), { absolute: 1e-4, relative: 1e-5 });
  expect(registeredBackends()).toContain(backend);
});
