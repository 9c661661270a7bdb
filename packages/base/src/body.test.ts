import { expect, test } from 'vitest';
import { chunkReader, watchedBody } from './body.js';

const bytes = Uint8Array.from({ length: 300_007 }, (_, i) => (i * 40503) >>> 8);

/** A stream of chunks of `bytes`; `fails` ends it by an error. */
function streamOf(type: 'bytes' | undefined, { size = 70_001, fails = false } = {}) {
  const cancelled: unknown[] = [];
  let at = 0;
  const pull = (controller: ReadableStreamDefaultController | ReadableByteStreamController) => {
    if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += size)));
    else if (fails) controller.error(new Error('broken off'));
    else {
      controller.close();
      if ('byobRequest' in controller) controller.byobRequest?.respond(0);
    }
  };
  const source = { pull, cancel: (reason: unknown) => void cancelled.push(reason) };
  const body = type ? new ReadableStream({ ...source, type }) : new ReadableStream(source);
  return { body: body as ReadableStream<Uint8Array>, cancelled };
}

/** The bytes of a body, the sizes of its chunks, and the chunks as they were given. */
async function readAll(body: ReadableStream<Uint8Array>) {
  const [parts, given]: [Uint8Array[], Uint8Array[]] = [[], []];
  const reader = chunkReader(body);
  for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
    parts.push(chunk.slice());
    given.push(chunk);
  }
  return { bytes: new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()), given };
}

/** The same body below two watches, and what they saw. */
function watchedTwice(body: ReadableStream<Uint8Array>) {
  const seen = { sizes: [] as number[], ends: [] as boolean[] };
  const inner = watchedBody(body, {
    onChunk: size => void seen.sizes.push(size),
    onEnd: isComplete => void seen.ends.push(isComplete),
  });
  const outer = watchedBody(new Response(inner).body!, { onChunk: () => {}, onEnd: () => {} });
  return { watched: new Response(outer), seen };
}

test('the chunks of a byte stream take turns in one memory, also below watches', async () => {
  for (const body of [streamOf('bytes').body, watchedTwice(streamOf('bytes').body).watched.body!]) {
    const read = await readAll(body);
    expect(Buffer.compare(read.bytes, bytes)).toBe(0);
    expect(read.given.length).toBeGreaterThan(4);
    expect(read.given.slice(0, -1).every(({ buffer }) => buffer.byteLength === 0)).toBe(true); // taken back
  }
});

test('the chunks of other streams stay as they are, since their memory may be of somebody else', async () => {
  for (const body of [streamOf(undefined).body, watchedTwice(streamOf(undefined).body).watched.body!]) {
    const read = await readAll(body);
    expect(Buffer.compare(read.bytes, bytes)).toBe(0);
    expect(read.given.map(({ buffer }) => buffer.byteLength)).toEqual([70_001, 70_001, 70_001, 70_001, 20_003]);
  }
});

test.each(['bytes', undefined] as const)('a watched body (%s) is counted, and ends once', async type => {
  const { watched, seen } = watchedTwice(streamOf(type).body);
  expect(Buffer.compare(new Uint8Array(await watched.arrayBuffer()), bytes)).toBe(0);
  expect(seen.sizes.reduce((sum, size) => sum + size)).toBe(bytes.length);
  expect(seen.ends).toEqual([true]);
});

test.each(['bytes', undefined] as const)('an error of a body (%s), and of its watch, ends it', async type => {
  const { watched, seen } = watchedTwice(streamOf(type, { fails: true }).body);
  await expect(readAll(watched.body!)).rejects.toThrow('broken off');
  expect(seen.ends).toEqual([false]);

  const ends: boolean[] = [];
  const source = streamOf(type);
  const onChunk = () => {
    throw new Error('too long');
  };
  const refused = watchedBody(source.body, { onChunk, onEnd: isComplete => void ends.push(isComplete) });
  await expect(readAll(refused)).rejects.toThrow('too long');
  const during = () => Promise.reject(new Error('stalled'));
  const stalled = watchedBody(streamOf(type).body, { onChunk: () => {}, during, onEnd: () => {} });
  await expect(readAll(stalled)).rejects.toThrow('stalled');
  expect([ends, source.cancelled]).toEqual([[false], [undefined]]);
});

test.each(['bytes', undefined] as const)('a cancel reaches the body (%s)', async type => {
  const { body, cancelled } = streamOf(type);
  const { watched, seen } = watchedTwice(body);
  const reader = chunkReader(watched.body!);
  expect(await reader.read()).toBeDefined();
  await reader.cancel('enough');
  expect([cancelled, seen.ends]).toEqual([['enough'], [false]]);
});
