import {
  appendToCache,
  matMul,
  mul,
  normalValues,
  ResidualError,
  requireBackend,
  tensor,
  zeros,
} from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { backend, env } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWebGPU } from './adapter.js';
import { type Pass, runPass } from './program.js';

const normal = (name: string, shape: number[]) =>
  tensor(
    normalValues(
      1,
      name,
      shape.reduce((product, n) => product * n, 1),
    ),
    shape,
  );

describe.skipIf(requireBackend() !== 'webgpu')('webgpu', () => {
  beforeAll(() => env().set('WEBGPU_CPU_FORWARD', false)); // ops on little data run on the device too
  afterAll(() => env().set('WEBGPU_CPU_FORWARD', true));

  test('a product with few outputs and a long sum, its right side transposed, is right', async () => {
    for (const [rows, inner, columns] of [
      [8, 2048, 64],
      [16, 4000, 32],
      [3, 2000, 100],
    ] as const) {
      const [a, b] = [normal('a', [rows, inner]), normal('b', [columns, inner])];
      const [x, y] = [await a.data(), await b.data()];
      const expected = Float64Array.from({ length: rows * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += x[row * inner + k]! * y[column * inner + k]!;
        return sum;
      });
      const product = matMul(a, b, { transposeB: true });
      await expectClose(product, expected, { absolute: 1e-3 });
      for (const each of [a, b, product]) each.dispose();
    }
  });

  const running = () => backend() as WebGPUBackend;

  /** A pass that the device rejects. */
  const broken = (inputs: Pass['inputs'], shape = [2, 2]) =>
    runPass(running(), { inputs, shape, workgroups: 1, code: 'fn main(index : i32) { nonsense }' });

  /** The message of a read that fails. */
  const failure = async (reading: Promise<unknown>): Promise<string> => {
    const error = await reading.then(
      () => 'it was read',
      (reason: unknown) => reason,
    );
    expect(ResidualError.is(error) && error.code).toBe('device');
    return (error as Error).message;
  };

  test('a rejected shader loses the results of its submission and of what reads them, and no others', async () => {
    await expectNoLeak(async () => {
      const bytes = running().memory().numBytesInGPU;
      for (let i = 0; i < 3; i++) {
        const old = [tensor([9, 9, 9, 9], [2, 2]), tensor([1, 1, 1, 1], [2, 2])] as const;
        const product = matMul(...old); // leaves buffers that are used again below
        await expectClose(product, [18, 18, 18, 18], { absolute: 0 });
        for (const each of [...old, product]) each.dispose();
      }
      const [x, y] = [tensor([1, 2, 3, 4], [2, 2]), tensor([5, 6, 7, 8], [2, 2])];
      const before = mul(y, 2);
      await before.data();
      const refused = broken({ x });
      const beside = mul(x, 2);
      const after = Array.from({ length: 20 }).map(() => mul(beside, 3)); // submitted later, before the error
      const reads = await Promise.all([before.data(), failure(beside.data()), failure(after.at(-1)!.data())]);
      expect([...reads[0]]).toEqual([10, 12, 14, 16]);
      for (const message of reads.slice(1))
        expect(message).toMatch(
          /^data: the device refused a command, so these numbers are not right: .*nonsense/s, // the shader error
        );
      const later = mul(beside, 0.5);
      expect(await failure(later.data())).toContain('nonsense');
      const products = [matMul(x, y), matMul(before, x)];
      await expectClose(products[0]!, [19, 22, 43, 50], { absolute: 0 });
      await expectClose(products[1]!, [46, 68, 62, 92], { absolute: 0 });
      running().disposeData(refused.dataId);
      for (const each of [x, y, before, beside, later, ...after, ...products]) each.dispose();
      expect(running().memory().numBytesInGPU).toBe(bytes);
    });
  });

  test('a buffer larger than any of the device is named as the cause, each time, and is not used again', async () => {
    const { maxBufferSize } = running().device.limits;
    const allocated = running().memory().numBytesAllocatedInGPU;
    const x = tensor([1, 2, 3, 4], [2, 2]);
    for (let time = 0; time < 2; time++) {
      const shape = [maxBufferSize / 4 + 1];
      const large = runPass(running(), {
        inputs: { x },
        shape,
        workgroups: 1,
        code: 'fn main(index : i32) { if (index < uniforms.xShape) { result[index] = x[index]; } }',
      });
      const y = mul(x, 2);
      expect(await failure(y.data())).toMatch(/size.*exceeds/s);
      expect(await failure(running().read(large.dataId))).toMatch(/size.*exceeds/s);
      running().disposeData(large.dataId);
      y.dispose();
    }
    await expectClose(matMul(x, x), [7, 10, 15, 22], { absolute: 0 });
    expect(running().memory().numBytesAllocatedInGPU - allocated).toBeLessThan(1e4);
    x.dispose();
  });

  test('tensors of a lost device cannot be read, and nothing runs on it', async () => {
    const lost = await startWebGPU();
    const bytes = lost.memory().numBytesInGPU;
    const x = lost.makeTensorInfo([4], 'float32', new Float32Array([1, 2, 3, 4]));
    const pass = {
      inputs: { x },
      shape: [4],
      workgroups: 1,
      code: 'fn main(index : i32) { if (index < uniforms.outShape) { result[index] = x[index]; } }',
    };
    const y = runPass(lost, pass);
    expect([...((await lost.read(y.dataId)) as Float32Array)]).toEqual([1, 2, 3, 4]);
    const z = runPass(lost, pass);
    const reading = failure(lost.read(z.dataId));
    lost.device.destroy();
    const message = /^data: the graphics device was lost, and with it the numbers of every tensor on it: ./;
    expect(await reading).toMatch(message);
    expect(await failure(lost.read(z.dataId))).toMatch(message);
    expect(() => runPass(lost, pass)).toThrow('run: the graphics device was lost');
    for (const each of [x, y, z]) lost.disposeData(each.dataId);
    expect(lost.memory().numBytesInGPU).toBe(bytes);
  });

  test('a tensor that is disposed during a read is read completely', async () => {
    await expectNoLeak(async () => {
      const x = tensor([1, 2, 3, 4], [2, 2]);
      const y = mul(x, 2);
      const reading = y.data();
      y.dispose();
      const next = mul(x, 3); // in the buffer of y
      expect([...(await reading)]).toEqual([2, 4, 6, 8]);
      await expectClose(next, [3, 6, 9, 12], { absolute: 0 });
      for (const each of [x, next]) each.dispose();
    });
  });

  test('a tensor that is overwritten during a read is read again afterwards', async () => {
    const [x, position] = [tensor([1, 2, 3, 4], [1, 1, 1, 4]), tensor([0], [1], 'int32')];
    const cache = zeros([1, 1, 2, 4]);
    const reading = cache.data();
    const filled = appendToCache(cache, x, position);
    expect([...(await reading)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    await expectClose(filled, [1, 2, 3, 4, 0, 0, 0, 0], { absolute: 0 });
    for (const each of [x, position, filled]) each.dispose();
  });
});
