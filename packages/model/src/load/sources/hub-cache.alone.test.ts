import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import disk, { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryFile } from '@residual/testkit';
import { bundleForNode } from '@residual/testkit/bundle-for-node';
import { type LocalHub, startHub } from '@residual/testkit/hub';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HubOptions } from './hub.js';
import { filesOf } from './source.js';

const weightsFile = 'model.safetensors';
const files = new Map<string, Uint8Array>();
let hub: LocalHub;
let cache: string;

beforeEach(async () => {
  files.clear();
  for (const name of ['config.json', weightsFile])
    files.set(name, await repositoryFile(`fixtures/models/stories260k/${name}`));
  cache = await mkdtemp(join(tmpdir(), 'residual-hub-'));
  hub = await startHub(files);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
  await rm(cache, { recursive: true });
});

const read = async (settings: HubOptions = {}, options: { signal?: AbortSignal } = {}, name = weightsFile) => {
  const tale = await filesOf('someone/tale', { hub: { endpoint: hub.endpoint, cache, retryDelay: 1, ...settings } });
  const source = (await tale.bytes(name, options))!;
  return source.read(0, source.size);
};
const isRight = (bytes: Uint8Array) => Buffer.compare(bytes, files.get(weightsFile)!) === 0;
const storedNames = async () => (await readdir(cache, { recursive: true })).filter(name => name.includes('model'));
const folderOf = () =>
  join(cache, hub.endpoint.replace('http://', '').replace(':', '_'), 'someone', 'tale', hub.commit);
const downloads = () => hub.requests.filter(url => url.startsWith('storage')).length;
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: Error) => error.message,
  );

test.each([2, 100])('%i loads at once in one process share one download and leave one file', async count => {
  const all = await Promise.all(Array.from({ length: count }, () => read()));
  expect(all.every(isRight)).toBe(true);
  expect(downloads()).toBe(1);
  expect(await readdir(folderOf())).toEqual([weightsFile]);
});

test('one of several loads may leave a shared download; when all leave, it ends and its bytes are kept', async () => {
  hub.stallAfter = 300_000;
  const [first, second] = [new AbortController(), new AbortController()];
  const onBytes = vi.fn();
  const tale = await filesOf('someone/tale', { hub: { endpoint: hub.endpoint, cache } });
  const both = [first, second].map(({ signal }) => failure(tale.bytes(weightsFile, { signal, onBytes })));
  await vi.waitFor(() => expect(onBytes.mock.lastCall?.[1]).toBe(300_000));
  first.abort(new Error('first'));
  expect(await both[0]).toBe('first');
  second.abort(new Error('second'));
  expect(await both[1]).toBe('second');
  expect(downloads()).toBe(1);
  hub.stallAfter = undefined;
  expect(isRight(await read())).toBe(true);
  expect(hub.requests.at(-1)).toMatch(/bytes=300000-$/);
});

test('four processes at once all get the right bytes and leave one correct file', async () => {
  const script = join(cache, 'read.mjs');
  await bundleForNode(new URL('../../testing/read-from-hub.ts', import.meta.url), script);
  const run = () => promisify(execFile)(process.execPath, [script, hub.endpoint, cache]);
  const all = await Promise.all([1, 2, 3, 4].map(run));
  const digest = createHash('sha256').update(files.get(weightsFile)!).digest('hex');
  expect(all.map(({ stdout }) => stdout.trim())).toEqual(Array(4).fill(digest));
  expect(await readdir(folderOf())).toEqual([weightsFile]);
  expect(isRight(await readFile(join(folderOf(), weightsFile)))).toBe(true);
});

test('a stored file is verified when it is read, and downloaded again if it is wrong', async () => {
  await read();
  const path = join(folderOf(), weightsFile);
  for (const wrongBytes of [new Uint8Array(files.get(weightsFile)!.length), Uint8Array.of(1, 2, 3)]) {
    await writeFile(path, wrongBytes);
    expect(isRight(await read())).toBe(true);
    expect(isRight(await readFile(path))).toBe(true);
  }
  expect(downloads()).toBe(3);
  // A wrong partial file is downloaded again too.
  await rm(path);
  await writeFile(`${path}.part`, new Uint8Array(1000));
  expect(isRight(await read())).toBe(true);
  expect(await readdir(folderOf())).toEqual([weightsFile]);
});

