import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { StoredTensor } from './dtype.js';
import { openSafetensors } from './open.js';
import { bytesSource, type Source } from './source.js';
import { writeSafetensors } from './write.js';

const fixture = (path: string) => readFile(new URL(`../../../fixtures/checkpoints/${path}`, import.meta.url));
const openFixture = async (path: string) => openSafetensors(bytesSource(await fixture(path)));

test.each([
  'gpt2/model.safetensors',
  'gpt2/golden.safetensors',
  'llama/model.safetensors',
  'llama-float16/model.safetensors',
  'llama-bfloat16/model.safetensors',
])('%s, a file of the reference, is read and written with the same bytes', async path => {
  const file = await openFixture(path);
  const tensors: Record<string, StoredTensor> = {};
  for (const name of file.tensors.keys()) tensors[name] = await file.read(name);
  const bytes = await fixture(path);
  expect(Buffer.from(writeSafetensors(tensors, file.metadata)).equals(bytes)).toBe(true);
});

test('the model in half precision is within half a step of the one in float32', async () => {
  const whole = await openFixture('llama/model.safetensors');
  for (const [folder, step, least] of [
    ['llama-float16', 2 ** -11, 2 ** -25],
    ['llama-bfloat16', 2 ** -8, 0],
  ] as const) {
    const halves = await openFixture(`${folder}/model.safetensors`);
    expect([...halves.tensors.keys()].sort()).toEqual([...whole.tensors.keys()].sort());
    for (const name of halves.tensors.keys()) {
      const { data, shape } = await halves.readFloat32(name);
      const { data: wanted, shape: wantedShape } = await whole.readFloat32(name);
      expect(shape).toEqual(wantedShape);
      const far = data.filter(
        (value, i) => Math.abs(value - wanted[i]!) > Math.max(least, Math.abs(wanted[i]!) * step),
      );
      expect([...far], `${folder} ${name}`).toEqual([]);
    }
  }
});

test('the shapes and some numbers of a file agree with Python', async () => {
  const file = await openFixture('llama-bfloat16/golden.safetensors');
  expect(file.tensors.get('input_ids')).toMatchObject({ dtype: 'I32', shape: [1, 10], byteLength: 40 });
  const ids = await file.read('input_ids');
  expect(ids.dtype === 'I32' && [...ids.data]).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const logits = await file.read('logits');
  expect(logits.shape).toEqual([1, 10, 128]);
  expect(logits.dtype === 'F32' && [...logits.data.subarray(0, 3)]).toEqual([
    0.6591970920562744, -0.2615562379360199, 0.7754660844802856,
  ]);
});

test('readFloat32 converts F16, BF16 and F64, and no other dtype', async () => {
  const file = await openSafetensors(
    bytesSource(
      writeSafetensors({
        half: { dtype: 'F16', shape: [3, 1], data: Uint16Array.of(0x3c00, 0xc000, 1) },
        brain: { dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3fc0, 0xff80) },
        double: { dtype: 'F64', shape: [], data: Float64Array.of(0.1) },
        single: { dtype: 'F32', shape: [1, 1], data: Float32Array.of(2.5) },
        none: { dtype: 'BF16', shape: [0], data: new Uint16Array(0) },
        ids: { dtype: 'I64', shape: [1], data: BigInt64Array.of(5n) },
      }),
    ),
  );
  expect(await file.readFloat32('half')).toEqual({
    dtype: 'F32',
    shape: [3, 1],
    data: Float32Array.of(1, -2, 2 ** -24),
  });
  expect(await file.readFloat32('brain')).toEqual({ dtype: 'F32', shape: [2], data: Float32Array.of(1.5, -Infinity) });
  expect(await file.readFloat32('double')).toEqual({ dtype: 'F32', shape: [], data: Float32Array.of(0.1) });
  expect(await file.readFloat32('single')).toEqual({ dtype: 'F32', shape: [1, 1], data: Float32Array.of(2.5) });
  expect(await file.readFloat32('none')).toEqual({ dtype: 'F32', shape: [0], data: new Float32Array(0) });
  await expect(file.readFloat32('ids')).rejects.toMatchObject({
    code: 'dtype',
    message: 'readFloat32: "ids" is I64; use read',
  });
});

