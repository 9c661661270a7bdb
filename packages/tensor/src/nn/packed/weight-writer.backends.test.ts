import { expect, test } from 'vitest';
import { dispose, isPacked, memoryUsage, packBits, type Tensor, weightWriter } from '../../index.js';

const shape: [number, number] = [5, 167];
const values = Float32Array.from({ length: 5 * 167 }, (_, i) => Math.sin(i) * (1 + (i % 7)));

/** The values of a block [rows, width]. */
const block = (row: number, rows: number, column: number, width: number) =>
  Float32Array.from(
    { length: rows * width },
    (_, i) => values[(row + Math.floor(i / width)) * 167 + column + (i % width)]!,
  );

test.each(['f32', 'f16', 'bf16', 'int8', 'int4'] as const)(
  '%s in rows, in columns and as bits is what it is as a whole',
  async form => {
    const before = memoryUsage();
    const [byRows, byColumns, byBits] = [0, 1, 2].map(() => weightWriter(shape, form));
    byRows!.write(block(2, 3, 0, 167), { row: 2 });
    byRows!.write(block(0, 2, 0, 167), { row: 0 });
    for (const [column, width] of [
      [64, 64],
      [0, 64],
      [128, 39],
    ] as const)
      byColumns!.write(block(0, 5, column, width), { row: 0, column, width });
    if (form === 'f32') expect(() => byBits!.writeBits({ quants: new Int32Array(5) }, { row: 0 })).toThrow('float32');
    else
      for (const [row, rows] of [
        [0, 1],
        [1, 4],
      ] as const)
        byBits!.writeBits(packBits(block(row, rows, 0, 167), [rows, 167], form), { row });
    const weights = [byRows!.finish(), byColumns!.finish()];
    if (form === 'f32') byBits!.dispose();
    else weights.push(byBits!.finish());
    const expected = form === 'f32' ? undefined : packBits(values, shape, form);
    for (const weight of weights) {
      expect(weight.shape).toEqual(shape);
      const [main, scales] = isPacked(weight) ? [weight.quants, weight.scales] : [weight as Tensor, undefined];
      expect(await main.data()).toEqual(expected?.quants ?? values);
      expect(await scales?.data()).toEqual(expected?.scales);
    }
    dispose(weights);
    expect(memoryUsage()).toEqual(before);
  },
);

test('vectors and empty weights are written too, and what was begun is freed', async () => {
  const before = memoryUsage();
  const vector = weightWriter([7]);
  vector.write(values.subarray(0, 4), { row: 0 });
  vector.write(values.subarray(4, 7), { row: 4 });
  const [seven, none] = [vector.finish() as Tensor, weightWriter([0, 3], 'int8').finish()];
  expect(await seven.data()).toEqual(values.slice(0, 7));
  expect(none.shape).toEqual([0, 3]);
  dispose([seven, none]);
  const begun = weightWriter(shape, 'int4');
  begun.write(block(0, 1, 0, 167), { row: 0 });
  begun.dispose();
  expect(memoryUsage()).toEqual(before);
});

test('a block that does not fit, and a weight with gaps, are errors', () => {
  const writer = weightWriter(shape, 'int8');
  for (const [count, at, shown] of [
    [167, { row: 5 }, '167 entries at row 5, column 0, of width 167'],
    [160, { row: 0 }, '160 entries at row 0, column 0, of width 167'],
    [32, { row: 0, column: 32, width: 32 }, '32 entries at row 0, column 32, of width 32'],
    [64, { row: 0, column: 128, width: 64 }, '64 entries at row 0, column 128, of width 64'],
  ] as const)
    expect(() => writer.write(new Float32Array(count), at)).toThrow(
      `weightWriter: a block of ${shown} does not fit [5, 167]; columns begin at multiples of 64`,
    );
  writer.write(block(0, 2, 0, 167), { row: 0 });
  expect(() => writer.finish()).toThrow('finish: 96 entries of [5, 48] were written, which holds 240');
  expect(() => weightWriter(shape, 'int3' as 'int4')).toThrow('weightWriter: form is "int3"');
});
