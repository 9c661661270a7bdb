import { expect, test } from 'vitest';
import { type Download, reportingFetch } from './downloads.js';

const body = (parts: number, size = 40_000) =>
  new ReadableStream({
    start: controller => {
      for (let i = 0; i < parts; i++) controller.enqueue(new Uint8Array(size));
      controller.close();
    },
  });
const counted = async (response: Response) => {
  const seen: Download[] = [];
  const fetch = reportingFetch(
    async () => response,
    download => seen.push(download),
  );
  const answer = await fetch('http://here/folder/a%20file.bin?x=1#y');
  return { seen, answer, bytes: (await answer.arrayBuffer()).byteLength };
};
const file = { file: 'a file.bin', isIdle: false };

test('a file is told from its first byte on, until it is here', async () => {
  const headers = { 'content-length': '120000', etag: 'x' };
  const { seen, answer, bytes } = await counted(new Response(body(3), { headers }));
  expect([bytes, answer.status, answer.headers.get('etag')]).toEqual([120_000, 200, 'x']);
  expect(seen).toEqual([
    { ...file, done: 0, total: 120_000, isComplete: false },
    { ...file, done: 40_000, total: 120_000, isComplete: false },
    { ...file, done: 80_000, total: 120_000, isComplete: false },
    { ...file, done: 120_000, total: 120_000, isComplete: true },
  ]);
});

test('a range is told as a part of its file, which rests then', async () => {
  const headers = { 'content-range': 'bytes 80000-119999/200000', 'content-length': '40000' };
  const { seen } = await counted(new Response(body(1), { headers, status: 206 }));
  expect(seen.map(({ done, total }) => [done, total])).toEqual([
    [80_000, 200_000],
    [120_000, 200_000],
    [120_000, 200_000],
  ]);
  expect(seen.at(-1)).toMatchObject({ isComplete: false, isIdle: true });
});

test('where the size is not told, or that of the compressed file, bytes are counted alone; small files and errors are not told', async () => {
  for (const headers of [{}, { 'content-length': '400', 'content-encoding': 'gzip' }] as Record<string, string>[]) {
    const { seen } = await counted(new Response(body(1), { headers }));
    expect(seen.at(-1)).toEqual({ ...file, done: 40_000, total: undefined, isComplete: true });
  }
  expect((await counted(new Response(body(1, 9), { headers: { 'content-length': '9' } }))).seen).toEqual([]);
  expect((await counted(new Response(body(1), { status: 404 }))).seen).toEqual([]);
});
