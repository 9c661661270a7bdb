import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFile } from '@residual/testkit';
import { type LocalHub, startHub } from '@residual/testkit/hub';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HubOptions } from './hub.js';
import { filesOf } from './source.js';

const names = ['config.json', 'model.safetensors', 'tokenizer.json'];
const files = new Map<string, Uint8Array>();
let hub: LocalHub;
let cache: string;

beforeEach(async () => {
  for (const name of names) files.set(name, await repositoryFile(`fixtures/models/stories260k/${name}`));
  cache = await mkdtemp(join(tmpdir(), 'residual-hub-'));
  hub = await startHub(files);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(cache, { recursive: true });
});

const open = (id = 'someone/tale', settings: HubOptions = {}) =>
  filesOf(id, { hub: { endpoint: hub.endpoint, cache, retryDelay: 1, ...settings } });

const weights = async (options: { signal?: AbortSignal } = {}, settings: HubOptions = {}) => {
  const source = (await (await open('someone/tale', settings)).bytes('model.safetensors', options))!;
  return source.read(0, source.size);
};

/** Whether bytes are those of the file; a matcher takes seconds for a megabyte. */
const isRight = (bytes: Uint8Array) => Buffer.compare(bytes, files.get('model.safetensors')!) === 0;

test('a file is downloaded once, verified, and later read from the disk, also without a network', async () => {
  expect(isRight(await weights())).toBe(true);
  expect(hub.requests.filter(url => url.includes('resolve'))).toHaveLength(1);
  expect(hub.requests.filter(url => url.startsWith('storage'))).toHaveLength(1);
  hub.isDown = true;
  expect(isRight(await weights())).toBe(true);
});

test('a broken download resumes where it ended', async () => {
  hub.cutAfter = 400_000;
  expect(isRight(await weights())).toBe(true);
  // A busy machine may not have read the last bytes before the cut.
  const [first, ...ranges] = hub.requests.filter(url => url.startsWith('storage')).map(url => url.split(' ')[1]);
  expect(first).toBeUndefined();
  expect(ranges.length).toBeGreaterThanOrEqual(2);
  const starts = ranges.map(range => Number(/^bytes=(\d+)-$/.exec(range!)?.[1]));
  expect(starts.every((start, i) => start > (starts[i - 1] ?? 0) && start <= 400_000 * (i + 1))).toBe(true);
});

test('an abort keeps the bytes so far, and the next call resumes them', async () => {
  hub.cutAfter = 400_000;
  const abort = new AbortController();
  const tale = await open();
  let kept = 0;
  const onBytes = (_: string, received: number) => {
    kept = received;
    if (received >= 400_000) abort.abort();
  };
  await expect(tale.bytes('model.safetensors', { signal: abort.signal, onBytes })).rejects.toThrow('abort');
  hub.cutAfter = undefined;
  expect(isRight(await weights())).toBe(true);
  expect(kept).toBeLessThan(files.get('model.safetensors')!.length);
  expect(hub.requests.at(-1)).toMatch(new RegExp(`bytes=${kept}-$`));
});

test('bytes other than those announced are refused and not kept', async () => {
  hub.corruptsFiles = true;
  await expect(weights()).rejects.toThrow(
    /has sha256 digest [0-9a-f]{64}, it was announced as [0-9a-f]{64}; nothing was kept/,
  );
  const storedNames = (await readdir(cache, { recursive: true })).filter(name => name.includes('model.safetensors'));
  expect(storedNames).toEqual([]);
});

test('the error of a server that does not answer names the model, and so does that of an unknown id', async () => {
  await expect(open('someone/else')).rejects.toThrow(/has no model someone\/else at main: status 404/);
  hub.isDown = true;
  await expect(open()).rejects.toThrow(/does not answer .* and someone\/tale is not stored/);
});

test('a file that the repository does not list is undefined', async () => {
  const tale = await open();
  expect(await tale.text('vocab.json', {})).toBeUndefined();
  expect(JSON.parse((await tale.text('config.json', {}))!).model_type).toBe('llama');
});

test('the environment variables of Hugging Face tools apply: endpoint, token, offline', async () => {
  vi.stubEnv('HF_ENDPOINT', `${hub.endpoint}/`);
  vi.stubEnv('HF_TOKEN', 'hf_secret');
  const notStored = 'is not stored, and nothing is downloaded while offline';
  const fromEnvironment = { endpoint: undefined } as unknown as HubOptions;
  expect(isRight(await weights({}, fromEnvironment))).toBe(true);
  expect(hub.requests.filter(url => !url.startsWith('storage')).every(url => url.endsWith('Bearer hf_secret'))).toBe(
    true,
  );
  // The token is not sent to the storage host.
  expect(hub.requests.filter(url => url.startsWith('storage'))).toEqual(['storage']);
  hub.requests.length = 0;
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  expect(isRight(await weights({}, fromEnvironment))).toBe(true);
  await expect(open('someone/else', fromEnvironment)).rejects.toThrow(
    `loadModel: ${hub.endpoint}/api/models/someone/else/revision/main?blobs=true ${notStored}`,
  );
  const tale = await open('someone/tale', fromEnvironment);
  await expect(tale.text('config.json', {})).rejects.toThrow(
    `loadModel: ${hub.endpoint}/someone/tale/resolve/${hub.commit}/config.json ${notStored}`,
  );
  expect(hub.requests).toEqual([]);
});

