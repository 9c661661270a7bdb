import { halfAt } from './half.js';

/**
 * Decodes one block: bytes from `at` become values from `to`. A value is computed exactly and rounded to float32 once.
 */
export type DecodeBlock = (bytes: Uint8Array, at: number, values: Float32Array, to: number) => void;

/** 32 values of 4 bits: those of the first half in the low bits of 16 bytes, those of the second in the high bits. */
const quartetAt = (bytes: Uint8Array, at: number, i: number) => (bytes[at + (i & 15)]! >> (i < 16 ? 0 : 4)) & 15;

/** Bit `i` of a little-endian bit field. */
const bitAt = (bytes: Uint8Array, at: number, i: number) => (bytes[at + (i >> 3)]! >> (i & 7)) & 1;

/** scale · q + minimum, q in 4 bits. */
export const q4_1: DecodeBlock = (bytes, at, values, to) => {
  const [scale, minimum] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
  for (let i = 0; i < 32; i++) values[to + i] = scale * quartetAt(bytes, at + 4, i) + minimum;
};

/** scale · (q - 16), q in 5 bits: the fifth bits of all values come first. */
export const q5_0: DecodeBlock = (bytes, at, values, to) => {
  const scale = halfAt(bytes, at);
  for (let i = 0; i < 32; i++)
    values[to + i] = scale * ((quartetAt(bytes, at + 6, i) | (bitAt(bytes, at + 2, i) << 4)) - 16);
};

/** scale · q + minimum, q in 5 bits. */
export const q5_1: DecodeBlock = (bytes, at, values, to) => {
  const [scale, minimum] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
  for (let i = 0; i < 32; i++)
    values[to + i] = scale * (quartetAt(bytes, at + 8, i) | (bitAt(bytes, at + 4, i) << 4)) + minimum;
};
