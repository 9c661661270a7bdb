import { expect, test } from 'vitest';
import { bfloat16ToFloat32, float32ToBfloat16 } from './bfloat16.js';

const everyBfloat = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

/** The value of bfloat16 bits by its definition (8 bits of exponent, 7 of fraction), in float64. */
function numberOf(bits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> 7) & 255;
  const fraction = bits & 127;
  if (exponent === 255) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1 + fraction / 128) * 2 ** (exponent - 127) : (fraction / 128) * 2 ** -126);
}

test('each of the 65536 bfloat16 values is converted exactly', () => {
  const values = bfloat16ToFloat32(everyBfloat);
  const wrong = [...everyBfloat].filter(bits => !Object.is(values[bits], numberOf(bits)));
  expect(wrong).toEqual([]);
});

test('each bfloat16 round-trips to its own bits, NaN becomes quiet', () => {
  const back = float32ToBfloat16(bfloat16ToFloat32(everyBfloat));
  const quiet = (bits: number) => ((bits & 0x7fff) > 0x7f80 ? bits | 0x40 : bits);
  expect([...everyBfloat].filter(bits => back[bits] !== quiet(bits))).toEqual([]);
});

test('a float32 rounds to the nearest bfloat16, ties to even', () => {
  for (const bits of [0, 1, 0x007f, 0x0080, 0x3f80, 0x3f81, 0x7f7e, 0xbf81]) {
    const [low, high] = [numberOf(bits), numberOf(bits + 1)];
    const values = [low, low + (high - low) * 0.375, (low + high) / 2, low + (high - low) * 0.625, high];
    const even = bits % 2 === 0 ? bits : bits + 1;
    expect([...float32ToBfloat16(Float32Array.from(values))]).toEqual([bits, bits, even, bits + 1, bits + 1]);
  }
});

test('the largest float32 rounds to infinity, and NaN stays NaN', () => {
  const loud = new Float32Array(new Uint32Array([0x7f800001, 0xff800001, 0x7fffffff]).buffer); // infinities, if cut
  const bits = float32ToBfloat16(loud);
  expect([...bfloat16ToFloat32(bits)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  const large = [3.4028234663852886e38, -3.4028234663852886e38, Infinity, -Infinity, -0];
  expect([...float32ToBfloat16(Float32Array.from(large))]).toEqual([0x7f80, 0xff80, 0x7f80, 0xff80, 0x8000]);
});

test('`into` may be a view of a larger array, of the same length', () => {
  const into = new Float32Array(3);
  bfloat16ToFloat32(new Uint16Array([0x3f80, 0xc000]), into.subarray(1));
  expect([...into]).toEqual([0, 1, -2]);
  expect(() => bfloat16ToFloat32(new Uint16Array(2), into)).toThrow('bfloat16ToFloat32: into of 3; 2 would fit');
  expect(() => float32ToBfloat16(into, new Uint16Array(2))).toThrow('float32ToBfloat16: into of 2; 3 would fit');
});
