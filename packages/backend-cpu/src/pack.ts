import { float32ToFloat16, groupSize } from '@residual/number-formats';
import { groupsOf, type Kernel, quantWords, rowWords, sizeOf } from '@residual/tensor/kernels';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';

/** Rounds each row of x [..., width] to a form: int32 [..., words], for `int8` with its scales after its entries. */
export const pack: Kernel<MathBackendCPU, 'pack'> = (backend, { x }, { form }) => {
  const [leading, width] = [x.shape.slice(0, -1), x.shape.at(-1)!];
  const values = backend.data.get(x.dataId).values as Float32Array;
  const [rows, words] = [sizeOf(leading), rowWords(form, width)];
  const packed = new Int32Array(rows * words);
  for (let row = 0; row < rows; row++) {
    const entries = Float32Array.from(values.subarray(row * width, (row + 1) * width));
    const bits = { buffer: packed.buffer, from: 4 * row * words };
    if (form === 'f16') halvesAt(bits, 0, width).set(float32ToFloat16(entries));
    else
      for (let group = 0; group < groupsOf(width); group++) {
        const part = entries.subarray(group * groupSize, (group + 1) * groupSize);
        const { scale, quants } = quantized(part);
        new Int8Array(bits.buffer, bits.from + group * groupSize, part.length).set(quants);
        halvesAt(bits, 4 * quantWords(form, width) + 2 * group, 1)[0] = float32ToFloat16(Float32Array.of(scale))[0]!;
      }
  }
  return backend.makeTensorInfo([...leading, words], 'int32', packed);
};

const halvesAt = ({ buffer, from }: { buffer: ArrayBuffer; from: number }, offset: number, count: number) =>
  new Uint16Array(buffer, from + offset, count);

/** A group as `quantizeInt8` rounds it, also where numbers are not finite: then it gives a scale that is not. */
function quantized(values: Float32Array): { scale: number; quants: number[] } {
  const scale = Math.fround(values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127);
  const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
  const rounded = (value: number) => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
  return { scale, quants: Array.from(values, value => rounded(Math.fround(value * inverse))) };
}
