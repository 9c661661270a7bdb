import { type ConvolutionWindow, sizeOf } from '@residual/tensor/kernels';
import type { Heap } from '../heap.js';
import type { Kernel } from './kernel.js';

/** Frames are made in scratch memory for so many windows at a time that they hold about this many numbers. */
const scratchNumbers = 2 ** 18;

/** The positions that each window sees side by side. */
export const unfold: Kernel<'unfold'> = (heap, { x }, { window, paddingValue }) => {
  const [batch, , , dim] = x.shape as [number, number, number, number];
  const from = heap.pointer(x);
  const y = heap.output([batch, ...window.output, sizeOf(window.kernel) * dim]);
  const rows = batch * sizeOf(window.output);
  heap.call.unfold!(from, heap.pointer(y), 0, rows, 0, dim, paddingValue, ...numbersOf(window, dim));
  return y;
};

/** The transpose of `unfold`. */
export const fold: Kernel<'fold'> = (heap, { x }, { window }) => {
  const [batch, dim] = [x.shape[0]!, x.shape[3]! / sizeOf(window.kernel)];
  const from = heap.pointer(x);
  const y = heap.output([batch, ...window.input, dim]);
  const rows = batch * sizeOf(window.output);
  heap.floats(y).fill(0);
  heap.call.fold!(from, heap.pointer(y), 0, rows, 0, dim, ...numbersOf(window, dim));
  return y;
};

/** A convolution: what windows see times the weight, in parts that fit into the cache. */
export const convolution: Kernel<'convolution'> = (heap, { x, weight, bias }, { window, groups }) => {
  const sizes = sizesOf(x.shape, weight.shape[0]!, window, groups);
  const [from, matrix, shift] = [x, weight, bias].map(each => heap.pointer(each)) as [number, number, number];
  const y = heap.output([x.shape[0]!, ...window.output, sizes.out]);
  const to = heap.pointer(y);
  const { out, width, outOfGroup } = sizes;
  if (isDepthwise(sizes)) {
    heap.call.fillRows!(shift, to, sizes.rows, out);
    depthwise(heap, sizes, matrix, turned => heap.call.depthwise!(from, turned, to, sizes.rows, ...sizes.numbers));
    return y;
  }
  forEachFrames(heap, from, sizes, (frames, { stride, first, rows, group }) => {
    const offset = 4 * group * outOfGroup;
    multiply(heap, {
      ...{ a: frames, b: matrix + offset * width, bias: shift && shift + offset, y: to + 4 * first * out + offset },
      ...{ m: rows, n: outOfGroup, k: width, transposeB: 1, strideA: stride, strideB: width, strideY: out },
    });
  });
  return y;
};

/** The gradient of the input of a convolution. */
export const convolutionInputGradient: Kernel<'convolutionInputGradient'> = (
  heap,
  { dy, weight },
  { window, groups },
) => {
  const [out, width] = weight.shape as [number, number];
  const dim = (width / sizeOf(window.kernel)) * groups;
  const shape = [dy.shape[0]!, ...window.input, dim];
  const sizes = sizesOf(shape, out, window, groups);
  const [from, matrix] = [heap.pointer(dy), heap.pointer(weight)];
  const dx = heap.output(shape);
  const to = heap.pointer(dx);
  heap.floats(dx).fill(0);
  if (isDepthwise(sizes)) {
    depthwise(heap, sizes, matrix, turned => heap.call.depthwiseInput!(to, turned, from, sizes.rows, ...sizes.numbers));
    return dx;
  }
  const step = Math.min(sizes.rows, rowsOfPart(width));
  heap.scratch(step * width, frames => {
    for (let first = 0; first < sizes.rows; first += step)
      for (let group = 0; group < groups; group++) {
        const rows = Math.min(step, sizes.rows - first);
        const offset = 4 * group * sizes.outOfGroup;
        multiply(heap, {
          ...{ a: from + 4 * first * out + offset, b: matrix + offset * width, bias: 0, y: frames },
          ...{ m: rows, n: width, k: sizes.outOfGroup, strideA: out, strideB: width, strideY: width },
        });
        heap.call.fold!(frames, to, first, rows, group * sizes.part, sizes.part, ...sizes.numbers);
      }
  });
  return dx;
};

/** The gradient of the weight of a convolution. */
export const convolutionWeightGradient: Kernel<'convolutionWeightGradient'> = (heap, { x, dy }, { window, groups }) => {
  const sizes = sizesOf(x.shape, dy.shape[3]!, window, groups);
  const { out, width, outOfGroup } = sizes;
  const [from, slopes] = [heap.pointer(x), heap.pointer(dy)];
  const gradient = heap.output([out, width]);
  const to = heap.pointer(gradient);
  if (isDepthwise(sizes)) {
    heap.scratch(width * out, sums => {
      heap.floatsAt(sums, width * out).fill(0);
      heap.call.depthwiseWeight!(from, sums, slopes, sizes.rows, ...sizes.numbers);
      heap.call.transposeRows!(sums, to, width, out);
    });
    return gradient;
  }
  forEachFrames(heap, from, sizes, (frames, { stride, first, rows, group }) => {
    const offset = 4 * group * outOfGroup;
    multiply(heap, {
      ...{ a: slopes + 4 * first * out + offset, b: frames, bias: 0, y: to + offset * width },
      ...{ m: outOfGroup, n: width, k: rows, transposeA: 1, strideA: out, strideB: stride, strideY: width },
      adds: Number(first > 0),
    });
  });
  return gradient;
};

