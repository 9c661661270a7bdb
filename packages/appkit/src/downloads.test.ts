import { expect, test } from 'vitest';
import { type Download, reportingFetch } from './downloads.js';

const body = (parts: number, size = 40_000) =>
  new ReadableStream({
    start: controller => {
      for (let i = 0; i < parts; i++) controller.enqueue(new Uint8Array(size));
      controller.close();
    },
  });
const address = 'http://here/folder/a%20file.bin?x=1#y';
const fetched = async (served: Response) => {
  const reports: Download[] = [];
  const fetch = reportingFetch(
    async () => served,
    download => reports.push(download),
  );
  const response = await fetch(address);
  return { reports, response, bytes: (await response.arrayBuffer()).byteLength };
};
const file = { file: 'a file.bin', address, isIdle: false };

test('the progress of a file is reported from its first byte until it is complete', async () => {
  const headers = { 'content-length': '120000', etag: 'x' };
  const { reports, response, bytes } = await fetched(new Response(body(3), { headers }));
  expect([bytes, response.status, response.headers.get('etag')]).toEqual([120_000, 200, 'x']);
  expect(reports).toEqual([
    { ...file, done: 0, total: 120_000, isComplete: false },
    { ...file, done: 40_000, total: 120_000, isComplete: false },
    { ...file, done: 80_000, total: 120_000, isComplete: false },
    { ...file, done: 120_000, total: 120_000, isComplete: true },
  ]);
});

test('a range is reported as a part of its file, which is idle afterwards', async () => {
  const headers = { 'content-range': 'bytes 80000-119999/200000', 'content-length': '40000' };
  const { reports } = await fetched(new Response(body(1), { headers, status: 206 }));
  expect(reports.map(({ done, total }) => [done, total])).toEqual([
    [80_000, 200_000],
    [120_000, 200_000],
    [120_000, 200_000],
  ]);
  expect(reports.at(-1)).toMatchObject({ isComplete: false, isIdle: true });
});

test('a file of unknown size reports only its bytes; small files and failed requests are not reported', async () => {
  for (const headers of [{}, { 'content-length': '400', 'content-encoding': 'gzip' }] as Record<string, string>[]) {
    const { reports } = await fetched(new Response(body(1), { headers }));
    expect(reports.at(-1)).toEqual({ ...file, done: 40_000, total: undefined, isComplete: true });
  }
  expect((await fetched(new Response(body(1, 9), { headers: { 'content-length': '9' } }))).reports).toEqual([]);
  expect((await fetched(new Response(body(1), { status: 404 }))).reports).toEqual([]);
});

test('the body of a response of the network stays a byte stream, which is read into memory of the reader', async () => {
  const fetch = reportingFetch(
    async () => new Response(new Blob([new Uint8Array(40_000)]), { headers: { 'content-length': '40000' } }),
    () => {},
  );
  const reader = (await fetch(address)).body!.getReader({ mode: 'byob' });
  const { value } = await reader.read(new Uint8Array(50_000));
  expect([value!.length > 0, value!.buffer.byteLength]).toEqual([true, 50_000]);
  await reader.cancel();
});