test.each([
  ['RESIDUAL_CACHE', ''],
  ['HF_HOME', 'residual'],
  ['XDG_CACHE_HOME', 'residual'],
])('downloads are stored where %s says', async (name, below) => {
  for (const variable of ['RESIDUAL_CACHE', 'HF_HOME', 'XDG_CACHE_HOME']) vi.stubEnv(variable, '');
  vi.stubEnv(name, cache);
  expect(isRight(await weights({}, { cache: undefined } as unknown as HubOptions))).toBe(true);
  const host = hub.endpoint.replace('http://', '').replace(':', '_');
  expect(await readdir(join(cache, below, host, 'someone', 'tale', hub.commit))).toEqual(['model.safetensors']);
});

test('options of a call override the environment', async () => {
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1');
  vi.stubEnv('HF_TOKEN', 'hf_other');
  vi.stubEnv('HF_HUB_OFFLINE', 'on');
  expect(isRight(await weights({}, { token: 'hf_mine', offline: false }))).toBe(true);
  expect(hub.requests[0]).toMatch(/Bearer hf_mine$/);
});

test('without a store a file is read by ranges from the host that the hub redirects to', async () => {
  const source = (await (await open('someone/tale', { cache: false })).bytes('model.safetensors', {}))!;
  const bytes = files.get('model.safetensors')!;
  expect(source.size).toBe(bytes.length);
  for (const start of [1000, 70000])
    expect(Buffer.compare(await source.read(start, start + 1000), bytes.slice(start, start + 1000))).toBe(0);
  expect(hub.requests.filter(url => url.startsWith('storage'))).toEqual([
    'storage bytes=0-65535',
    `storage bytes=70000-${bytes.length - 1}`,
  ]);
});

test('the error of a refused request names the status and what may help', async () => {
  for (const [status, hint] of [
    [401, '; it may need a token'],
    [403, '; it may need a token'],
    [404, ''],
  ] as const) {
    hub.status = status;
    await expect(open()).rejects.toThrow(
      `loadModel: ${hub.endpoint} has no model someone/tale at main: status ${status}${hint}`,
    );
  }
  hub.status = undefined;
  const tale = await open();
  hub.status = 410;
  const url = `${hub.endpoint}/someone/tale/resolve/${hub.commit}/model.safetensors`;
  await expect(tale.bytes('model.safetensors', {})).rejects.toThrow(`download: ${url} gave status 410`);
  hub.status = 503;
  await expect(tale.bytes('model.safetensors', {})).rejects.toThrow(
    `download: ${url} ended 4 times at 0 of ${files.get('model.safetensors')!.length} bytes: status 503`,
  );
});

test('an incomplete listing is refused', async () => {
  const url = `${hub.endpoint}/api/models/someone/tale/revision/main?blobs=true`;
  const file = { rfilename: 'config.json', size: 3, blobId: 'b'.repeat(40) };
  for (const [listing, message] of [
    [{ siblings: [] }, 'names no commit (sha is undefined)'],
    [{ sha: hub.commit }, 'lists no files'],
    [{ sha: hub.commit, siblings: [{ ...file, size: -1 }] }, 'describes "config.json" without size and digest'],
    [{ sha: hub.commit, siblings: [{ ...file, blobId: 'x' }] }, 'describes "config.json" without size and digest'],
    [
      { sha: hub.commit, siblings: [{ ...file, blobId: undefined }] },
      'describes "config.json" without size and digest',
    ],
    [{ sha: hub.commit, siblings: [null] }, 'describes undefined without size and digest'],
  ] as const) {
    hub.listing = listing;
    await expect(open()).rejects.toThrow(`loadModel: the answer of ${url} ${message}`);
  }
});

test.each(['../escaped', 'a/../../escaped', '/etc/escaped', 'C:\\escaped', 'a//b'])(
  'a listing with a path outside the folder of downloads is refused: %s',
  async rfilename => {
    hub.listing = { sha: hub.commit, siblings: [{ rfilename, size: 3, blobId: 'b'.repeat(40) }] };
    await expect(open()).rejects.toThrow(`lists ${JSON.stringify(rfilename)}, which is not a path inside its folder`);
    expect(await readdir(cache)).toEqual([]);
  },
);

test('more bytes than were announced are refused', async () => {
  const config = files.get('config.json')!;
  const tale = await open();
  files.set('config.json', new Uint8Array([...config, 32]));
  await expect(tale.text('config.json', {})).rejects.toThrow(
    `sends more than the ${config.length} bytes that were announced`,
  );
});