test('the partial file of a killed process is resumed', async () => {
  await mkdir(folderOf(), { recursive: true });
  const firstBytes = files.get(weightsFile)!.slice(0, 500_000);
  const endedProcess = execFileSync(process.execPath, ['-p', "require('node:os').hostname() + '-' + process.pid"]);
  await writeFile(join(folderOf(), `${weightsFile}.${endedProcess.toString().trim()}-0123abcd.part`), firstBytes);
  expect(isRight(await read())).toBe(true);
  expect(hub.requests.at(-1)).toMatch(/bytes=500000-$/);
  expect(await readdir(folderOf())).toEqual([weightsFile]);
});

test('a response that ends early without an error is retried a few times, with delays', async () => {
  hub.endAfter = 400_000;
  expect(isRight(await read())).toBe(true);
  expect(downloads()).toBe(3);
  await rm(cache, { recursive: true });
  hub.endAfter = 10;
  const size = files.get(weightsFile)!.length;
  expect(await failure(read())).toMatch(new RegExp(`ended 4 times at 40 of ${size} bytes: the answer ended early$`));
  expect(downloads()).toBe(3 + 4);
});

test('a stalled download fails after a few attempts', async () => {
  hub.stallAfter = 1000;
  expect(await failure(read({ stallTimeout: 300 }))).toMatch(
    /ended 4 times at \d+ of \d+ bytes: nothing came for 300 ms$/,
  );
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  ['a file', () => writeFile(cache, ''), /has a file where a folder should be \((ENOTDIR|EEXIST)\)/],
  ['a link in a circle', () => symlink(cache, cache), /has links that lead in a circle \(ELOOP\)/],
])(
  'a cache folder that is %s is refused if the caller names it, and not used if it is the default',
  async (_, make, text) => {
    await rm(cache, { recursive: true });
    await make();
    expect(await failure(read())).toMatch(text);
    expect(await failure(read())).toMatch(
      /^loadModel: the folder of downloads .*; hub.cache names another one, or false for none$/,
    );
    vi.stubEnv('RESIDUAL_CACHE', cache);
    expect(isRight(await read({ cache: undefined } as unknown as HubOptions))).toBe(true);
  },
);

test('the error of a folder in place of a stored file says so', async () => {
  await mkdir(join(folderOf(), weightsFile), { recursive: true });
  expect(await failure(read())).toMatch(
    /^loadModel: the folder of downloads .* has a folder where a file should be \(EISDIR\); hub.cache names another/,
  );
});

test.each([
  ['EACCES', 'may not be read or written'],
  ['EROFS', 'cannot be written'],
] as const)(
  'a cache folder that gives %s is refused if the caller names it, and not used if it is the default',
  async (code, text) => {
    for (const call of ['mkdir', 'writeFile', 'open'] as const) {
      const spy = vi.spyOn(disk, call).mockRejectedValue(Object.assign(new Error('not today'), { code }));
      syncBuiltinESMExports();
      try {
        expect(await failure(read())).toBe(
          `loadModel: the folder of downloads ${cache} ${text} (${code}); ` +
            'hub.cache names another one, or false for none',
        );
        vi.stubEnv('RESIDUAL_CACHE', cache);
        expect(isRight(await read({ cache: undefined } as unknown as HubOptions))).toBe(true);
        expect(spy.mock.calls.length).toBe(2);
        expect(await storedNames()).toEqual([]);
      } finally {
        spy.mockRestore();
        syncBuiltinESMExports();
      }
    }
  },
);

