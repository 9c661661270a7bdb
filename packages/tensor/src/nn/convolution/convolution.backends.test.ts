import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  type ConvolutionOptions,
  clone,
  convolution,
  dispose,
  gradients,
  lowRankSum,
  maxPooling,
  meanPooling,
  pack,
  requireBackend,
  type Tensor,
  type TransposedConvolutionOptions,
  tidy,
  transposedConvolution,
  zeros,
} from '../../index.js';
import { expectOp, toTensor } from '../../testing/expect-op.js';
import { type Grid, grid, sample, sumOver } from '../../testing/grid.js';
import { messageOf } from '../../testing/message-of.js';
import { onDevice } from '../../testing/on-device.js';
import { framesInParts } from './convolution.js';
import { unfold } from './unfold.js';
import { windowOver } from './window.js';

onDevice();

const onGpu = () => requireBackend().startsWith('webg');

/** The numbers that windows see: [batch, output height, output width, taps, dim], `outside` in the padding. */
const seenOf = (x: Grid, options: ConvolutionOptions, outside: number) => {
  const { kernelSize, stride = [1, 1], dilation = [1, 1], padding = [] } = options;
  const positions = x.shape.slice(1, -1);
  const output = positions.map((length, axis) => {
    const [before, after] = padding[axis] ?? [0, 0];
    return Math.floor((length + before + after - (kernelSize[axis]! - 1) * dilation[axis]! - 1) / stride[axis]!) + 1;
  });
  const taps = kernelSize.reduce((product, size) => product * size, 1);
  const at = (batch: number, where: readonly number[], tap: number, entry: number) => {
    const offsets = kernelSize.length === 1 ? [tap] : [Math.floor(tap / kernelSize[1]!), tap % kernelSize[1]!];
    const from = where.map((index, axis) => {
      return index * stride[axis]! - (padding[axis]?.[0] ?? 0) + offsets[axis]! * dilation[axis]!;
    });
    const isInside = from.every((position, axis) => position >= 0 && position < positions[axis]!);
    return isInside ? x.at(batch, ...from, entry) : outside;
  };
  return { output, taps, at };
};

const convolutionOf = (x: Grid, weight: Grid, bias: Grid | undefined, options: ConvolutionOptions): Grid => {
  const { groups = 1 } = options;
  const { output, taps, at } = seenOf(x, options, 0);
  const [out, per] = [weight.shape[0]!, x.shape.at(-1)! / groups];
  return grid([x.shape[0]!, ...output, out], (...index) => {
    const [batch, where, o] = [index[0]!, index.slice(1, -1), index.at(-1)!];
    const first = Math.floor(o / (out / groups)) * per;
    const total = sumOver(taps, tap =>
      sumOver(per, i => weight.at(o, tap * per + i) * at(batch, where, tap, first + i)),
    );
    return total + (bias?.at(o) ?? 0);
  });
};

/** Shapes of x, number of outputs and options, of one and two axes. */
const cases: Record<string, readonly [readonly number[], number, ConvolutionOptions]> = {
  'a window of one position': [[2, 3, 5], 7, { kernelSize: [1] }],
  'along one axis, strided and padded': [[2, 7, 3], 5, { kernelSize: [3], stride: [2], padding: [[1, 1]] }],
  'padding of different lengths': [[1, 5, 2], 3, { kernelSize: [4], padding: [[2, 1]] }],
  'windows apart from each other': [[2, 11, 1], 3, { kernelSize: [2], stride: [5] }],
  'windows with gaps': [[1, 9, 2], 3, { kernelSize: [3], dilation: [2], padding: [[1, 3]] }],
  'groups along one axis': [[2, 5, 6], 4, { kernelSize: [2], padding: [[1, 0]], groups: 2 }],
  'one input and three outputs in a group': [[2, 5, 3], 9, { kernelSize: [2], groups: 3 }],
  'a picture': [
    [2, 5, 7, 3],
    4,
    {
      kernelSize: [3, 3],
      stride: [2, 2],
      padding: [
        [1, 1],
        [1, 1],
      ],
    },
  ],
  'a picture with all of it': [
    [1, 7, 5, 4],
    6,
    {
      kernelSize: [3, 2],
      stride: [2, 1],
      dilation: [1, 2],
      padding: [
        [1, 0],
        [0, 2],
      ],
      groups: 2,
    },
  ],
  'a picture, depthwise': [
    [2, 4, 3, 5],
    5,
    {
      kernelSize: [3, 3],
      padding: [
        [1, 1],
        [1, 1],
      ],
      groups: 5,
    },
  ],
  patches: [[2, 4, 6, 3], 5, { kernelSize: [2, 3], stride: [2, 3] }],
};

