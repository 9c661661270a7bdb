import { ResidualError } from '@residual/base';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { fixture } from '@residual/testkit';
import { expect, test } from 'vitest';
import { canDecode, decodeBlocks, type EncodableType, encodeBlocks, type TensorType, typeOfName } from '../index.js';

/** What the Python package gguf makes of random blocks, and of values. */
const reference = await openSafetensors(bytesSource(await fixture('gguf/blocks.safetensors')));
const bytesOf = async (name: string) => (await reference.read(name)).data as Uint8Array;
const valuesOf = async (name: string) => (await reference.readFloat32(name)).data;

const decoded = [...reference.tensors.keys()].filter(name => name.endsWith('.bytes')).map(name => name.slice(0, -6));

test('the reference has blocks of ten types', () => expect(decoded).toHaveLength(10));

test.each(decoded)('blocks of %s decode to the numbers of the reference, bit for bit', async name => {
  const values = decodeBlocks(name as TensorType, await bytesOf(`${name}.bytes`));
  expect(values).toEqual(await valuesOf(`${name}.values`));
});

test.each(['Q8_0', 'Q4_0', 'F16', 'BF16'] as const)('values encode to the bytes of the reference as %s', async type => {
  expect(encodeBlocks(type, await valuesOf('values'))).toEqual(await bytesOf(`${type}.encoded`));
});

test.each(['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0'] as const)(
  'what is encoded as %s decodes and encodes again',
  async type => {
    const values = decodeBlocks(type, encodeBlocks(type, await valuesOf('values')));
    expect(decodeBlocks(type, encodeBlocks(type, values))).toEqual(values);
  },
);

test('values are decoded into a part of a larger array, from bytes at an odd offset', async () => {
  const bytes = await bytesOf('Q6_K.bytes');
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const values = new Float32Array(3 * 256 + 2);
  decodeBlocks('Q6_K', shifted.subarray(3), values.subarray(1, -1));
  expect(values.subarray(1, -1)).toEqual(await valuesOf('Q6_K.values'));
  expect([values[0], values.at(-1)]).toEqual([0, 0]);
  const halves = new Uint8Array([0, 0, 0x3c, 0x00, 0xc0]).subarray(1);
  expect([...decodeBlocks('F16', halves)]).toEqual([1, -2].map((_, i) => [decodeBlocks('F16', halves)[i]!][0]!));
});

const refused: [string, () => unknown, string, string][] = [
  [
    'a type',
    () => decodeBlocks('IQ4_NL', new Uint8Array(18)),
    'type',
    'decodeBlocks: the type IQ4_NL cannot be decoded',
  ],
  [
    'a part of a block',
    () => decodeBlocks('Q8_0', new Uint8Array(35)),
    'length',
    'decodeBlocks: 35 bytes of Q8_0; a multiple of 34 would fit',
  ],
  [
    'values that do not fit',
    () => decodeBlocks('Q8_0', new Uint8Array(34), new Float32Array(31)),
    'length',
    'decodeBlocks: 31 values for 1 blocks of Q8_0; 32 would fit',
  ],
  [
    'a type that is not made',
    () => encodeBlocks('Q6_K' as EncodableType, new Float32Array(256)),
    'type',
    'encodeBlocks: the type Q6_K is not made; F32, F16, BF16, Q8_0, Q4_0 are',
  ],
  [
    'part of a block of values',
    () => encodeBlocks('Q4_0', new Float32Array(33)),
    'length',
    'encodeBlocks: 33 values of Q4_0; a multiple of 32 would fit',
  ],
  [
    'a value that is not finite',
    () => encodeBlocks('Q8_0', new Float32Array(64).fill(Infinity, 40)),
    'range',
    'quantizeInt8: group 1 has the scale Infinity; finite ones up to 65504 would fit',
  ],
];

test.each(refused)('%s is refused', (_, act, code, message) => {
  expect(act).toThrow(new ResidualError(code, message));
});

test('every type has a name of its own', () => {
  expect(typeOfName('Q4_0')).toEqual({ name: 'Q4_0', id: 2, blockValues: 32, blockBytes: 18 });
  expect(typeOfName('toString')).toBeUndefined();
  expect([canDecode('Q6_K'), canDecode('IQ4_NL'), canDecode('toString')]).toEqual([true, false, false]);
});
