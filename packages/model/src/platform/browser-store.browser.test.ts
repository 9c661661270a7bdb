import { afterEach, beforeEach, expect, test } from 'vitest';
import { download } from '../load/sources/download.js';
import type { Store } from '../load/sources/store.js';
import { openStore } from './browser.js';

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
const path = 'of-a-test';
const key = 'host/someone/tale/model.safetensors';
let store: Store;

beforeEach(async () => {
  store = (await openStore(path))!;
});

afterEach(async () => {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(path, { recursive: true }).catch(() => {});
});

const storedBytes = async () => {
  const source = await store.source(key);
  return source && (await source.read(0, source.size));
};

test('a partial file belongs to one page; another page waits and continues it', async () => {
  const first = await store.partialFile(key);
  await first.append(bytes.subarray(0, 3000));
  let hasSecond = false;
  const waiting = (await openStore(path))!.partialFile(key).then(part => {
    hasSecond = true;
    return part;
  });
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(hasSecond).toBe(false);
  await first.close();
  const second = await waiting;
  expect(second.size).toBe(3000);
  await second.append(bytes.subarray(3000));
  expect(await storedBytes()).toBeUndefined();
  await second.finish();
  expect(await storedBytes()).toEqual(bytes);
});

test('waiting for another page can be aborted', async () => {
  const first = await store.partialFile(key);
  const abort = new AbortController();
  const waiting = store.partialFile(key, abort.signal);
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await first.discard();
  const next = await store.partialFile(key);
  expect(next.size).toBe(0);
  await next.discard();
});

test('two pages that want one file download it once', async () => {
  const digest = { kind: 'sha256', hex: await sha256() } as const;
  let requests = 0;
  const fetch = async () => {
    requests++;
    return new Response(bytes);
  };
  const all = await Promise.all(
    // Another URL, since pages do not share downloads as callers in one page do.
    ['one', 'two', 'three'].map(async page => {
      const file = { name: 'model.safetensors', url: `https://${page}/`, size: bytes.length, digest };
      const source = await download((await openStore(path))!, key, file, { fetch });
      return source.read(0, source.size);
    }),
  );
  expect(all).toEqual([bytes, bytes, bytes]);
  expect(requests).toBe(1);
});

test('the error of full storage says so, and the partial file is deleted', async () => {
  const part = await store.partialFile(key);
  const write = FileSystemWritableFileStream.prototype.write;
  FileSystemWritableFileStream.prototype.write = async () => {
    throw new DOMException('no space', 'QuotaExceededError');
  };
  try {
    await expect(part.append(bytes)).rejects.toThrow(
      'loadModel: the storage of-a-test of this site is full (QuotaExceededError); ' +
        'hub.cache names another one, or false for none',
    );
  } finally {
    FileSystemWritableFileStream.prototype.write = write;
  }
  await part.close();
  const again = await store.partialFile(key);
  expect(again.size).toBe(0);
  await again.discard();
});

async function sha256(): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
