import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Dtype, StoredTensor } from './dtype.js';
import { openSafetensors, type Safetensors } from './open.js';
import { bytesSource } from './source.js';
import { type LazyTensor, streamSafetensors, writeSafetensors } from './write.js';

/** One tensor of each dtype, sizes of different primes. */
const everyDtype: Record<Dtype, StoredTensor> = {
  BOOL: { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) },
  U8: { dtype: 'U8', shape: [5, 1], data: Uint8Array.of(0, 1, 127, 128, 255) },
  I8: { dtype: 'I8', shape: [2], data: Int8Array.of(-128, 127) },
  F8_E4M3: { dtype: 'F8_E4M3', shape: [2], data: Uint8Array.of(0x7e, 0x80) },
  F8_E5M2: { dtype: 'F8_E5M2', shape: [1], data: Uint8Array.of(0x7b) },
  I16: { dtype: 'I16', shape: [3], data: Int16Array.of(-32768, 0, 32767) },
  U16: { dtype: 'U16', shape: [2], data: Uint16Array.of(1, 65535) },
  F16: { dtype: 'F16', shape: [2, 1], data: Uint16Array.of(0x3c00, 0xfbff) },
  BF16: { dtype: 'BF16', shape: [1, 2], data: Uint16Array.of(0x3f80, 0xc000) },
  I32: { dtype: 'I32', shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
  U32: { dtype: 'U32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  F32: { dtype: 'F32', shape: [2, 3], data: Float32Array.of(0, -0, 1.5, Number.NaN, Infinity, 2 ** -149) },
  F64: { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) },
  I64: { dtype: 'I64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  U64: { dtype: 'U64', shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
};

const open = (bytes: Uint8Array) => openSafetensors(bytesSource(bytes));

async function readAll(file: Safetensors): Promise<Record<string, StoredTensor>> {
  return Object.fromEntries(
    await Promise.all([...file.tensors.keys()].map(async name => [name, await file.read(name)])),
  );
}

const headerOf = (bytes: Uint8Array) => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return new TextDecoder().decode(bytes.subarray(8, 8 + length));
};

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

test('a Map is written like an object', () => {
  const named: Record<string, StoredTensor> = { b: everyDtype.F32, a: everyDtype.U8 };
  expect(writeSafetensors(new Map(Object.entries(named)))).toEqual(writeSafetensors(named));
});

test('tensors of each dtype, empty tensors and names in any script round-trip', async () => {
  const tensors: Record<string, StoredTensor> = {
    ...everyDtype,
    'model.layers.0.weight "é中😀\n\u0000': { dtype: 'F32', shape: [1], data: Float32Array.of(7) },
    empty: { dtype: 'F16', shape: [3, 0, 5], data: new Uint16Array(0) },
    '': { dtype: 'U8', shape: [], data: Uint8Array.of(3) },
    7: { dtype: 'U8', shape: [], data: Uint8Array.of(4) },
  };
  const metadata = { format: 'pt', 'é"\n': '😀' };
  const file = await open(writeSafetensors(tensors, metadata));
  expect(file.metadata).toEqual(metadata);
  expect(await readAll(file)).toEqual(tensors);
});

test('reading and writing again gives the same bytes', async () => {
  const bytes = writeSafetensors(everyDtype, { a: '1', b: '2' });
  const file = await open(bytes);
  expect(writeSafetensors(await readAll(file), file.metadata)).toEqual(bytes);
});

test('tensors are sorted by decreasing alignment, then by name; the header equals that of the reference', () => {
  const bytes = writeSafetensors(
    {
      b: { dtype: 'U8', shape: [1], data: Uint8Array.of(1) },
      a: { dtype: 'U8', shape: [2], data: Uint8Array.of(2, 3) },
      B: { dtype: 'F32', shape: [1], data: Float32Array.of(1) },
      z: { dtype: 'I64', shape: [], data: BigInt64Array.of(-1n) },
    },
    { format: 'np' },
  );
  expect(headerOf(bytes)).toBe(
    '{"__metadata__":{"format":"np"},"z":{"dtype":"I64","shape":[],"data_offsets":[0,8]},' +
      '"B":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},' +
      '"a":{"dtype":"U8","shape":[2],"data_offsets":[12,14]},"b":{"dtype":"U8","shape":[1],"data_offsets":[14,15]}}  ',
  );
  expect([...bytes.slice(-15)]).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 128, 63, 2, 3, 1]);
});

