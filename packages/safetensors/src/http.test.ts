import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { httpSource } from './http.js';
import { openSafetensors } from './open.js';
import { writeSafetensors } from './write.js';

const small = Float32Array.of(1.5, -2, 3);
const large = Float32Array.from({ length: 50_021 }, (_, i) => i - 7);
const file = writeSafetensors({
  large: { dtype: 'F32', shape: [50_021], data: large },
  small: { dtype: 'U8', shape: [5], data: Uint8Array.of(1, 2, 3, 4, 5) },
  tail: { dtype: 'F32', shape: [3], data: small },
});

/** Where the tensor `tail` begins: `small` is behind it. */
const tail = file.length - 5 - 12;

interface Asked {
  readonly range: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly response: ServerResponse;
  /** How many requests came before. */
  readonly before: number;
}

/** Answers as a server of files does; `change` says what is different. */
function answer(
  { start, end, response }: Asked,
  change: Record<string, string | number | undefined> = {},
  body?: Uint8Array,
) {
  const bytes = body ?? file.subarray(start, end);
  const headers = {
    'content-range': `bytes ${start}-${start + bytes.length - 1}/${file.length}`,
    'content-length': bytes.length,
    etag: '"one"',
    ...change,
  };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  response.writeHead(206).end(bytes);
}

const sendWhole = ({ response }: Asked) => response.writeHead(200, { 'content-length': file.length }).end(file);

/** What the first request gets is right, so that opening works; later ones are answered by `later`. */
const thenBy = (later: (asked: Asked) => void) => (asked: Asked) => (asked.before === 0 ? answer(asked) : later(asked));

const places: Record<string, (asked: Asked) => void> = {
  '/ranges': asked => answer(asked),
  '/whole': sendWhole,
  '/whole-cut': ({ response }) => {
    response.writeHead(200, { 'content-length': file.length });
    response.write(file.subarray(0, 1000), () => response.destroy());
  },
  '/no-size': asked => (asked.range ? answer(asked, { 'content-range': undefined }) : sendWhole(asked)),
  '/size-is-a-star': asked => (asked.range ? answer(asked, { 'content-range': 'bytes 0-65535/*' }) : sendWhole(asked)),
  '/missing': ({ response }) => response.writeHead(404).end('no such file'),
  '/first-elsewhere': asked => answer(asked, { 'content-range': `bytes 8-65543/${file.length}` }),
  '/cut': thenBy(({ start, end, response }) => {
    response.writeHead(206, {
      'content-range': `bytes ${start}-${end - 1}/${file.length}`,
      'content-length': end - start,
      etag: '"one"',
    });
    response.write(file.subarray(start, start + 1000), () => response.destroy());
  }),
  '/short': thenBy(asked =>
    answer(
      asked,
      { 'content-range': `bytes ${asked.start}-${asked.end - 1}/${file.length}` },
      file.subarray(asked.start, asked.end - 1),
    ),
  ),
  '/short-unannounced': thenBy(asked =>
    answer(
      asked,
      { 'content-range': `bytes ${asked.start}-${asked.end - 1}/${file.length}`, 'content-length': undefined },
      file.subarray(asked.start, asked.end - 1),
    ),
  ),
  '/long-unannounced': thenBy(asked =>
    answer(
      asked,
      { 'content-range': `bytes ${asked.start}-${asked.end - 1}/${file.length}`, 'content-length': undefined },
      file.subarray(asked.start - 1, asked.end),
    ),
  ),
  '/everything': thenBy(asked =>
    answer(asked, { 'content-range': `bytes ${asked.start}-${asked.end - 1}/${file.length}` }, file),
  ),
  '/elsewhere': thenBy(asked =>
    answer(asked, { 'content-range': `bytes ${asked.start + 4}-${asked.end + 3}/${file.length}` }),
  ),
  '/grown': thenBy(asked =>
    answer(asked, { 'content-range': `bytes ${asked.start}-${asked.end - 1}/${file.length + 1}` }),
  ),
  '/changed': thenBy(asked => answer(asked, { etag: '"two"' })),
  '/late-whole': thenBy(sendWhole),
  '/late-error': thenBy(({ response }) => response.writeHead(503).end()),
  '/silent': thenBy(() => {}),
};

let server: Server;
let base: string;
let requests: IncomingMessage[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const before = requests.push(request) - 1;
    const { range } = request.headers;
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? ['', '0', `${file.length}`];
    const end = Math.min(Number(last) + 1, file.length);
    places[request.url!.split('?')[0]!]!({ range, start: Number(first), end, response, before });
  });
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise(closed => server.close(closed));
});
beforeEach(() => {
  requests = [];
});