/** Those that run on GPUs, where each shape costs programs. */
const onGpus = ['padding of different lengths', 'groups along one axis', 'a picture with all of it', 'patches'];

test.each(Object.entries(cases).filter(([name]) => !onGpu() || onGpus.includes(name)))(
  '%s equals loops, and its gradients finite differences',
  async (_, [shape, out, options]) => {
    const taps = options.kernelSize.reduce((product, size) => product * size, 1);
    const inputs = {
      x: sample(shape, 3),
      weight: sample([out, (taps * shape.at(-1)!) / (options.groups ?? 1)], 5),
      bias: sample([out], 7),
    };
    await expectOp({
      inputs,
      run: t => convolution(t.x, t.weight, t.bias, options),
      reference: g => convolutionOf(g.x, g.weight, g.bias, options),
    });
  },
);

test('without a bias, and of an empty batch', async () => {
  const options = { kernelSize: [2] };
  await expectOp({
    inputs: { x: sample([2, 3, 5], 3), weight: sample([4, 10], 5) },
    run: t => convolution(t.x, t.weight, undefined, options),
    reference: g => convolutionOf(g.x, g.weight, undefined, options),
  });
  const empty = tidy(() => convolution(zeros([0, 3, 5]), zeros([4, 10]), zeros([4]), options).shape);
  expect(empty).toEqual([0, 2, 4]);
});

test('a packed weight gives the numbers of its entries, also in groups', async () => {
  for (const groups of [1, 2]) {
    const options = { kernelSize: [3], padding: [[1, 1]] as const, groups };
    const [x, weight, bias] = [sample([2, 4, 4], 3), sample([6, 12 / groups], 5), sample([6], 7)];
    const packed = pack(Float32Array.from(weight.values), [6, 12 / groups], 'f16');
    const exact = convolutionOf(x, weight, bias, options);
    const inputs = { x: toTensor(x), bias: toTensor(bias) };
    const dy = sample(exact.shape, 9);
    const upstream = toTensor(dy);
    const run = () => convolution(inputs.x, packed, inputs.bias, options);
    const { value, gradients: slopes } = gradients(run, inputs, upstream);
    await expectClose(value, exact, { absolute: 5e-3 });
    const into = grid([2, 4, 4], (b, t, i) =>
      sumOver(4, at =>
        sumOver(6, o => {
          const [tap, group] = [t! - at + 1, Math.floor(i! / (4 / groups))];
          const isSeen = tap >= 0 && tap < 3 && Math.floor(o / (6 / groups)) === group;
          return isSeen ? dy.at(b!, at, o) * weight.at(o, (tap * 4) / groups + (i! % (4 / groups))) : 0;
        }),
      ),
    );
    await expectClose(slopes.x!, into, { absolute: 5e-3 });
    dispose([packed, inputs, upstream, value, slopes]);
  }
});