test('numeric names come after the metadata, in the order of other names', () => {
  const one: StoredTensor = { dtype: 'U8', shape: [1], data: Uint8Array.of(1) };
  const names = ['10', '2', '2a', '\0', ''];
  const header = headerOf(writeSafetensors(new Map(names.map(name => [name, one])), { format: 'pt' }));
  const written = [...header.matchAll(/("(?:[^"\\]|\\.)*"):\{/g)].map(([, name]) => JSON.parse(name!));
  expect(written).toEqual(['__metadata__', '', '\0', '10', '2', '2a']);
});

test('the header is padded with spaces to a multiple of 8 bytes', async () => {
  for (let length = 1; length < 12; length++) {
    const bytes = writeSafetensors({ ['n'.repeat(length)]: everyDtype.F64 });
    expect(headerOf(bytes).length % 8).toBe(0);
    expect(headerOf(bytes)).toMatch(/^\{.*\} {0,7}$/);
  }
  expect(headerOf(writeSafetensors({}))).toBe('{}      ');
});

test('data may be a view of a larger array', async () => {
  const data = Float32Array.of(1, 2, 3, 4, 5).subarray(1, 3);
  const file = await open(writeSafetensors({ part: { dtype: 'F32', shape: [2], data } }));
  expect((await file.read('part')).data).toEqual(Float32Array.of(2, 3));
});

describe('a stream of chunks', () => {
  test('has the same bytes, in chunks of at most 16 MiB', async () => {
    const large: StoredTensor = { dtype: 'U8', shape: [2 ** 24 + 3], data: new Uint8Array(2 ** 24 + 3).fill(7) };
    const tensors = { ...everyDtype, large };
    const chunks = await collect(streamSafetensors(tensors, { a: 'b' }));
    expect(Math.max(...chunks.map(chunk => chunk.length))).toBe(2 ** 24);
    expect(Buffer.concat(chunks).equals(writeSafetensors(tensors, { a: 'b' }))).toBe(true);
  });

  test('calls the data function of a tensor when it is written, and not before', async () => {
    const made: string[] = [];
    const lazy = (name: string, length: number): LazyTensor => ({
      dtype: 'F32',
      shape: [length],
      data: async () => {
        made.push(name);
        return new Float32Array(length).fill(length);
      },
    });
    const stream = streamSafetensors({ b: lazy('b', 3), a: lazy('a', 2), now: everyDtype.F32 });
    expect((await stream.next()).value).toBeInstanceOf(Uint8Array);
    expect(made).toEqual([]);
    expect(new Float32Array((await stream.next()).value!.slice().buffer)).toEqual(Float32Array.of(2, 2));
    expect(made).toEqual(['a']);
    expect((await collect(stream)).length).toBe(2);
    expect(made).toEqual(['a', 'b']);
  });

  test('can be written with fs.writeFile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
    try {
      const path = join(folder, 'model.safetensors');
      await writeFile(path, streamSafetensors(everyDtype));
      expect(await readAll(await open(await readFile(path)))).toEqual(everyDtype);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

const wrong: [name: string, tensors: Record<string, unknown>, metadata: Record<string, unknown>, message: string][] = [
  [
    'data of another length',
    { a: { dtype: 'F32', shape: [2, 3], data: new Float32Array(5) } },
    {},
    'tensor "a" has a Float32Array of 5; a Float32Array of 6 would fit',
  ],
  [
    'data of another type',
    { a: { dtype: 'F16', shape: [2], data: new Float32Array(2) } },
    {},
    'tensor "a" has a Float32Array of 2; a Uint16Array of 2 would fit',
  ],
  [
    'an unknown dtype',
    { a: { dtype: 'F31', shape: [2], data: new Float32Array(2) } },
    {},
    'tensor "a" has dtype "F31"; known are U64,I64,F64,F32,U32,I32,BF16,F16,U16,I16,F8_E4M3,F8_E5M2,I8,U8,BOOL',
  ],
  [
    'a negative axis',
    { a: { dtype: 'F32', shape: [-1, -2], data: new Float32Array(2) } },
    {},
    'tensor "a" has shape [-1,-2]; up to 64 axes and 2^53 - 1 bytes would fit',
  ],
  [
    'half an axis',
    { a: { dtype: 'F32', shape: [0.5, 4], data: new Float32Array(2) } },
    {},
    'tensor "a" has shape [0.5,4]; up to 64 axes and 2^53 - 1 bytes would fit',
  ],
  [
    'too many axes',
    { a: { dtype: 'U8', shape: Array(65).fill(1), data: new Uint8Array(1) } },
    {},
    `tensor "a" has shape [${Array(65).fill(1)}]; up to 64 axes and 2^53 - 1 bytes would fit`,
  ],
  [
    'the name of the metadata',
    { __metadata__: { dtype: 'U8', shape: [1], data: new Uint8Array(1) } },
    {},
    'the name "__metadata__" is taken',
  ],
  [
    'half a character in a name',
    { 'a\ud83d': { dtype: 'U8', shape: [1], data: new Uint8Array(1) } },
    {},
    '"a\\ud83d" is no text of UTF-8',
  ],
  ['half a character in metadata', {}, { a: '\ude00' }, '"\\ude00" is no text of UTF-8'],
  ['metadata that is not text', {}, { a: 5 }, '"5" is no text of UTF-8'],
];

test.each(wrong)('%s is an error, written as a whole or as a stream', async (_, tensors, metadata, message) => {
  // Not what the types allow: what a caller in JavaScript may hand over.
  const [named, texts] = [tensors as Record<string, StoredTensor>, metadata as Record<string, string>];
  const error = { name: 'ResidualError', code: 'write', message: `writeSafetensors: ${message}` };
  expect(() => writeSafetensors(named, texts)).toThrow(expect.objectContaining(error));
  await expect(collect(streamSafetensors(named, texts))).rejects.toMatchObject(error);
});

test('a header that is too long for readers is an error', () => {
  expect(() => writeSafetensors({}, { text: 'x'.repeat(1e8) })).toThrow(
    expect.objectContaining({
      code: 'write',
      message: 'writeSafetensors: the header has 100000032 bytes; 100000000 would fit',
    }),
  );
});

test('the data of a lazy tensor is checked, and its own errors pass through', async () => {
  const lazy = (data: () => Float32Array): Record<string, LazyTensor> => ({ a: { dtype: 'F32', shape: [2], data } });
  await expect(collect(streamSafetensors(lazy(() => new Float32Array(3))))).rejects.toMatchObject({
    code: 'write',
    message: 'writeSafetensors: tensor "a" has a Float32Array of 3; a Float32Array of 2 would fit',
  });
  const lost = new Error('the device is lost');
  const failing = lazy(() => {
    throw lost;
  });
  expect(await collect(streamSafetensors(failing)).catch(error => error)).toBe(lost);
});

test('tensors are ordered as in the reference, or as given', async () => {
  const tensors = { b: everyDtype.U8, a: everyDtype.F32, c: everyDtype.F16 };
  const namesOf = async (order: 'reference' | 'given') => {
    const bytes = writeSafetensors(tensors, {}, { order });
    expect(Buffer.concat(await collect(streamSafetensors(tensors, {}, { order })))).toEqual(Buffer.from(bytes));
    const file = await open(bytes);
    expect(await readAll(file)).toEqual(tensors);
    return [...file.tensors.keys()];
  };
  expect([await namesOf('reference'), await namesOf('given')]).toEqual([
    ['a', 'c', 'b'],
    ['b', 'a', 'c'],
  ]);
});
