import { sizeOf } from '../shape.js';

/**
 * Float64 numbers with a shape, for comparison with tensors. It has `data` like a tensor, so `expectClose` takes both.
 */
export interface Grid {
  readonly shape: readonly number[];
  readonly values: Float64Array;
  /** The number at an index, with broadcasting: axes of length 1 are read at 0, and leading indices may be missing. */
  at(...index: number[]): number;
  data(): Promise<Float64Array>;
}

/** A grid with `valueAt(index)` at each index. */
export function grid(shape: readonly number[], valueAt: (...index: number[]) => number): Grid {
  const size = sizeOf(shape);
  return fromValues(
    shape,
    Float64Array.from({ length: size }, (_, i) => valueAt(...indexOf(i, shape))),
  );
}

/** A grid of flat numbers, row-major. */
export function fromValues(shape: readonly number[], values: Float64Array): Grid {
  return {
    shape,
    values,
    // A loop, for the loops of the references spend nearly all their time here.
    at: (...index) => {
      const leading = index.length - shape.length;
      let flat = 0;
      for (let axis = 0; axis < shape.length; axis++)
        flat = flat * shape[axis]! + (shape[axis] === 1 ? 0 : index[leading + axis]!);
      return values[flat]!;
    },
    data: async () => values,
  };
}

/** Pseudorandom numbers from low to high, multiples of 2⁻¹⁶, determined by shape and seed. */
export function sample(shape: readonly number[], seed = 1, low = -1, high = 1): Grid {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return grid(shape, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((low + ((high - low) * (state >>> 8)) / 2 ** 24) * 2 ** 16) / 2 ** 16;
  });
}

/** Pseudorandom integers low .. high - 1. */
export function integerGrid(shape: readonly number[], seed: number, low: number, high: number): Grid {
  const { values } = sample(shape, seed, low, high);
  return fromValues(shape, values.map(Math.floor));
}

/** Σ term(i) for i below `count`. */
export function sumOver(count: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
}

function indexOf(flat: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}