test('low-rank parts of a weight are added and get gradients, also in groups', async () => {
  for (const groups of [1, 2]) {
    const options = { kernelSize: [3], groups };
    const width = 12 / groups;
    const [x, base] = [sample([1, 4, 4], 3), sample([6, width], 5)];
    const [down, up] = [sample([2, width], 6), sample([6, 2], 7)];
    const summed = grid([6, width], (o, i) => base.at(o!, i!) + 0.5 * sumOver(2, r => up.at(o!, r) * down.at(r, i!)));
    const leaves = { down: toTensor(down), up: toTensor(up) };
    const matrix = lowRankSum(toTensor(base), { a: { ...leaves, scale: 0.5, active: true } });
    const input = toTensor(x);
    const exact = convolutionOf(x, summed, undefined, options);
    const dy = sample(exact.shape, 9);
    const upstream = toTensor(dy);
    const { value, gradients: slopes } = gradients(
      () => convolution(input, matrix, undefined, options),
      leaves,
      upstream,
    );
    await expectClose(value, exact, { absolute: 1e-5 });
    // The gradient of the whole matrix, from which those of its parts follow.
    const whole = grid([6, width], (o, i) => {
      const [tap, entry] = [
        Math.floor((i! * groups) / 4),
        (i! % (4 / groups)) + Math.floor(o! / (6 / groups)) * (4 / groups),
      ];
      return sumOver(2, at => dy.at(0, at, o!) * x.at(0, at + tap, entry));
    });
    const intoDown = grid([2, width], (r, i) => 0.5 * sumOver(6, o => up.at(o, r!) * whole.at(o, i!)));
    const intoUp = grid([6, 2], (o, r) => 0.5 * sumOver(width, i => down.at(r!, i) * whole.at(o!, i)));
    await expectClose(slopes.down!, intoDown, { absolute: 1e-5 });
    await expectClose(slopes.up!, intoUp, { absolute: 1e-5 });
    dispose([matrix, input, upstream, value, slopes]);
  }
});

const transposed: Record<string, readonly [readonly number[], number, TransposedConvolutionOptions]> = {
  'longer by its stride': [[2, 3, 5], 2, { kernelSize: [4], stride: [2], padding: [[1, 1]] }],
  'with gaps, groups and more outputs': [
    [1, 5, 6],
    4,
    { kernelSize: [3], stride: [3], dilation: [2], padding: [[2, 1]], outputPadding: [2], groups: 2 },
  ],
  'a picture': [[1, 2, 3, 2], 3, { kernelSize: [2, 3], stride: [2, 1] }],
};

test.each(Object.entries(transposed))(
  'a transposed convolution, %s, equals loops',
  async (_, [shape, out, options]) => {
    const { kernelSize, stride = [1, 1], dilation = [1, 1], padding = [], outputPadding = [], groups = 1 } = options;
    const taps = kernelSize.reduce((product, size) => product * size, 1);
    const perGroup = out / groups;
    const inPart = shape.at(-1)! / groups;
    const lengths = shape.slice(1, -1);
    const output = lengths.map(
      (length, axis) =>
        (length - 1) * stride[axis]! -
        (padding[axis]?.[0] ?? 0) -
        (padding[axis]?.[1] ?? 0) +
        dilation[axis]! * (kernelSize[axis]! - 1) +
        1 +
        (outputPadding[axis] ?? 0),
    );
    await expectOp({
      inputs: {
        x: sample(shape, 3),
        weight: sample([shape.at(-1)!, taps * perGroup], 5),
        bias: sample([out], 7),
      },
      run: t => transposedConvolution(t.x, t.weight, t.bias, options),
      reference: g =>
        grid([shape[0]!, ...output, out], (...index) => {
          const [batch, where, o] = [index[0]!, index.slice(1, -1), index.at(-1)!];
          const positions = lengths.reduce((product, length) => product * length, 1);
          const group = Math.floor(o / perGroup);
          const total = sumOver(positions, position =>
            sumOver(taps, tap => {
              const from =
                lengths.length === 1 ? [position] : [Math.floor(position / lengths[1]!), position % lengths[1]!];
              const at = lengths.length === 1 ? [tap] : [Math.floor(tap / kernelSize[1]!), tap % kernelSize[1]!];
              const isSeen = where.every(
                (to, axis) =>
                  to === from[axis]! * stride[axis]! - (padding[axis]?.[0] ?? 0) + at[axis]! * dilation[axis]!,
              );
              if (!isSeen) return 0;
              return sumOver(inPart, i => {
                const entry = group * inPart + i;
                return g.x.at(batch, ...from, entry) * g.weight.at(entry, tap * perGroup + (o % perGroup));
              });
            }),
          );
          return total + g.bias.at(o);
        }),
    });
  },
);