describe('a server of ranges', () => {
  test('gets one request for opening, and one range request for each tensor', async () => {
    const stored = await openSafetensors(await httpSource(`${base}/ranges`));
    expect(requests.map(request => request.headers.range)).toEqual(['bytes=0-65535']);
    expect((await stored.read('tail')).data).toEqual(small);
    expect((await stored.read('large')).data).toEqual(large);
    expect((await stored.read('small')).data).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
    expect(requests.slice(1).map(request => request.headers.range)).toEqual([
      `bytes=${tail}-${tail + 11}`,
      `bytes=65536-${tail - 1}`, // what came before is in the first response
      `bytes=${tail + 12}-${file.length - 1}`,
    ]);
  });

  test('gets no request for data of the first response, or for empty tensors', async () => {
    const source = await httpSource(new URL(`${base}/ranges`));
    expect(source.size).toBe(file.length);
    expect(await source.read(100, 65_536)).toEqual(file.slice(100, 65_536));
    expect(await source.read(file.length, file.length)).toEqual(new Uint8Array(0));
    const copy = await source.read(0, 8);
    copy.fill(0);
    expect(await source.read(0, 8)).toEqual(file.slice(0, 8));
    expect(requests.length).toBe(1);
  });

  test("gets the headers of the caller with each request, by the caller's own fetch", async () => {
    const urls: string[] = [];
    const counting: typeof fetch = (input, init) => {
      urls.push(String(input));
      return fetch(input, init);
    };
    const headers = { authorization: 'Bearer secret' };
    const source = await httpSource(`${base}/ranges`, { headers, fetch: counting });
    await source.read(100_000, 100_003);
    expect(requests.map(request => request.headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
    expect(urls).toEqual([`${base}/ranges`, `${base}/ranges`]);
  });
});

test.each(['/whole', '/no-size', '/size-is-a-star'])(
  'a file from a server with %s is fetched once as a whole',
  async place => {
    const stored = await openSafetensors(await httpSource(base + place));
    const before = requests.length;
    expect((await stored.read('tail')).data).toEqual(small);
    expect((await stored.read('large')).data).toEqual(large);
    expect(requests.length).toBe(before);
    expect(before).toBe(place === '/whole' ? 1 : 2);
  },
);

test.each([
  ['/missing', 404, 'status 404'],
  ['/whole-cut', 200, expect.stringContaining('gave terminated')],
  [
    '/first-elsewhere',
    206,
    `65536 bytes 8-65543/${file.length} "one"; 65536 bytes 0-65535/${file.length} "one" would fit`,
  ],
])('opening %s is an error with the status', async (place, status, message) => {
  const error = await httpSource(base + place).catch(error => error);
  const whole = typeof message === 'string' ? `httpSource: ${base}${place} gave ${message}` : message;
  expect(error).toMatchObject({ name: 'ResidualError', code: 'source', details: { status }, message: whole });
});

const wanted = `12 bytes ${tail}-${tail + 11}/${file.length} "one" would fit`;
test.each([
  ['/short', 206, `11 bytes ${tail}-${tail + 11}/${file.length} "one"; ${wanted}`],
  ['/everything', 206, `${file.length} bytes ${tail}-${tail + 11}/${file.length} "one"; ${wanted}`],
  ['/elsewhere', 206, `12 bytes ${tail + 4}-${tail + 15}/${file.length} "one"; ${wanted}`],
  ['/grown', 206, `12 bytes ${tail}-${tail + 11}/${file.length + 1} "one"; ${wanted}`],
  ['/changed', 206, `12 bytes ${tail}-${tail + 11}/${file.length} "two"; ${wanted}`],
  ['/late-whole', 200, `${file.length} null null; ${wanted}`],
  ['/late-error', 503, 'status 503'],
])('%s after a valid first response is an error', async (place, status, message) => {
  const stored = await openSafetensors(await httpSource(base + place));
  const error = await stored.read('tail').catch(error => error);
  expect(error).toMatchObject({
    code: 'source',
    details: { status },
    message: `httpSource: ${base}${place} gave ${message}`,
  });
});

test.each([
  ['/short-unannounced', '11 of 12 bytes'],
  ['/long-unannounced', 'more than 12 bytes'],
])('%s: a response of another length than announced is an error', async (place, what) => {
  const stored = await openSafetensors(await httpSource(base + place));
  await expect(stored.read('tail')).rejects.toMatchObject({
    code: 'source',
    message: `httpSource: ${base}${place} gave ${what}`,
  });
});

test('a broken connection is an error with its cause', async () => {
  const stored = await openSafetensors(await httpSource(`${base}/cut`));
  const error = await stored.read('large').catch(error => error);
  expect(error.code).toBe('source');
  expect(error.message).toMatch(/^httpSource: \S+\/cut gave \d+ of 134756 bytes: terminated$/);
  expect(error.cause).toBeInstanceOf(TypeError);
});

test('an unreachable server is an error without a status, which hides the query of the URL', async () => {
  const error = await httpSource('http://127.0.0.1:1/model.safetensors?token=secret#part').catch(error => error);
  expect(error).toMatchObject({
    code: 'source',
    details: { status: undefined },
    message: 'httpSource: http://127.0.0.1:1/model.safetensors gave fetch failed',
  });
});

test('an abort ends opening and reading immediately, with its reason', async () => {
  const reason = new Error('never mind');
  expect(await httpSource(`${base}/ranges`, { signal: AbortSignal.abort(reason) }).catch(error => error)).toBe(reason);
  const stored = await openSafetensors(await httpSource(`${base}/silent`));
  const controller = new AbortController();
  const reading = stored.read('large', { signal: controller.signal }).catch(error => error);
  setTimeout(() => controller.abort(reason), 50);
  expect(await reading).toBe(reason);
});

test('a data: URL is decoded without fetch', async () => {
  const fetch = () => expect.unreachable();
  const read = async (url: string | URL) => {
    const source = await httpSource(url, { fetch });
    return [...(await source.read(0, source.size))];
  };
  const stored = await openSafetensors(
    await httpSource(`data:application/octet-stream;base64,${Buffer.from(file).toString('base64')}`, { fetch }),
  );
  expect((await stored.read('tail')).data).toEqual(small);
  const texts = [
    'data:,',
    'data:text/plain,a,b',
    'data:text/plain;charset=utf-8,%C3%A9%00%ff',
    'data:,é',
    'data:;base64,/+8%3D',
  ];
  for (const text of texts) {
    const fetched = new Uint8Array(await (await globalThis.fetch(text)).arrayBuffer());
    expect([text, await read(text), await read(new URL(text))]).toEqual([text, [...fetched], [...fetched]]);
  }
  await expect(read('data:;base64,*')).rejects.toThrow('httpSource: data:;base64,... is not base64');
});
