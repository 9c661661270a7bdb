import { expect, test } from 'vitest';
import { chunkReader, watchedBody } from './body.js';

test('a response of the network is a byte stream, whose chunks take turns in one memory below a watch', async () => {
  const address = new URL('./body.ts', import.meta.url);
  const text = await (await fetch(address)).text();
  let counted = 0;
  const onChunk = (bytes: number) => {
    counted += bytes;
  };
  const body = watchedBody((await fetch(address)).body!, { onChunk, onEnd: () => {} });
  const reader = chunkReader(new Response(body).body!);
  const chunk = (await reader.read())!;
  expect(chunk.buffer.byteLength).toBeGreaterThan(chunk.length);
  expect(text.startsWith(new TextDecoder().decode(chunk))).toBe(true);
  for (let next: Uint8Array | undefined = chunk; next; next = await reader.read());
  expect([chunk.buffer.byteLength, counted]).toEqual([0, new TextEncoder().encode(text).length]);
});
