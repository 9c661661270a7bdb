import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { browserStore } from '../browser.js';
import { folderStore } from '../node.js';

const files = (text: string) => new Map([['a.json', new TextEncoder().encode(text)]]);
const inFolder = async (body: (folder: string) => Promise<void>) => {
  const folder = await mkdtemp(join(tmpdir(), 'residual-store-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
const textOf = async (bytes: Promise<Uint8Array | undefined>) => new TextDecoder().decode(await bytes);

test('the latest checkpoints are kept, and the latest is found by number, not by name', () =>
  inFolder(async folder => {
    const store = folderStore(join(folder, 'new'), { keep: 2 });
    expect(await store.latest()).toBeUndefined();
    for (const step of [8, 9, 10]) expect(await store.write(step, files(`at ${step}`))).toBe(`step-${step}`);
    expect((await readdir(join(folder, 'new'))).sort()).toEqual(['step-10', 'step-9']);
    const latest = (await store.latest())!;
    expect([latest.step, latest.name, await textOf(latest.read('a.json'))]).toEqual([10, 'step-10', 'at 10']);
    expect(await latest.read('b.json')).toBeUndefined();
  }));

test('a repeated step has its own checkpoint, which is the latest', () =>
  inFolder(async folder => {
    const store = folderStore(folder);
    await store.write(3, files('first'));
    expect(await store.write(3, files('second'))).toBe('step-3.1');
    expect(await textOf((await store.latest())!.read('a.json'))).toBe('second');
  }));

test('incomplete checkpoints are ignored, temporary folders are removed, other files stay', () =>
  inFolder(async folder => {
    const store = folderStore(folder);
    await store.write(1, files('whole'));
    await store.write(2, files('cut off'));
    await truncate(join(folder, 'step-2', 'a.json'), 2);
    await mkdir(join(folder, 'step-9'));
    await mkdir(join(folder, '.partial-5-77'));
    await writeFile(join(folder, 'notes.txt'), 'mine');
    expect((await store.latest())!.name).toBe('step-1');
    expect((await readdir(folder)).sort()).toEqual(['notes.txt', 'step-1', 'step-2', 'step-9']);
  }));

test('`keep` must be at least 1', () => {
  expect(() => folderStore('x', { keep: 0 })).toThrow('folderStore: keep is 0; it must be a whole number, 1 or more');
});

test('browserStore in Node is an error that names folderStore', async () => {
  await expect(browserStore('x').latest()).rejects.toThrow(
    'browserStore: there is no IndexedDB here; in Node use folderStore',
  );
});
