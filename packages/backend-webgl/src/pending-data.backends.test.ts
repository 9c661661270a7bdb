import { dispose, linear, memoryUsage, requireBackend, type Tensor, weightWriter } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { engine } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { normal } from './testing/expect-kernel.js';

const backend = requireBackend();

/** What the types of tfjs name differently in its GPU backends. */
interface Device {
  readonly texData?: { get(id: unknown): { values?: unknown } };
  readonly tensorMap?: { get(id: unknown): { values?: unknown } };
}

/** What the backend keeps of a tensor in main memory. */
const inMainMemory = ({ dataId }: Tensor) => {
  const device = engine().registry[backend] as unknown as Device;
  return (device.texData ?? device.tensorMap)!.get(dataId).values ?? undefined;
};

describe.skipIf(!backend.startsWith('webg'))(`weights in pieces on ${backend}`, () => {
  // A texel of webgl holds entries of two rows, so a row may wait for the other of its pair.
  test.each([
    [7, 10, [3, 4, 0, 1, 1, 3, 4, 7]],
    [6, 5, [3, 6, 2, 3, 0, 2]],
    [1, 6, [0, 1]],
  ] as const)('[%i, %i] is on the device alone, with pieces of odd numbers of rows', async (rows, columns, ends) => {
    const before = memoryUsage();
    const [values, x] = [normal([rows, columns]), normal([2, columns])];
    const entries = (await values.data()) as Float32Array;
    const writer = weightWriter([rows, columns]);
    for (let i = 0; i < ends.length; i += 2)
      writer.write(entries.subarray(ends[i]! * columns, ends[i + 1]! * columns), { row: ends[i]! });
    const weight = writer.finish() as Tensor;
    expect(inMainMemory(weight)).toBeUndefined();
    const [y, expected] = [linear(x, weight), linear(x, values)];
    await expectClose(y, expected, { absolute: 1e-6 });
    await expectClose(weight, entries, { absolute: 0 });
    dispose([values, x, weight, y, expected]);
    expect(memoryUsage()).toEqual(before);
  });
});