/** The sizes of a convolution. */
interface Sizes {
  /** The windows. */
  readonly window: ConvolutionWindow;
  /** The number of sequences or pictures. */
  readonly batch: number;
  /** The width of the input. */
  readonly dim: number;
  /** The width of the output. */
  readonly out: number;
  /** The number of groups. */
  readonly groups: number;
  /** The inputs of a group. */
  readonly part: number;
  /** The outputs of a group. */
  readonly outOfGroup: number;
  /** The number of columns of the weight. */
  readonly width: number;
  /** The number of windows of all sequences. */
  readonly rows: number;
  /** The window as numbers, for the kernels. */
  readonly numbers: readonly number[];
}

function sizesOf(shape: readonly number[], out: number, window: ConvolutionWindow, groups: number): Sizes {
  const [batch, dim] = [shape[0]!, shape[3]!];
  const part = dim / groups;
  return {
    ...{ window, batch, dim, out, groups, part, outOfGroup: out / groups },
    width: sizeOf(window.kernel) * part,
    rows: batch * sizeOf(window.output),
    numbers: numbersOf(window, dim),
  };
}

/** A window over positions of `dim` entries as numbers, in the order of `Windows` of convolution.c. */
function numbersOf(window: ConvolutionWindow, dim: number): number[] {
  const { input, output, kernel, stride, dilation, before } = window;
  return [...input, dim, ...output, ...kernel, ...stride, ...dilation, ...before];
}

const isDepthwise = ({ part, outOfGroup }: Sizes) => part === 1 && outOfGroup === 1;

/** Runs a depthwise kernel with the weight [dim, taps] turned to [taps, dim]. */
function depthwise(heap: Heap, { out, width }: Sizes, weight: number, run: (turned: number) => void): void {
  heap.scratch(out * width, turned => {
    heap.call.transposeRows!(weight, turned, out, width);
    run(turned);
  });
}

/** How many windows have their frames in scratch memory at a time. */
const rowsOfPart = (width: number) => Math.min(256, Math.max(32, 4 * Math.floor(scratchNumbers / width / 4)));

/** Some rows of frames of one group: how many floats they are apart, and which windows they are of all. */
interface FrameRows {
  readonly stride: number;
  readonly first: number;
  readonly rows: number;
  readonly group: number;
}

type UseFrames = (frames: number, rows: FrameRows) => void;

/**
 * Calls `use` with a pointer to frames until all have been used. Frames of one position lie in x as they are. Along one
 * axis they do too, or in a copy with padding, one beginning before the other ends. In pictures they are made part by
 * part.
 */
function forEachFrames(heap: Heap, x: number, sizes: Sizes, use: UseFrames): void {
  const { window, dim, groups, part, rows } = sizes;
  const { input, output, kernel, stride, dilation, before } = window;
  const isPosition = sizeOf(kernel) === 1 && before.every(length => length === 0);
  if (isPosition && output.every((length, axis) => length === input[axis] && (length === 1 || stride[axis] === 1))) {
    for (let group = 0; group < groups; group++) use(x + 4 * group * part, { stride: dim, first: 0, rows, group });
  } else if (kernel[0] === 1 && input[0] === 1 && output[0] === 1 && before[0] === 0 && dilation[1] === 1) {
    forEachSequence(heap, x, sizes, use);
  } else forEachPart(heap, x, sizes, use);
}

/** Along one axis, windows without gaps. */
function forEachSequence(heap: Heap, x: number, sizes: Sizes, use: UseFrames): void {
  const { window, batch, dim, groups, part } = sizes;
  const { input, output, kernel, stride, before } = window;
  const length = (output[1] - 1) * stride[1] + kernel[1]; // all positions that windows see
  const each = (apart: number, framesOf: (sequence: number, group: number) => number) => {
    for (let sequence = 0; sequence < batch; sequence++)
      for (let group = 0; group < groups; group++) {
        const rows = { stride: apart, first: sequence * output[1], rows: output[1], group };
        use(framesOf(sequence, group), rows);
      }
  };
  if (groups === 1 && before[1] === 0 && length <= input[1]) {
    each(stride[1] * dim, sequence => x + 4 * sequence * input[1] * dim);
    return;
  }
  const line = numbersOf({ ...window, kernel: [1, length], output: [1, 1] }, dim);
  heap.scratch(length * part, padded =>
    each(stride[1] * part, (sequence, group) => {
      heap.call.unfold!(x, padded, sequence, 1, group * part, part, 0, ...line);
      return padded;
    }),
  );
}

/** In parts of as many windows as fit into scratch memory. */
function forEachPart(heap: Heap, x: number, { rows, groups, part, width, numbers }: Sizes, use: UseFrames): void {
  const step = Math.min(rows, rowsOfPart(width));
  heap.scratch(step * width, frames => {
    for (let first = 0; first < rows; first += step)
      for (let group = 0; group < groups; group++) {
        const count = Math.min(step, rows - first);
        heap.call.unfold!(x, frames, first, count, group * part, part, 0, ...numbers);
        use(frames, { stride: width, first, rows: count, group });
      }
  });
}

/** A product of matrices: pointers, sizes, and how many floats apart rows are. */
interface Product {
  readonly a: number;
  readonly b: number;
  /** 0 without a bias. */
  readonly bias: number;
  readonly y: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: 0 | 1;
  readonly transposeB?: 0 | 1;
  readonly strideA: number;
  readonly strideB: number;
  readonly strideY: number;
  /** Whether it is added to y. */
  readonly adds?: number;
}

function multiply(heap: Heap, product: Product): void {
  const { a, b, bias, y, m, n, k, transposeA = 0, transposeB = 0, strideA, strideB, strideY, adds = 0 } = product;
  heap.scratch(heap.call.matMulScratch!(m, k), scratch => {
    const sizes = [m, n, k, transposeA, transposeB, strideA, strideB, strideY, adds];
    heap.call.matMulStrided!(a, b, bias, y, scratch, ...sizes);
  });
}
