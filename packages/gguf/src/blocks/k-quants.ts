import { halfAt } from './half.js';
import type { DecodeBlock } from './simple.js';

/**
 * Value `i` of 256 that are stored in a few bits each: the first 32 bytes hold values 0 to 31 in their lowest bits, 32
 * to 63 in the next, and so on until all bits are used; then the next 32 bytes.
 */
const fieldAt = (bytes: Uint8Array, at: number, i: number, bits: number) => {
  const perByte = 8 / bits;
  const group = i >> 5;
  const byte = at + 32 * Math.floor(group / perByte) + (i & 31);
  return (bytes[byte]! >> (bits * (group % perByte))) & ((1 << bits) - 1);
};

/** scale · q - minimum in groups of 16, q in 2 bits; scale and minimum have 4 bits each. */
export const q2K: DecodeBlock = (bytes, at, values, to) => {
  const [scale, minimum] = [halfAt(bytes, at + 80), halfAt(bytes, at + 82)];
  for (let i = 0; i < 256; i++) {
    const both = bytes[at + (i >> 4)]!;
    values[to + i] = scale * (both & 15) * fieldAt(bytes, at + 16, i, 2) - minimum * (both >> 4);
  }
};

/** scale · (q - 4) in groups of 16, q in 3 bits of which the third comes first; scales have 6 bits, minus 32. */
export const q3K: DecodeBlock = (bytes, at, values, to) => {
  const scale = halfAt(bytes, at + 108);
  const scaleAt = (group: number) => {
    const low = (bytes[at + 96 + (group & 7)]! >> (group < 8 ? 0 : 4)) & 15;
    const high = (bytes[at + 104 + (group & 3)]! >> (2 * (group >> 2))) & 3;
    return (low | (high << 4)) - 32;
  };
  for (let i = 0; i < 256; i++) {
    const q = fieldAt(bytes, at + 32, i, 2) + 4 * fieldAt(bytes, at, i, 1) - 4;
    values[to + i] = scale * scaleAt(i >> 4) * q;
  }
};

/** The scale and the minimum of a group of 32 in 6 bits each: eight pairs in 12 bytes. */
const scaleAndMinimum = (bytes: Uint8Array, at: number, group: number): readonly [number, number] => {
  if (group < 4) return [bytes[at + group]! & 63, bytes[at + group + 4]! & 63];
  const low = bytes[at + group + 4]!;
  return [(low & 15) | ((bytes[at + group - 4]! >> 6) << 4), (low >> 4) | ((bytes[at + group]! >> 6) << 4)];
};

/** scale · q - minimum in groups of 32, q from `qAt`. */
const withMinimum =
  (qAt: (bytes: Uint8Array, at: number, i: number) => number): DecodeBlock =>
  (bytes, at, values, to) => {
    const [scale, minimum] = [halfAt(bytes, at), halfAt(bytes, at + 2)];
    for (let group = 0; group < 8; group++) {
      const [groupScale, groupMinimum] = scaleAndMinimum(bytes, at + 4, group);
      for (let i = 32 * group; i < 32 * group + 32; i++)
        values[to + i] = scale * groupScale * qAt(bytes, at, i) - minimum * groupMinimum;
    }
  };

/** scale · q - minimum in groups of 32, q in 4 bits. */
export const q4K: DecodeBlock = /* @__PURE__ */ withMinimum((bytes, at, i) => fieldAt(bytes, at + 16, i, 4));

/** scale · q - minimum in groups of 32, q in 5 bits of which the fifth comes first. */
export const q5K: DecodeBlock = /* @__PURE__ */ withMinimum(
  (bytes, at, i) => fieldAt(bytes, at + 48, i, 4) | (fieldAt(bytes, at + 16, i, 1) << 4),
);

/**
 * scale · (q - 32) in groups of 16, q in 6 bits: the lower four of values 0 to 63 of each 128 are in the low halves of
 * 64 bytes, those of values 64 to 127 in the high halves. Scales are signed bytes.
 */
export const q6K: DecodeBlock = (bytes, at, values, to) => {
  const scale = halfAt(bytes, at + 208);
  for (let i = 0; i < 256; i++) {
    const [half, inside] = [i >> 7, i & 127];
    const low = (bytes[at + 64 * half + (inside & 63)]! >> (inside < 64 ? 0 : 4)) & 15;
    const high = fieldAt(bytes, at + 128, i, 2);
    const groupScale = (bytes[at + 192 + (i >> 4)]! << 24) >> 24;
    values[to + i] = scale * groupScale * ((low | (high << 4)) - 32);
  }
};
