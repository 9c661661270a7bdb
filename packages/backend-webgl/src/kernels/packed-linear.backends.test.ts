import { dispose, embed, gradients, linear, type PackedForm, pack, type Tensor, unpack } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { engine } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { backend, int32, kernelTests, normal } from '../testing/expect-kernel.js';

const forms: readonly PackedForm[] = ['f16', 'bf16', 'int8', 'int4'];

/** A packed matrix of normal numbers; those of `int8` are so small that their scales are subnormal float16. */
async function packedMatrix(shape: [number, number], form: PackedForm) {
  const values = normal(shape, form === 'int8' ? 1e-3 : 1);
  const matrix = pack((await values.data()) as Float32Array, shape, form);
  values.dispose();
  return matrix;
}

/** What the types of tfjs hide or name differently in its GPU backends. */
interface Device {
  readonly texData?: { get(id: unknown): { values?: unknown } };
  readonly tensorMap?: { get(id: unknown): { values?: unknown } };
  memory(): { numBytesInGPU: number; numBytesInGPUAllocated?: number; numBytesAllocatedInGPU?: number };
}

const device = () => engine().registry[backend] as unknown as Device;

/** The bytes of the device in use, and all that it holds, with those kept for reuse. */
function deviceBytes() {
  const { numBytesInGPU, numBytesInGPUAllocated, numBytesAllocatedInGPU } = device().memory();
  return { used: numBytesInGPU, allocated: numBytesInGPUAllocated ?? numBytesAllocatedInGPU! };
}

/** What the backend keeps of a tensor in main memory. */
const inMainMemory = ({ dataId }: Tensor) => (device().texData ?? device().tensorMap)!.get(dataId).values ?? undefined;

// More rows and other widths are among the tests of the op.
kernelTests('packedLinearGradient', () => {
  const cases = forms.flatMap(form => [[form, 64, false] as const, [form, 35, true] as const]);
  test.each(cases)('%s: one row of %i agrees with the unpacked matrix', async (form, width, hasBias) => {
    const [weight, x] = [await packedMatrix([37, width], form), normal([1, width])];
    const bias = hasBias ? normal([37]) : undefined;
    const entries = unpack(weight);
    const [y, expected] = [linear(x, weight, bias), linear(x, entries, bias)];
    const largest = Math.max(...(await expected.data()).map(Math.abs));
    await expectClose(y, expected, { absolute: 1e-6 * largest });
    dispose([weight, x, bias, entries, y, expected]);
  });

  test('products of few and many rows, gradients and look-ups hold a matrix in its packed bytes alone', async () => {
    const shape: [number, number] = [509, 512];
    const [one, many, ids] = [normal([1, 512]), normal([17, 512]), int32([3, 508])];
    const before = deviceBytes();
    const weight = await packedMatrix(shape, 'int4');
    const dy = normal([17, 509]);
    const run = () => {
      const { value, gradients: slopes } = gradients(() => linear(many, weight), [many], dy);
      return [linear(one, weight), embed(weight, ids), value, ...slopes];
    };
    const results = run();
    await results[0]!.data(); // buffers are free for reuse when the commands are submitted
    dispose(results);
    const packedBytes = 4 * (weight.quants.size + weight.scales!.size);
    expect([weight.quants, weight.scales!].map(inMainMemory)).toEqual([undefined, undefined]);
    expect(packedBytes).toBe(509 * (256 + 32));
    const { used, allocated } = deviceBytes();
    const inputs = 4 * (one.size + many.size + ids.size + dy.size);
    expect(used - before.used - packedBytes).toBeLessThan(1.2 * inputs);
    expect(allocated - before.allocated).toBeLessThan(packedBytes + 8 * inputs);
    expect(8 * inputs).toBeLessThan(4 * 509 * 512); // what the entries would take
    weight.dispose();
    dispose([one, many, ids, dy]);
  });
});
