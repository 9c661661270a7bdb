import { isPacked, memoryUsage, packBits, ResidualError, readBits, weightWriter } from '@residual/tensor';
import { beforeAll, expect, test } from 'vitest';
import { numbers, start } from '../testing/index.js';

beforeAll(start);

const forms = ['int8', 'int4'] as const;

/** Numbers that are hard to pack: ties, zeros of both signs, tiny and huge ones. */
function hardValues(count: number, seed: number): Float32Array {
  const { int, pick, real } = numbers(seed);
  const scaleOf = () => pick([1, 1, 2 ** int(-149, 12), 127, 8, 0, 1e-38, 2 ** -126, 8 * 65504]);
  let scale = 1;
  return Float32Array.from({ length: count }, (_, i) => {
    if (i % 16 === 0) scale = scaleOf();
    return scale * pick([real(), real(), int(-254, 254) / 254, int(-16, 16) / 16, 1, -1, 0, -0]);
  });
}

test.each(forms)(
  '%s: rows are packed bit for bit as by packBits, in whole rows and in blocks of columns',
  async form => {
    const before = memoryUsage();
    for (const width of [1, 7, 31, 32, 33, 64, 95, 167, 320])
      for (const rows of [1, 3, 29]) {
        const shape = [rows, width] as const;
        const values = hardValues(rows * width, 31 * width + rows);
        const [whole, blocks] = [weightWriter(shape, form), weightWriter(shape, form)];
        whole.write(values, { row: 0 });
        const split = Math.min(width, 64);
        for (let row = 0; row < rows; row++) {
          const own = values.subarray(row * width, (row + 1) * width);
          blocks.write(own.subarray(0, split), { row, column: 0, width: split });
          if (split < width) blocks.write(own.subarray(split), { row, column: split, width: width - split });
        }
        for (const matrix of [whole.finish(), blocks.finish()]) {
          if (!isPacked(matrix)) throw new Error('it is not packed');
          expect(await readBits(matrix), `${rows} x ${width}`).toEqual(packBits(values, shape, form));
          matrix.dispose();
        }
      }
    expect(memoryUsage()).toEqual(before);
  },
);

test.each(forms)('%s: a number that is not finite or too large is the error of packBits', form => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38]) {
    const values = hardValues(3 * 33, 1).map(value => Math.max(-1, Math.min(1, value)));
    values[70] = wrong;
    const errorOf = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        return error as ResidualError;
      }
      return undefined;
    };
    const before = memoryUsage();
    const writer = weightWriter([3, 33], form);
    const error = errorOf(() => writer.write(values, { row: 0 }));
    expect(ResidualError.is(error) && error.code).toBe('range');
    expect(error!.message).toBe(errorOf(() => packBits(values, [3, 33], form))!.message);
    writer.dispose();
    expect(memoryUsage()).toEqual(before);
  }
});