test('stored files are read from a read-only cache folder', async () => {
  await read();
  const calls = (['mkdir', 'writeFile', 'rename', 'rm'] as const).map(call =>
    vi.spyOn(disk, call).mockRejectedValue(Object.assign(new Error('not today'), { code: 'EROFS' })),
  );
  syncBuiltinESMExports();
  try {
    expect(isRight(await read())).toBe(true);
    expect(downloads()).toBe(1);
  } finally {
    for (const call of calls) call.mockRestore();
    syncBuiltinESMExports();
  }
});

test('the error of a full disk says so, and the partial file is deleted', async () => {
  const probe = await import('node:fs/promises').then(fs => fs.open(join(cache, 'probe'), 'w'));
  const append = vi
    .spyOn(Object.getPrototypeOf(probe), 'appendFile')
    .mockRejectedValue(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  await probe.close();
  try {
    expect(await failure(read())).toMatch(/^loadModel: the folder of downloads .* is full \(ENOSPC\); hub.cache names/);
    expect(await storedNames()).toEqual([]);
  } finally {
    append.mockRestore();
  }
});

test('a config larger than its limit is refused before it is read', async () => {
  files.set('config.json', new Uint8Array(2 ** 22 + 1).fill(32));
  const tale = await filesOf('someone/tale', { hub: { endpoint: hub.endpoint, cache } });
  expect(await failure(tale.text('config.json', {}))).toBe(
    'loadModel: config.json of someone/tale (main) has 4194305 bytes or more; at most 4194304 are read',
  );
  hub.gzip = true; // a few kilobytes in transit
  const plain = await filesOf(`${hub.endpoint}/plain`);
  const isTooLarge = 'config.json of .* has \\d+ bytes or more; at most 4194304 are read';
  const grows = '.* is compressed and becomes more than \\d+ bytes, 50 times what is sent';
  expect(await failure(plain.text('config.json', {}))).toMatch(new RegExp(`^loadModel: (${isTooLarge}|${grows})$`));
});

test('a listing larger than its limit is refused before it is read', async () => {
  hub.listing = { toJSON: () => ' '.repeat(2 ** 22) };
  expect(await failure(read())).toBe(
    `loadModel: the list of someone/tale of ${hub.endpoint} has 4194306 bytes or more; at most 4194304 are read`,
  );
});

test('a URL redirects to another host only if that is allowed', async () => {
  hub.redirectsToStorage = true;
  const plain = await filesOf(`${hub.endpoint}/plain`);
  const message = new RegExp(
    `^loadModel: ${hub.endpoint}/plain/.* redirects to http://127.0.0.1:\\d+; allowRedirects lets`,
  );
  expect(await failure(plain.text('config.json', {}))).toMatch(message);
  expect(await failure(plain.bytes(weightsFile, {}))).toMatch(message);
  expect(downloads()).toBe(0); // the other host was not contacted
  const allowed = await filesOf(`${hub.endpoint}/plain`, { allowRedirects: true });
  expect(JSON.parse((await allowed.text('config.json', {}))!).model_type).toBe('llama');
});

test.each([null, 5, 'x', [], [null], { sha: null }, { sha: 'a'.repeat(40), siblings: null }])(
  'a listing that is %j is refused',
  async listing => {
    hub.listing = { toJSON: () => listing };
    expect(await failure(read())).toMatch(/^loadModel: the answer of http.* (names no commit|lists no files)/);
  },
);

test('reading a config from a named pipe waits for its writer, and ends with the signal', async () => {
  const folder = join(cache, 'pipes');
  await mkdir(folder);
  execFileSync('mkfifo', [join(folder, 'config.json')]);
  const folderFiles = await filesOf(folder);
  const abort = new AbortController();
  const reading = failure(folderFiles.text('config.json', { signal: abort.signal }));
  abort.abort(new Error('enough'));
  expect(await reading).toBe('enough');
  const later = folderFiles.text('config.json', {});
  await writeFile(join(folder, 'config.json'), '{"model_type":"llama"}');
  expect(await later).toBe('{"model_type":"llama"}');
  expect(dirname(folder)).toBe(cache);
});
