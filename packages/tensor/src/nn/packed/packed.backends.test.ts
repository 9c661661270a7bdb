import { expectClose, expectNoLeak } from '@residual/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  canUnpack,
  capture,
  dense,
  dispose,
  embed,
  gradients,
  linear,
  lowRankSum,
  mergeLowRank,
  type PackedForm,
  type PackedMatrix,
  pack,
  packedMatrix,
  ResidualError,
  range,
  requireBackend,
  sum,
  tensor,
  tidy,
  unpack,
} from '../../index.js';
import { toTensor } from '../../testing/expect-op.js';
import { type Grid, grid, integerGrid, sample, sumOver } from '../../testing/grid.js';
import { messageOf } from '../../testing/message-of.js';
import { onDevice } from '../../testing/on-device.js';

onDevice();

const forms: readonly PackedForm[] = ['f16', 'bf16', 'int8', 'int4'];

/** The value of float16 bits by the definition of IEEE 754. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >>> 15 ? -1 : 1, (bits >>> 10) & 31, bits & 1023];
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14);
}

/** What the bits of a packed matrix mean, in float64, bit by bit as their doc comment says. */
async function meaningOf({ form, shape, quants, scales }: PackedMatrix): Promise<Grid> {
  const words = await quants.data();
  const bytes = new Uint8Array(Int32Array.from(words).buffer);
  const halves = new Uint16Array(Int32Array.from((await scales?.data()) ?? []).buffer);
  const [perRow, scalesPerRow] = [4 * quants.shape[1]!, 2 * (scales?.shape[1] ?? 0)];
  return grid(shape, (row, i) => {
    const at = row! * perRow;
    const scale = half(halves[row! * scalesPerRow + (i! >> 5)] ?? 0);
    const inGroup = i! & 31;
    const pair = bytes[at + 2 * i!]! | (bytes[at + 2 * i! + 1]! << 8);
    if (form === 'f16') return half(pair);
    if (form === 'bf16') return new Float32Array(Uint32Array.of(pair << 16).buffer)[0]!;
    if (form === 'int8') return scale * ((bytes[at + i!]! << 24) >> 24);
    const byte = bytes[at + 16 * (i! >> 5) + (inGroup & 15)]!;
    return scale * ((inGroup < 16 ? byte & 15 : byte >> 4) - 8);
  });
}

const valuesOf = ({ values }: Grid) => Float32Array.from(values);

/** Whether every new shape compiles a program, so that fewer of them are tried. */
const isGpu = () => ['webgl', 'webgpu'].includes(requireBackend());

/** Shapes with and without padding, of an odd and an even number of groups. */
const shapesHere = () =>
  isGpu()
    ? ([[7, 97]] as const)
    : ([
        [5, 64],
        [3, 37],
        [7, 97],
      ] as const);

test.each(forms)('%s: the entries are what the bits mean, and near what was packed', async form => {
  for (const shape of shapesHere()) {
    const values = sample(shape, 3);
    const packed = pack(valuesOf(values), shape, form);
    const meaning = await meaningOf(packed);
    const entries = unpack(packed);
    expect(entries.shape).toEqual([...shape]);
    await expectClose(entries, meaning, { absolute: 0, relative: 1e-7 });
    await expectClose(entries, values, { absolute: { f16: 1e-3, bf16: 8e-3, int8: 8e-3, int4: 0.14 }[form] });
    dispose([packed, entries]);
  }
});

/** x weightᵀ + bias. */
const linearOf = (x: Grid, weight: Grid, bias: Grid): Grid =>
  grid([...x.shape.slice(0, -1), weight.shape[0]!], (...index) => {
    const [row, o] = [index.slice(0, -1), index.at(-1)!];
    return sumOver(weight.shape[1]!, i => x.at(...row, i) * weight.at(o, i)) + bias.at(o);
  });

test.each(forms)(
  '%s: linear agrees with the entries in float64, for one row and many, with a gradient for x',
  async form => {
    const [out, width] = [7, 97];
    const packed = pack(valuesOf(sample([out, width], 5)), [out, width], form);
    const weight = await meaningOf(packed);
    for (const leading of isGpu() ? [[2, 17]] : [[1], [3], [2, 17]]) {
      const [x, bias, dy] = [sample([...leading, width], 7), sample([out], 11), sample([...leading, out], 13)];
      const inputs = { x: toTensor(x), bias: toTensor(bias) };
      const upstream = toTensor(dy);
      const result = gradients(() => linear(inputs.x, packed, inputs.bias), inputs, upstream);
      const expected = linearOf(x, weight, bias);
      const largest = Math.max(...[...expected.values].map(Math.abs));
      await expectClose(result.value, expected, { absolute: 1e-4 * largest });
      await expectClose(
        result.gradients.x!,
        grid(x.shape, (...index) => sumOver(out, o => dy.at(...index.slice(0, -1), o) * weight.at(o, index.at(-1)!))),
        { absolute: 1e-5 },
      );
      expect(result.gradients.bias!.shape).toEqual([out]);
      dispose([inputs, upstream, result]);
    }
    packed.dispose();
  },
);

test.each(forms)('%s: one row of x by rows whose last group is half full agrees with the entries', async form => {
  const [out, width] = [7, 48];
  const packed = pack(valuesOf(sample([out, width], 5)), [out, width], form);
  const [x, bias] = [sample([1, width], 7), sample([out], 11)];
  const y = tidy(() => linear(toTensor(x), packed, toTensor(bias)));
  const expected = linearOf(x, await meaningOf(packed), bias);
  await expectClose(y, expected, { absolute: 1e-4 * Math.max(...[...expected.values].map(Math.abs)) });
  dispose([packed, y]);
});

