import { bytesSource } from '@residual/safetensors';
import { expect, test } from 'vitest';
import { encodeBlocks, type GgufTensor, isSplitName, openGguf, openSplitGguf, writeGguf } from './index.js';

const values = Float32Array.from({ length: 3 * 64 }, (_, i) => Math.sin(i));
const wholeOf = (type: 'Q8_0' | 'F16') => encodeBlocks(type, values);

test.each(['Q8_0', 'F16'] as const)('rows of a tensor are read alone: %s', async type => {
  const tensor = { type, shape: [3, 64], data: wholeOf(type) };
  const vector = { type: 'F32' as const, shape: [64], data: encodeBlocks('F32', values.subarray(0, 64)) };
  const tensors = new Map<string, GgufTensor>([
    ['w', tensor],
    ['v', vector],
  ]);
  const file = await openGguf(bytesSource(await writeGguf({ metadata: new Map(), tensors })));
  const all = await file.readFloat32('w');
  expect(await file.readFloat32('w', { rows: [1, 3] })).toEqual(all.slice(64));
  expect(await file.readFloat32('v', { rows: [3, 5] })).toEqual(values.slice(3, 5));
  const rowBytes = tensor.data.length / 3;
  expect(await file.read('w', { rows: [1, 2] })).toEqual(tensor.data.slice(rowBytes, 2 * rowBytes));
  const into = new Uint8Array(4 * 3 * 64 + 4);
  const inMemory = await file.readFloat32('w', { into });
  expect([inMemory.buffer, inMemory]).toEqual([into.buffer, all]);
  expect((await file.read('w', { rows: [0, 1], into })).buffer).toBe(into.buffer);
  await expect(file.read('w', { rows: [1, 4] })).rejects.toThrow(`read: rows 1 to 4 of "w" [3,64] of ${type}`);
});

/** Two parts of a model, with changed metadata of the second. */
async function partsOf(more: object = {}, second = 'b'): Promise<Map<string, Uint8Array>> {
  const part = (no: number, name: string, changes: object) =>
    writeGguf({
      metadata: new Map(
        Object.entries({ 'split.no': no, 'split.count': 2, 'split.tensors.count': 2, ...changes }).map(
          ([key, value]) => [key, { type: 'uint16', value: value as number } as const],
        ),
      ),
      tensors: new Map([
        [name, { type: 'F32', shape: [64], data: encodeBlocks('F32', values.subarray(64 * no, 64 * (no + 1))) }],
      ]),
    });
  return new Map([
    ['m-00001-of-00002.gguf', await part(0, 'a', {})],
    ['m-00002-of-00002.gguf', await part(1, second, more)],
  ]);
}

const openParts = (parts: ReadonlyMap<string, Uint8Array>, name = 'm-00001-of-00002.gguf') =>
  openSplitGguf(name, async part => bytesSource(parts.get(part)!));

test('the parts of a model are one file, whichever is named', async () => {
  expect(['m-00001-of-00002.gguf', 'm.gguf', 'm-1-of-2.gguf'].map(isSplitName)).toEqual([true, false, false]);
  for (const name of ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf']) {
    const file = await openParts(await partsOf(), name);
    expect([...file.tensors.keys()]).toEqual(['a', 'b']);
    expect(file.metadata.get('split.no')?.value).toBe(0);
    expect(await file.readFloat32('b')).toEqual(values.slice(64, 128));
    await expect(file.read('c')).rejects.toThrow('read: no tensor "c"');
  }
});

test('parts that do not belong together are refused', async () => {
  await expect(openParts(await partsOf({ 'split.no': 2 }))).rejects.toThrow(
    'openGguf: "m-00002-of-00002.gguf" is file 2 of 2; file 1 of 2 would fit',
  );
  await expect(openParts(await partsOf({}, 'a'))).rejects.toThrow('openGguf: the tensor "a" is in two of 2 files');
  const [first, [name]] = [...(await partsOf())] as [[string, Uint8Array], [string, Uint8Array]];
  const lacking = new Map([
    first,
    [
      name,
      await writeGguf({
        metadata: new Map([
          ['split.no', { type: 'uint16', value: 1 }],
          ['split.count', { type: 'uint16', value: 2 }],
        ]),
        tensors: new Map(),
      }),
    ],
  ]);
  await expect(openParts(lacking)).rejects.toThrow('openGguf: the 2 files have 1 tensors; split.tensors.count is 2');
  await expect(openParts(lacking, 'm-00001-of-99999.gguf')).rejects.toThrow(
    'openSplitGguf: "m-00001-of-99999.gguf" is no name of 1 to 4096 files',
  );
});
