import { expect, test } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from './float16.js';

const everyHalf = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

/** The value of float16 bits by the definition of IEEE 754, in float64. */
function numberOf(bits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14);
}

/** The float16 nearest to a finite value, by trying all; of two as near the one with an even last bit. */
function nearest(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  let low = 0;
  let high = 0x7bff;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (numberOf(middle) <= size) low = middle;
    else high = middle - 1;
  }
  const below = size - numberOf(low);
  const above = (low === 0x7bff ? 65536 : numberOf(low + 1)) - size;
  return sign | (below < above || (below === above && low % 2 === 0) ? low : low + 1);
}

test('each of the 65536 float16 values is converted exactly', () => {
  const values = float16ToFloat32(everyHalf);
  const wrong = [...everyHalf].filter(bits => !Object.is(values[bits], numberOf(bits)));
  expect(wrong).toEqual([]);
});

test('each float16 round-trips to its own bits, NaN becomes quiet', () => {
  const back = float32ToFloat16(float16ToFloat32(everyHalf));
  const quiet = (bits: number) => ((bits & 0x7fff) > 0x7c00 ? bits | 0x200 : bits);
  expect([...everyHalf].filter(bits => back[bits] !== quiet(bits))).toEqual([]);
});

test('a float32 rounds to the nearest float16, ties to even', () => {
  const values: number[] = [];
  for (let bits = 0; bits < 0x7c00; bits++) {
    const tie = (numberOf(bits) + (bits === 0x7bff ? 65536 : numberOf(bits + 1))) / 2;
    // The neighbours of the tie among the float32.
    const float = new Float32Array([tie]);
    const int = new Uint32Array(float.buffer);
    for (const step of [-1, 0, 1]) {
      int[0] = new Uint32Array(new Float32Array([tie]).buffer)[0]! + step;
      values.push(float[0]!, -float[0]!);
    }
  }
  const floats = Float32Array.from(values);
  const halves = float32ToFloat16(floats);
  floats.forEach((value, i) => {
    if (halves[i] !== nearest(value)) expect.fail(`${value} became ${halves[i]}; ${nearest(value)} would fit`);
  });
});

test('float32 outside the range of float16 become infinity, zero or NaN', () => {
  const far = new Float32Array([65519.996, 65520, 1e30, -1e30, Infinity, -Infinity, 1e-30, -1e-30, 2 ** -149, -0, NaN]);
  const halves = float32ToFloat16(far);
  expect([...halves].map(bits => bits.toString(16))).toEqual([
    '7bff',
    '7c00',
    '7c00',
    'fc00',
    '7c00',
    'fc00',
    '0',
    '8000',
    '0',
    '8000',
    '7e00',
  ]);
});

test('`into` may be a view of a larger array', () => {
  const into = new Float32Array(5);
  float16ToFloat32(new Uint16Array([0x3c00, 0xc000, 1]), into.subarray(1, 4));
  expect([...into]).toEqual([0, 1, -2, 2 ** -24, 0]);
  const bits = new Uint16Array(4);
  float32ToFloat16(into.subarray(1, 3), bits.subarray(2));
  expect([...bits]).toEqual([0, 0, 0x3c00, 0xc000]);
});

test('an output of another length is an error', () => {
  expect(() => float16ToFloat32(new Uint16Array(3), new Float32Array(2))).toThrow(
    expect.objectContaining({
      code: 'length',
      message: 'float16ToFloat32: into of 2; 3 would fit',
    }),
  );
  expect(() => float32ToFloat16(new Float32Array(3), new Uint16Array(5))).toThrow(
    'float32ToFloat16: into of 5; 3 would fit',
  );
});
