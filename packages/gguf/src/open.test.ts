import { gguf } from '@huggingface/gguf';
import { ResidualError } from '@residual/base';
import { bytesSource, openSafetensors, type Source } from '@residual/safetensors';
import { fixture } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type GgufContents, openGguf, typeOfName, writeGguf } from './index.js';

const small = await fixture('gguf/small.gguf');
const values = await openSafetensors(bytesSource(await fixture('gguf/small.safetensors')));
const file = await openGguf(bytesSource(small));

test('a file of the reference opens: metadata of every type, and tensors with row-major shapes', () => {
  expect(file.version).toBe(3);
  expect(Object.fromEntries(Array.from(file.metadata, ([key, { type, value }]) => [key, [type, value]]))).toEqual({
    'general.architecture': ['string', 'llama'],
    'general.name': ['string', 'a small file'],
    'a.uint8': ['uint8', 200],
    'a.int8': ['int8', -5],
    'a.uint16': ['uint16', 60000],
    'a.int16': ['int16', -30000],
    'a.uint32': ['uint32', 4000000000],
    'a.int32': ['int32', -2000000000],
    'a.float32': ['float32', Math.fround(0.1)],
    'a.uint64': ['uint64', 2n ** 60n + 1n],
    'a.int64': ['int64', -(2n ** 60n) - 1n],
    'a.float64': ['float64', 0.1],
    'a.bool': ['bool', true],
    'a.texts': ['string[]', ['Once', ' upon', 'é😀', '']],
    'a.scores': ['float32[]', Float32Array.of(0.5, -1.25)],
    'a.types': ['int32[]', Int32Array.of(1, -2, 3)],
    'a.flags': ['bool[]', [true, false]],
  });
  expect(Object.fromEntries(file.tensors)).toEqual({
    plain: { type: 'F32', shape: [3, 5], byteLength: 60 },
    half: { type: 'F16', shape: [2, 64], byteLength: 256 },
    q8_0: { type: 'Q8_0', shape: [3, 64], byteLength: 204 },
    q4_0: { type: 'Q4_0', shape: [3, 64], byteLength: 108 },
    bf16: { type: 'BF16', shape: [3, 64], byteLength: 384 },
  });
});

test('its tensors are those of the reference', async () => {
  for (const name of file.tensors.keys())
    expect(await file.readFloat32(name)).toEqual((await values.readFloat32(name)).data);
});

test("Hugging Face's parser reads the same header, also of a file that we wrote", async () => {
  for (const bytes of [small, await writeGguf(await contentsOf(small))]) {
    const served: typeof fetch = async () => new Response(bytes as Uint8Array<ArrayBuffer>);
    const { metadata, tensorInfos } = await gguf('https://localhost/small.gguf', { fetch: served });
    for (const [key, { value }] of file.metadata)
      expect((metadata as Record<string, unknown>)[key]).toEqual(
        ArrayBuffer.isView(value) ? Array.from(value as Int32Array) : value,
      );
    expect(tensorInfos.map(({ name, dtype, shape }) => [name, dtype, shape.map(Number).reverse()])).toEqual(
      Array.from(file.tensors, ([name, { type, shape }]) => [name, typeOfName(type)!.id, shape]),
    );
  }
});

/** What a file holds, for writing it again. */
async function contentsOf(bytes: Uint8Array): Promise<GgufContents> {
  const opened = await openGguf(bytesSource(bytes));
  const tensors = Array.from(opened.tensors, ([name, { type, shape }]) => {
    return [name, { type, shape, data: () => opened.read(name) }] as const;
  });
  return { metadata: opened.metadata, tensors: new Map(tensors) };
}

test('a file that is read and written again is the same, byte for byte', async () => {
  expect(await writeGguf(await contentsOf(small))).toEqual(new Uint8Array(small));
});

test('a header that is longer than the first read is read in pieces, each once', async () => {
  const texts = Array.from({ length: 60_000 }, (_, i) => `token ${i}`);
  const bytes = await writeGguf({
    metadata: new Map([['tokenizer.ggml.tokens', { type: 'string[]', value: texts }]]),
    tensors: new Map([['w', { type: 'F32', shape: [4], data: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer) }]]),
  });
  const whole = bytesSource(bytes);
  const reads: [number, number][] = [];
  const source: Source = {
    size: bytes.length,
    read: (start, end) => whole.read(start, end, void reads.push([start, end])),
  };
  const opened = await openGguf(source);
  expect(opened.metadata.get('tokenizer.ggml.tokens')!.value).toEqual(texts);
  expect(reads.length).toBeGreaterThan(2);
  expect(reads.slice(1).map(([start]) => start)).toEqual(reads.slice(0, -1).map(([, end]) => end));
  expect([...(await opened.readFloat32('w'))]).toEqual([1, 2, 3, 4]);
});

test('an aborted signal ends opening and reading with its reason', async () => {
  const reason = new Error('never mind');
  const signal = AbortSignal.abort(reason);
  expect(await openGguf(bytesSource(small), { signal }).catch(error => error)).toBe(reason);
  expect(await file.read('plain', { signal }).catch(error => error)).toBe(reason);
});

const patched = (offset: number, ...bytes: number[]) => {
  const copy = small.slice();
  copy.set(bytes, offset);
  return copy;
};

const invalid: [string, Uint8Array, string][] = [
  ['another file', patched(0, 80), 'the file begins with 0x46554750; 0x46554747 ("GGUF") would fit'],
  ['the first version', patched(4, 1), 'the file has version 1; 2 or 3, little-endian, would fit'],
  ['an empty file', new Uint8Array(0), 'the file has 0 bytes; 4 would fit'],
  ['a file that is cut in its header', small.subarray(0, 300), 'the file has 300 bytes'],
  ['a file that is cut in its data', small.subarray(0, -9), `the file has ${small.length - 9} bytes; `],
  [
    'a count of tensors that cannot be',
    patched(8, 0, 0, 0, 1),
    'the number of tensors is 16777216, of at least 24 bytes each; the rest of the file has ',
  ],
  [
    'a count beyond 2^53',
    patched(8, 255, 255, 255, 255, 255, 255, 255, 255),
    'the number of tensors is 184467440737095',
  ],
];

test.each(invalid)('%s is refused with what would fit', async (_, bytes, message) => {
  const error = await openGguf(bytesSource(bytes)).catch(error => error);
  expect(error).toBeInstanceOf(ResidualError);
  expect(error).toMatchObject({ code: 'format', message: expect.stringContaining(`openGguf: ${message}`) });
});

test('a tensor that is not there, or of a type that cannot be decoded, is named', async () => {
  await expect(file.read('q9')).rejects.toThrow(
    new ResidualError('missing', 'read: no tensor "q9" among 5: "plain", "half", "q8_0", "q4_0", "bf16"'),
  );
  const bytes = await writeGguf({
    metadata: new Map(),
    tensors: new Map([['grid', { type: 'IQ4_NL', shape: [32], data: new Uint8Array(18) }]]),
  });
  await expect((await openGguf(bytesSource(bytes))).readFloat32('grid')).rejects.toThrow(
    new ResidualError('type', 'readFloat32: "grid" is IQ4_NL; use read'),
  );
});
