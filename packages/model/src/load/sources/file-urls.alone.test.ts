import '@residual/testkit/wasm';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { repositoryFile } from '@residual/testkit';
import { startHub } from '@residual/testkit/hub';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { connectModels, serveModels } from '../../worker/index.js';
import { loadModel } from '../load-model.js';
import type { FileUrls } from './file-urls.js';
import { filesOf, portableSource } from './source.js';

const repository = fileURLToPath(new URL('../../../../../', import.meta.url));
const index = 'model.safetensors.index.json';
const names = ['config.json', index, ...[1, 2, 3, 4].map(i => `model-0000${i}-of-00004.safetensors`)];

/** A sharded checkpoint with meaningless file names, as from a bundler. */
let folder: string;
let urls: Record<string, URL>;
let expected: ArrayLike<number>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual urls '));
  urls = {};
  for (const [i, name] of names.entries()) {
    await copyFile(join(repository, 'fixtures/checkpoints/llama-sharded', name), join(folder, `asset-${i}`));
    urls[name] = pathToFileURL(join(folder, `asset-${i}`));
  }
  expected = await logitsOf(join(repository, 'fixtures/checkpoints/llama-sharded'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.unstubAllGlobals();
});

async function logitsOf(source: Parameters<typeof loadModel>[0]): Promise<ArrayLike<number>> {
  const model = await loadModel(source);
  const { logits } = await model.forward([3, 5, 7]);
  model.dispose();
  return logits.data;
}

test('file: URLs and paths by name load the same model as their folder, shards included', async () => {
  expect(await logitsOf(urls)).toEqual(expected);
  expect(await logitsOf(Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, url.href])))).toEqual(
    expected,
  );
  expect(
    await logitsOf(Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, fileURLToPath(url)]))),
  ).toEqual(expected);
});

test('http: URLs under other names load, the weights by ranges, and small files may be data: URLs', async () => {
  const assets = await Promise.all(
    names.map((name, i) =>
      repositoryFile(`fixtures/checkpoints/llama-sharded/${name}`).then(bytes => [`asset-${i}`, bytes] as const),
    ),
  );
  const hub = await startHub(new Map(assets));
  const remote: Record<string, string> = {};
  for (const [i, name] of names.entries()) remote[name] = `${hub.endpoint}/plain/asset-${i}`;
  const config = assets[0]![1];
  remote['config.json'] = `data:application/json;base64,${Buffer.from(config).toString('base64')}`;
  expect(await logitsOf(remote)).toEqual(expected);
  expect(hub.requests.some(url => url.includes('asset-0'))).toBe(false); // a policy may forbid fetching data: URLs
  expect(hub.requests.filter(url => url.includes('asset-2'))).toEqual(['/plain/asset-2 bytes=0-65535']);
  await hub.close();
});

test('URLs by name can be loaded over a port, which cannot carry URL objects', async () => {
  const { port1, port2 } = new MessageChannel();
  serveModels(port1);
  const models = connectModels(port2);
  const there = await models.load(urls);
  expect((await there.forward([3, 5, 7])).logits.data).toEqual(expected);
  await there.dispose();
  models.close();
  port1.close();
});

test('in a page relative URLs are resolved against its address, and sent to a worker as absolute ones', async () => {
  vi.stubGlobal('location', new URL('http://site.example/shop/page.html'));
  const requests: string[] = [];
  const fetch = (async (url: URL) => {
    requests.push(url.href);
    return new Response('{}', { headers: { 'content-type': 'application/json' } });
  }) as unknown as typeof globalThis.fetch;
  const files = await filesOf({ 'config.json': '/_next/c.json', 'tokenizer.json': 'assets/t.json' }, { fetch });
  await files.text('config.json', {});
  await files.text('tokenizer.json', {});
  expect(requests).toEqual(['http://site.example/_next/c.json', 'http://site.example/shop/assets/t.json']);

  const portable = portableSource({
    'config.json': new URL('/c.json', 'http://site.example'),
    'model.safetensors': './m',
  });
  expect(portable).toEqual({
    'config.json': 'http://site.example/c.json',
    'model.safetensors': 'http://site.example/shop/m',
  });
});

test('a name without a URL is a missing file; the error of a dead or invalid URL names both', async () => {
  const { 'config.json': _, ...others } = urls;
  const failure = (source: FileUrls) =>
    loadModel(source).then(
      model => model.dispose(),
      (error: Error) => error.message,
    );
  expect(await failure(others)).toBe('loadModel: the source (5 URLs) has no config.json');
  const nowhere = pathToFileURL(join(folder, 'nowhere'));
  expect(await failure({ ...urls, 'tokenizer.json': nowhere })).toBe(
    `loadModel: there is no tokenizer.json at ${nowhere}`,
  );
  const shard = names.at(-1)!;
  expect(await failure({ ...urls, [shard]: nowhere })).toContain(`there is no ${shard} at ${nowhere}`);
  expect(await failure({ ...urls, 'config.json': 5 as never })).toBe('loadModel: config.json is 5; it must be a URL');
  const hub = await startHub(new Map());
  const deadUrl = `${hub.endpoint}/plain/gone.json`;
  expect(await failure({ ...urls, 'tokenizer.json': deadUrl })).toBe(
    `loadModel: there is no tokenizer.json at ${deadUrl}`,
  );
  await hub.close();
});

test('the folder of an npm package with one checkpoint loads that checkpoint', async () => {
  await writeFile(join(folder, 'package.json'), '{}');
  expect(await logitsOf(join(repository, 'packages/model-stories'))).toHaveLength(3 * 6000);
  await expect(loadModel(folder)).rejects.toThrow(`loadModel: ${folder} has no config.json`);
});