test.each(forms)('%s: larger matrices, which backends may multiply in integers, are within the bound', async form => {
  if (!['cpu', 'wasm'].includes(requireBackend())) return; // GPUs have one way for all sizes
  const [out, width] = [173, 97];
  const packed = pack(valuesOf(sample([out, width], 5)), [out, width], form);
  const weight = await meaningOf(packed);
  for (const rows of [1, 2, 3, 6]) {
    const [x, bias] = [sample([rows, width], 7), sample([out], 11)];
    const y = tidy(() => linear(toTensor(x), packed, toTensor(bias)));
    const expected = linearOf(x, weight, bias);
    const largest = Math.max(...[...expected.values].map(Math.abs));
    await expectClose(y, expected, { absolute: 1e-4 * largest });
    y.dispose();
  }
  packed.dispose();
});

test.each(forms)('%s: embed reads rows by id', async form => {
  const packed = pack(valuesOf(sample([11, 37], 5)), [11, 37], form);
  const weight = await meaningOf(packed);
  const ids = integerGrid([2, 3], 3, 0, 11);
  const rows = tidy(() => embed(packed, toTensor(ids, 'int32')));
  const expected = grid([2, 3, 37], (a, b, i) => weight.at(ids.at(a!, b!), i!));
  await expectClose(rows, expected, { absolute: 0, relative: 1e-7 });
  dispose([packed, rows]);
});

test('a low-rank sum over a packed base computes and merges with what it means', async () => {
  const [base, down, up, x] = [sample([5, 64], 3), sample([2, 64], 5), sample([5, 2], 7), sample([3, 64], 11)];
  const packed = pack(valuesOf(base), [5, 64], 'int8');
  const weight = await meaningOf(packed);
  const adapted = lowRankSum(packed, { a: { down: toTensor(down), up: toTensor(up), scale: 0.5, active: true } });
  const whole = grid([5, 64], (o, i) => weight.at(o!, i!) + 0.5 * sumOver(2, r => up.at(o!, r) * down.at(r, i!)));
  const merged = mergeLowRank(adapted);
  await expectClose(merged, whole, { absolute: 1e-5 });
  const input = toTensor(x);
  const y = linear(input, adapted);
  await expectClose(
    y,
    linearOf(
      x,
      whole,
      grid([5], () => 0),
    ),
    { absolute: 1e-4 },
  );
  dispose([adapted, merged, input, y]);
});

test('a captured step over packed weights is replayed on other inputs', async () => {
  const packed = pack(valuesOf(sample([5, 64], 3)), [5, 64], 'int8');
  const weight = await meaningOf(packed);
  const first = toTensor(sample([1, 64], 5));
  const { outputs, graph } = capture(x => [linear(x, packed)], [first]);
  const x = sample([1, 64], 7);
  const second = toTensor(x);
  const replayed = graph.replay([second]);
  await expectClose(
    replayed[0]!,
    linearOf(
      x,
      weight,
      grid([5], () => 0),
    ),
    { absolute: 1e-4 },
  );
  dispose([packed, first, second, outputs, graph, replayed]);
});

test('nothing stays behind', async () => {
  await expectNoLeak(async () => {
    const packed = pack(valuesOf(sample([5, 64], 3)), [5, 64], 'int4');
    const x = toTensor(sample([3, 64], 5));
    const result = gradients(() => sum(linear(x, packed)), x);
    await result.value.data();
    dispose([packed, x, result]);
  });
});

test('what does not fit is refused with both sides', () => {
  expect(() => pack(new Float32Array(10), [3, 4], 'int8')).toThrow('pack: 10 values do not fit [3, 4], which holds 12');
  expect(() => pack(new Float32Array(12), [3, 4], 'int2' as PackedForm)).toThrow(
    new ResidualError('option', 'pack: form is "int2"; f16, bf16, int8 or int4 would fit'),
  );
  expect(() => packedMatrix('int8', [3, 33], { quants: new Int32Array(47), scales: new Int32Array(3) })).toThrow(
    'packedMatrix: 47 words of quants and 3 of scales do not fit int8 [3, 33], which has 48 and 3',
  );
  const packed = pack(new Float32Array(64), [2, 32], 'int8');
  expect(messageOf(() => dense(packed))).toBe('dense: the matrix is packed as int8; unpack it');
  packed.dispose();
});

test('an id outside the table throws where the backend checks', () => {
  if (!['cpu', 'wasm'].includes(requireBackend())) return;
  tidy(() => {
    const packed = pack(new Float32Array(64), [2, 32], 'int8');
    expect(messageOf(() => embed(packed, range(3)))).toBe('embed: id 2 is outside the vocabulary of 2');
    packed.dispose();
    expect(tensor([1]).shape).toEqual([1]);
  });
});

test('a backend without kernels cannot read packed matrices', () => {
  const name = 'residual.unpack';
  const kernel = tf.getKernel(name, tf.getBackend());
  expect(canUnpack()).toBe(true);
  tf.unregisterKernel(name, tf.getBackend());
  try {
    expect(canUnpack()).toBe(false);
  } finally {
    tf.registerKernel(kernel);
  }
});
