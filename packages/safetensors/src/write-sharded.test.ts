import { expect, test } from 'vitest';
import { bytesSource, openSharded, streamSharded } from './index.js';

const tensor = (...values: number[]) => ({
  dtype: 'F32' as const,
  shape: [values.length],
  data: () => Float32Array.from(values),
});
const tensors = new Map([
  ['a', tensor(1, 2)],
  ['b', tensor(3)],
  ['large', tensor(4, 5, 6, 7, 8)],
  ['c', tensor(9)],
]);

const bytesOf = async (chunks: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
};

test('tensors are split in their order, a large one is alone, and the files are read as one checkpoint', async () => {
  const { files, index } = streamSharded(tensors, { format: 'pt' }, { maxFileBytes: 12 });
  expect([...files.keys()]).toEqual([1, 2, 3].map(i => `model-0000${i}-of-00003.safetensors`));
  const { metadata, weight_map: map } = JSON.parse(index!);
  expect(metadata).toEqual({ total_size: 36 });
  expect(Object.entries(map).map(([name, file]) => [name, (file as string)[10]])).toEqual([
    ['a', '1'],
    ['b', '1'],
    ['large', '2'],
    ['c', '3'],
  ]);
  const sources = new Map(
    await Promise.all([...files].map(async ([name, chunks]) => [name, bytesSource(await bytesOf(chunks))] as const)),
  );
  const opened = await openSharded(index!, async name => sources.get(name)!);
  expect([...(await opened.read('large')).data]).toEqual([4, 5, 6, 7, 8]);
  expect([...(await opened.read('c')).data]).toEqual([9]);
  expect(opened.metadata).toEqual({ format: 'pt' });
});

test('without a limit, or with a large one, there is one file and no index', () => {
  for (const options of [{}, { maxFileBytes: 36 }]) {
    const { files, index } = streamSharded(tensors, undefined, options);
    expect([[...files.keys()], index]).toEqual([['model.safetensors'], undefined]);
  }
  expect([...streamSharded(new Map(), undefined, { maxFileBytes: 1 }).files.keys()]).toEqual(['model.safetensors']);
});
