import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileSource } from './node.js';
import { openSafetensors } from './open.js';
import { writeSafetensors } from './write.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors with a space '));
});
afterAll(() => rm(folder, { recursive: true }));

const data = Float32Array.from({ length: 1009 }, (_, i) => i);
const file = writeSafetensors({ x: { dtype: 'F32', shape: [1009], data } });

test('a file is read in ranges, by path and by URL', async () => {
  const path = join(folder, 'model.safetensors');
  await writeFile(path, file);
  for (const place of [path, pathToFileURL(path)]) {
    const source = await fileSource(place);
    expect(source.size).toBe(file.length);
    expect(await source.read(3, 11)).toEqual(file.slice(3, 11));
    expect(await source.read(5, 5)).toEqual(new Uint8Array(0));
    expect((await (await openSafetensors(source)).read('x')).data).toEqual(data);
  }
});

test('a missing file rejects with ENOENT', async () => {
  await expect(fileSource(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a file that shrank after opening is an error, not zeros', async () => {
  const path = join(folder, 'short.safetensors');
  await writeFile(path, file);
  const stored = await openSafetensors(await fileSource(path));
  await truncate(path, file.length - 5);
  await expect(stored.read('x')).rejects.toMatchObject({
    code: 'source',
    message: 'read: the source gave 4031 bytes; 4036 would fit',
  });
});

test('a signal ends a read with its reason', async () => {
  const path = join(folder, 'aborted.safetensors');
  await writeFile(path, file);
  const source = await fileSource(path);
  const reason = new Error('never mind');
  expect(await source.read(0, 8, { signal: AbortSignal.abort(reason) }).catch(error => error)).toBe(reason);
});
