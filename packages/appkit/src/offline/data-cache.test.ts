import { expect, test } from 'vitest';
import { dataCache } from './data-cache.js';

const base = 'https://example.org/site/tour/sw.js';
const model = 'https://example.org/site/models/stories/model.safetensors';
const other = 'https://example.org/site/data/words/vocab.json';
const entry = { url: '../models/stories/model.safetensors', revision: 'r2' };

/** A cache storage with one cache, as far as it is needed here. */
const storage = (contents: Record<string, string> = {}) => {
  const stored = new Map(Object.entries(contents));
  const cache = {
    match: async (url: string) => (stored.has(url) ? new Response(stored.get(url)) : undefined),
    put: async (url: string, response: Response) => void stored.set(url, await response.text()),
    delete: async (url: string) => stored.delete(url),
    keys: async () => [...stored.keys()].map(url => ({ url })),
  };
  return { stored, caches: { open: async () => cache } as unknown as CacheStorage };
};

/** A network that answers with these texts, and lists what it was asked for. */
const network = (texts: Record<string, string>) => {
  const asked: string[] = [];
  const fetch = async (input: RequestInfo | URL) => {
    const url = input instanceof Request ? input.url : String(input);
    asked.push(url);
    if (texts[url] === undefined) throw new TypeError('Failed to fetch');
    return new Response(texts[url]);
  };
  return { asked, fetch: fetch as typeof globalThis.fetch };
};

const ask = (url: string, range?: string) => new Request(url, range === undefined ? {} : { headers: { range } });

test('an entry is loaded once, and other contents of it go', async () => {
  const { stored, caches } = storage({ [`${model}?revision=r1`]: 'old', [other]: 'words' });
  const { asked, fetch } = network({ [model]: 'new model' });
  const kept = dataCache(caches, { entries: [entry], base, fetch });
  await kept.install();
  await kept.install();
  expect(asked).toEqual([model]);
  await kept.activate();
  expect(Object.fromEntries(stored)).toEqual({ [`${model}?revision=r2`]: 'new model', [other]: 'words' });
  expect(await (await kept.respond(ask(model))).text()).toBe('new model');
  expect(asked).toEqual([model]);
});

test('an entry is also read by ranges', async () => {
  const { caches } = storage({ [`${model}?revision=r2`]: '0123456789' });
  const kept = dataCache(caches, { entries: [entry], base, fetch: network({}).fetch });
  const response = await kept.respond(ask(model, 'bytes=2-4'));
  expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([
    206,
    'bytes 2-4/10',
    '234',
  ]);
});

test('an entry that cannot be loaded fails, so that the browser tries again', async () => {
  const kept = dataCache(storage().caches, { entries: [entry], base, fetch: network({}).fetch });
  await expect(kept.install()).rejects.toThrow('Failed to fetch');
  const missing = async () => new Response('', { status: 404 });
  const without = dataCache(storage().caches, { entries: [entry], base, fetch: missing });
  await expect(without.install()).rejects.toThrow(`${model} gave status 404`);
});

test('another file comes from the network, whole also for a reader of ranges, or else from the cache', async () => {
  const { stored, caches } = storage();
  const { asked, fetch } = network({ [other]: '0123456789' });
  const online = dataCache(caches, { entries: [], base, fetch });
  const whole = await online.respond(ask(other, 'bytes=0-3'));
  expect([whole.status, await whole.text()]).toEqual([200, '0123456789']);
  await expect.poll(() => stored.get(other)).toBe('0123456789');
  await online.respond(ask(other));
  expect(asked).toEqual([other, other]);
  const offline = dataCache(caches, { entries: [], base, fetch: network({}).fetch });
  expect(await (await offline.respond(ask(other, 'bytes=5-6'))).text()).toBe('56');
  await expect(offline.respond(ask(`${other}2`))).rejects.toThrow('Failed to fetch');
});

test('models and data of the site belong to the cache, and the entries; nothing else does', () => {
  const kept = dataCache(storage().caches, { entries: [entry], base });
  const covered = (url: string) => kept.covers(new URL(url));
  const below = 'https://example.org/site/models/c/pooling/config.json';
  expect([model, other, below].map(covered)).toEqual([true, true, true]);
  const others = ['https://example.org/site/tour/', 'https://example.com/models/a/b'];
  expect(others.map(covered)).toEqual([false, false]);
});
