import { matMul, mul, normalValues, ResidualError, requireBackend, type Tensor, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { backend, env } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPass } from './program.js';

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

  test('a shader that the device refuses makes the next read fail, and only that', async () => {
    const device = backend() as WebGPUBackend;
    const x = tensor([1, 2, 3, 4], [4]);
    const before = mul(x, 1); // brings x to the device: what goes there together with the broken shader is lost too
    await expectClose(before, [1, 2, 3, 4], { absolute: 0 });
    const broken = runPass(device, {
      inputs: { x },
      shape: [4],
      workgroups: 1,
      code: 'fn main(index : i32) { nonsense }',
    });
    const y = mul(x, 2);
    const error = await y.data().catch((reason: unknown) => reason);
    expect(ResidualError.is(error) && error.code).toBe('device');
    expect((error as Error).message).toMatch(
      /^data: the device refused a command, so these numbers are not right: .*nonsense/s,
    );
    device.disposeData(broken.dataId);
    const again: Tensor = mul(x, 3);
    await expectClose(again, [3, 6, 9, 12], { absolute: 0 });
    for (const each of [x, before, y, again]) each.dispose();
  });
});
