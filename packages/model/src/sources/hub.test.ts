import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFile } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesOf } from './source.js';

const commit = 'a'.repeat(40);
const names = ['config.json', 'model.safetensors', 'tokenizer.json'];
const files = new Map<string, Uint8Array>();
const asked: string[] = [];
let server: Server;
let cache: string;
/** How many bytes an answer gives before the connection is cut; whole answers if undefined. */
let cutAfter: number | undefined;
let spoil = false;
let down = false;

const listing = () => ({
  sha: commit,
  siblings: [...files].map(([rfilename, bytes]) => {
    const blobId = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const lfs = rfilename.endsWith('.safetensors') ? { lfs: { sha256, size: bytes.length } } : {};
    return { rfilename, size: bytes.length, blobId, ...lfs };
  }),
});

const serveFile = (bytes: Uint8Array, range: string | undefined, response: ServerResponse) => {
  const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
  const body = Buffer.from(bytes.slice(start));
  if (spoil && body.length > 0) body[body.length - 1]! ^= 1;
  const contentRange = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length, ...(start > 0 && contentRange) });
  if (cutAfter === undefined || body.length <= cutAfter) response.end(body);
  else response.write(body.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 20));
};

beforeEach(async () => {
  for (const name of names) files.set(name, await repositoryFile(`fixtures/models/stories260k/${name}`));
  [cutAfter, spoil, down] = [undefined, false, false];
  asked.length = 0;
  cache = await mkdtemp(join(tmpdir(), 'residual-hub-'));
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    if (down) return void response.destroy();
    const name = decodeURIComponent(request.url!.split('/').at(-1)!);
    if (request.url!.startsWith('/api/models/someone/tale/revision/main')) response.end(JSON.stringify(listing()));
    else if (request.url === `/someone/tale/resolve/${commit}/${name}`)
      serveFile(files.get(name)!, request.headers.range, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  await rm(cache, { recursive: true });
});

const open = (id = 'someone/tale') => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return filesOf(id, { hub: { endpoint, cache, patience: 1 } });
};

const weights = async (options: { signal?: AbortSignal } = {}) => {
  const source = (await (await open()).bytes('model.safetensors', options))!;
  return source.read(0, source.size);
};

/** Whether bytes are those of the file; a matcher takes seconds for a megabyte. */
const same = (bytes: Uint8Array) => Buffer.compare(bytes, files.get('model.safetensors')!) === 0;

test('a file is downloaded once, checked, and read from the disk afterwards, also without a network', async () => {
  expect(same(await weights())).toBe(true);
  expect(asked.filter(url => url.includes('resolve'))).toHaveLength(1);
  down = true;
  expect(same(await weights())).toBe(true);
});

test('a connection that is cut is taken up where it ended', async () => {
  cutAfter = 400_000;
  expect(same(await weights())).toBe(true);
  const ranges = asked.filter(url => url.includes('model.safetensors')).map(url => url.split(' ')[1]);
  expect(ranges).toEqual([undefined, 'bytes=400000-', 'bytes=800000-']);
});

test('an abort keeps what is there, and the next call goes on from it', async () => {
  cutAfter = 400_000;
  const abort = new AbortController();
  const files_ = await open();
  const onBytes = (_: string, received: number) => received >= 400_000 && abort.abort();
  await expect(files_.bytes('model.safetensors', { signal: abort.signal, onBytes })).rejects.toThrow('abort');
  cutAfter = undefined;
  expect(same(await weights())).toBe(true);
  expect(asked.at(-1)).toMatch(/bytes=400000-$/);
});

test('bytes that are not those announced are refused and not kept', async () => {
  spoil = true;
  await expect(weights()).rejects.toThrow(
    /has sha256 digest [0-9a-f]{64}, it was announced as [0-9a-f]{64}; nothing was kept/,
  );
  const stored = (await readdir(cache, { recursive: true })).filter(name => name.includes('model.safetensors'));
  expect(stored).toEqual([]);
});

test('a server that never answers is an error after a few attempts, an unknown id one that names it', async () => {
  await expect(open('someone/else')).rejects.toThrow(/has no model someone\/else at main: status 404/);
  down = true;
  await expect(open()).rejects.toThrow(/does not answer .* and someone\/tale is not stored/);
});

test('a file that the repository does not list is undefined, a text is its text', async () => {
  const found = await open();
  expect(await found.text('vocab.json', {})).toBeUndefined();
  expect(JSON.parse((await found.text('config.json', {}))!).model_type).toBe('llama');
});