test('what windows see is made in parts of sequences, rows or columns', async () => {
  const options = {
    kernelSize: [3, 2],
    stride: [2, 1],
    dilation: [1, 2],
    padding: [
      [2, 1],
      [1, 3],
    ] as const,
  };
  for (const shape of [
    [3, 5, 4, 2],
    [2, 1, 9, 3],
  ]) {
    const x = toTensor(sample(shape, 3));
    const window = windowOver('test', x, options);
    const whole = unfold(x, window);
    for (const partSize of onGpu() ? [40] : [1, 40, 100]) {
      const shapes: number[][] = [];
      const parts = tidy(() =>
        framesInParts(
          x,
          window,
          frames => {
            shapes.push(frames.shape);
            return clone(frames);
          },
          partSize,
        ),
      );
      expect(shapes.length).toBeGreaterThan(1);
      expect(parts.shape).toEqual(whole.shape);
      await expectClose(parts, Array.from(await whole.data()), { absolute: 0 });
      parts.dispose();
    }
    dispose([x, whole]);
  }
});

const pooled: readonly [readonly number[], ConvolutionOptions][] = [
  [[2, 7, 3], { kernelSize: [3], stride: [2], padding: [[1, 0]] }],
  [
    [2, 4, 5, 3],
    {
      kernelSize: [2, 3],
      stride: [2, 1],
      padding: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
];

test.each(pooled)('the largest and the mean of windows over %j', async (shape, options) => {
  const pool = (x: Grid, outside: number, reduce: (values: number[]) => number) => {
    const { output, taps, at } = seenOf(x, options, outside);
    return grid([shape[0]!, ...output, shape.at(-1)!], (...index) =>
      reduce(Array.from({ length: taps }, (_, tap) => at(index[0]!, index.slice(1, -1), tap, index.at(-1)!))),
    );
  };
  const inputs = { x: sample(shape, 3) };
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  await expectOp({
    inputs,
    run: t => maxPooling(t.x, options),
    reference: g => pool(g.x, -Infinity, values => Math.max(...values)),
  });
  await expectOp({ inputs, run: t => meanPooling(t.x, options), reference: g => pool(g.x, 0, mean) });
});

test('what does not fit throws with both sides', () => {
  tidy(() => {
    const run = (x: Tensor, weight: Tensor, options: ConvolutionOptions, bias?: Tensor) =>
      messageOf(() => convolution(x, weight, bias, options));
    expect(run(zeros([2, 5, 3]), zeros([4, 8]), { kernelSize: [3] }, zeros([4]))).toBe(
      'convolution: x [2, 5, 3], weight [4, 8] and bias [4] do not fit windows of 3 positions in 1 groups; weight is ' +
        '[out, kernel size · in / groups]',
    );
    expect(run(zeros([2, 5, 3]), zeros([4, 9]), { kernelSize: [3, 3] })).toBe(
      'convolution: kernelSize is [3,3]; it must be 1 whole number, 1 or more',
    );
    expect(run(zeros([2, 5, 3]), zeros([4, 9]), { kernelSize: [3], stride: [0] })).toBe(
      'convolution: stride is [0]; it must be 1 whole number, 1 or more',
    );
    expect(run(zeros([2, 2, 3]), zeros([4, 9]), { kernelSize: [3] })).toBe(
      'convolution: 2 positions, padding included, are fewer than the 3 that a window spans',
    );
    expect(run(zeros([2, 3]), zeros([4, 9]), { kernelSize: [3] })).toBe(
      'convolution: x [2, 3] is not [batch, length, dim] or [batch, height, width, dim]',
    );
  });
});

test('a transposed convolution that does not fit throws with both sides', () => {
  tidy(() => {
    const run = (options: TransposedConvolutionOptions, weight = zeros([3, 8]), bias?: Tensor) =>
      messageOf(() => transposedConvolution(zeros([2, 5, 3]), weight, bias, options));
    expect(run({ kernelSize: [4] }, zeros([4, 8]))).toBe(
      'transposedConvolution: x [2, 5, 3], weight [4, 8] do not fit windows of 4 positions in 1 groups; weight is ' +
        '[in, kernel size · out / groups]',
    );
    expect(run({ kernelSize: [4], stride: [2], outputPadding: [2] })).toBe(
      'transposedConvolution: outputPadding is 2; it must be a whole number from 0 to 1',
    );
    expect(run({ kernelSize: [1], padding: [[3, 2]] })).toBe(
      'transposedConvolution: padding is [[3,2]]; it must be less, since the output has [0] positions',
    );
    const empty = transposedConvolution(zeros([0, 5, 3]), zeros([3, 8]), zeros([2]), { kernelSize: [4] });
    expect(empty.shape).toEqual([0, 8, 2]);
  });
});