test('nothing is read in advance, and a large half-precision tensor in chunks of 16 MiB', async () => {
  const length = 2 ** 23 + 2 ** 20;
  const data = Uint16Array.from({ length }, (_, i) => 0x3c00 + (i >> 14));
  const whole = bytesSource(
    writeSafetensors({
      large: { dtype: 'F16', shape: [length], data },
      other: { dtype: 'U8', shape: [5], data: new Uint8Array(5) },
    }),
  );
  const reads: number[] = [];
  const source: Source = {
    size: whole.size,
    read: (start, end) => {
      reads.push(end - start);
      return whole.read(start, end);
    },
  };
  const file = await openSafetensors(source);
  expect(reads).toEqual([8, 144]);
  const { data: values } = await file.readFloat32('large');
  expect(reads.slice(2)).toEqual([2 ** 24, 2 ** 21]);
  for (const i of [0, 2 ** 14, 2 ** 23 - 1, 2 ** 23, length - 1]) expect(values[i]).toBe(1 + (i >> 14) / 1024);
});

test('an unknown name is an error that lists some names', async () => {
  const file = await openFixture('llama/model.safetensors');
  await expect(file.read('lm_head')).rejects.toMatchObject({
    code: 'missing',
    message:
      'read: no tensor "lm_head" among 21: "lm_head.weight", "model.embed_tokens.weight", ' +
      '"model.layers.0.input_layernorm.weight", "model.layers.0.mlp.down_proj.weight", ' +
      '"model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight", ' +
      '"model.layers.0.post_attention_layernorm.weight", "model.layers.0.self_attn.k_proj.weight"',
  });
  await expect(file.readFloat32('constructor')).rejects.toMatchObject({ code: 'missing' });
});

test('errors carry the mark of ResidualError', async () => {
  const error = await openSafetensors(bytesSource(new Uint8Array(3))).catch(error => error);
  expect(error).toBeInstanceOf(Error);
  expect('@residual/error' in error).toBe(true);
});

test('some rows of a tensor are read, in its dtype or as float32, and nothing else', async () => {
  const data = Uint16Array.from({ length: 35 }, (_, i) => 0x3c00 + i);
  const bytes = writeSafetensors({
    first: { dtype: 'U8', shape: [2], data: Uint8Array.of(1, 2) },
    x: { dtype: 'F16', shape: [5, 7], data },
  });
  const source = bytesSource(bytes);
  const reads: number[] = [];
  const read: Source['read'] = (from, to) => {
    reads.push(to - from);
    return source.read(from, to);
  };
  const file = await openSafetensors({ ...source, read });
  reads.length = 0;
  expect(await file.read('x', { rows: [1, 3] })).toEqual({ dtype: 'F16', shape: [2, 7], data: data.slice(7, 21) });
  expect(reads).toEqual([28]);
  const { shape, data: floats } = await file.readFloat32('x', { rows: [4, 5] });
  expect([shape, floats]).toEqual([[1, 7], (await file.readFloat32('x')).data.slice(28)]);
  expect((await file.readFloat32('x', { rows: [5, 5] })).data).toEqual(new Float32Array(0));
  for (const rows of [
    [-1, 2],
    [3, 2],
    [0, 6],
    [0, 0.5],
  ] as const)
    await expect(file.read('x', { rows })).rejects.toThrow(`read: rows ${rows[0]} to ${rows[1]} of "x"; it has 5 rows`);
});

test('reads into given memory are views of it, and half floats become float32 there', async () => {
  const data = Uint16Array.from({ length: 35 }, (_, i) => 0x3c00 + 64 * i);
  const file = await openSafetensors(bytesSource(writeSafetensors({ x: { dtype: 'F16', shape: [5, 7], data } })));
  const whole = await file.readFloat32('x');
  const memory = new Uint8Array(200);
  const rows = await file.readFloat32('x', { rows: [2, 4], into: memory });
  expect([rows.data.buffer === memory.buffer, rows.data]).toEqual([true, whole.data.slice(14, 28)]);
  const bits = await file.read('x', { rows: [1, 2], into: memory });
  expect([bits.data.buffer === memory.buffer, bits.data]).toEqual([true, data.slice(7, 14)]);
  for (const into of [new Uint8Array(3), memory.subarray(1)]) {
    expect((await file.readFloat32('x', { into })).data).toEqual(whole.data);
    expect((await file.read('x', { into })).data).toEqual(data);
  }
});
