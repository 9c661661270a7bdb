import { ResidualError } from '@residual/base';
import { expect, test } from 'vitest';
import { dequantizeInt4, dequantizeInt8, float16ToFloat32, quantizeInt4, quantizeInt8 } from './index.js';

const values = Float32Array.from({ length: 96 }, (_, i) => Math.sin(3 * i) * 10 ** (Math.floor(i / 32) - 1));

test('8 bits are off by at most half a step, and what they mean is rounded to itself', () => {
  const { quants, scales } = quantizeInt8(values);
  const steps = float16ToFloat32(scales);
  const rounded = dequantizeInt8({ quants, scales });
  for (const [i, value] of values.entries())
    expect(Math.abs(rounded[i]! - value)).toBeLessThan(steps[Math.floor(i / 32)]! * (0.5 + 127 * 2 ** -11));
  expect(dequantizeInt8(quantizeInt8(rounded))).toEqual(rounded);
});

test('4 bits are off by at most one step, and the value of the largest size keeps its sign and nearly its size', () => {
  const { quants, scales } = quantizeInt4(values);
  const steps = float16ToFloat32(scales);
  const rounded = dequantizeInt4({ quants, scales });
  for (let group = 0; group < 3; group++) {
    const own = [...values.subarray(32 * group, 32 * group + 32)];
    const largest = own.findIndex(value => Math.abs(value) === Math.max(...own.map(Math.abs)));
    expect(rounded[32 * group + largest]! / own[largest]!).toBeCloseTo(1, 3);
    for (const [i, value] of own.entries())
      expect(Math.abs(rounded[32 * group + i]! - value)).toBeLessThan(Math.abs(steps[group]!) * 1.01);
  }
});

test('zeros stay zeros; the halves of a group are the low and the high bits', () => {
  expect(dequantizeInt8(quantizeInt8(new Float32Array(32)))).toEqual(new Float32Array(32));
  expect(dequantizeInt4(quantizeInt4(new Float32Array(32))).map(Math.abs)).toEqual(new Float32Array(32));
  const scales = Uint16Array.of(0x3c00); // 1
  const quants = new Uint8Array(16).fill(0x88);
  quants[2] = 0xf0;
  const decoded = dequantizeInt4({ quants, scales });
  expect([decoded[2], decoded[18], decoded[3]]).toEqual([-8, 7, 0]);
});

test('a part of a group, values that are not finite and lengths that differ are refused', () => {
  expect(() => quantizeInt8(new Float32Array(33))).toThrow(
    new ResidualError('length', 'quantizeInt8: values of 33; 64 would fit'),
  );
  for (const [value, shown] of [
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ] as const)
    expect(() => quantizeInt8(new Float32Array(64).fill(value, 40, 41))).toThrow(
      new ResidualError('range', `quantizeInt8: group 1 has the scale ${shown}; finite ones up to 65504 would fit`),
    );
  expect(() => quantizeInt4(new Float32Array(32).fill(Number.NaN, 3, 4))).toThrow(
    new ResidualError('range', 'quantizeInt4: group 0 has the scale NaN; finite ones up to 65504 would fit'),
  );
  expect(() => quantizeInt4(new Float32Array(32).fill(1e6))).toThrow('group 0 has the scale -125000; finite ones');
  const quants = new Int8Array(32);
  expect(() => dequantizeInt8({ quants, scales: new Uint16Array(2) })).toThrow(
    new ResidualError('length', 'dequantizeInt8: quants of 32; 64 would fit'),
  );
  expect(() => dequantizeInt8({ quants, scales: new Uint16Array(1) }, new Float32Array(31))).toThrow(
    new ResidualError('length', 'dequantizeInt8: into of 31; 32 would fit'),
  );
});

test('groups are written into arrays of their size, which may be views', () => {
  const { quants, scales } = quantizeInt8(values);
  const [memory, scaleMemory] = [new Int8Array(100), new Uint16Array(4)];
  quantizeInt8(values, { quants: memory.subarray(2, 98), scales: scaleMemory.subarray(1) });
  expect([memory.slice(2, 98), scaleMemory.slice(1)]).toEqual([quants, scales]);
  const nibbles = { quants: new Uint8Array(48), scales: new Uint16Array(3) };
  expect(quantizeInt4(values, nibbles)).toEqual(quantizeInt4(values));
  expect(nibbles).toEqual(quantizeInt4(values));
  expect(() => quantizeInt8(values, { quants: memory, scales })).toThrow(
    new ResidualError('length', 'quantizeInt8: quants of 100; 96 would fit'),
  );
  expect(() => quantizeInt4(values, { ...nibbles, scales: scaleMemory })).toThrow(
    new ResidualError('length', 'quantizeInt4: scales of 4; 3 would fit'),
  );
});

test('halves are widened from the end of the memory that they become float32 in', () => {
  const halves = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const memory = new ArrayBuffer(2 ** 18);
  const end = new Uint16Array(memory, 2 ** 17);
  end.set(halves);
  expect(float16ToFloat32(end, new Float32Array(memory))).toEqual(float16ToFloat32(halves));
});

test('4 bits are rounded in float32, as the reference does', () => {
  const group = new Float32Array(32);
  group.set([-1.939074993133545, 0.6059607863426208]);
  expect(quantizeInt4(group).quants[1]! & 15).toBe(11); // float64 gives 10
});
